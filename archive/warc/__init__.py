"""WARC files: captures, a writer, and a reader for files of any program."""
