"""Gold cases: stored pages, each with the article that should be read from it."""
