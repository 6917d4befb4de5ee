"""The SQLite database: stories, versions, captures, the frontier, runs."""
