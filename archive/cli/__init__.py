"""The commands of `warta` that need no network."""
