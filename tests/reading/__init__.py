"""Gold cases: stored pages and what is to be read from them."""
