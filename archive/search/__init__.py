"""Full-text search with Indonesian word forms."""
