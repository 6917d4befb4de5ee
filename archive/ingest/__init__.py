"""Any WARC file -> rows: rebuild, import, recovery."""
