"""The commands of `warta` that fetch."""
