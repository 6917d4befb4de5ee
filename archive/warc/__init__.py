"""WARC files: captures, the writer, the reader of any program's records."""
