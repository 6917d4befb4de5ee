"""Full-text search that knows Indonesian."""
