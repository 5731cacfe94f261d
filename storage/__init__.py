"""KEEP: the database, the WARC files, and everything that is asked of them."""
