"""Loads WARC files into the database: rebuild, import, recovery."""
