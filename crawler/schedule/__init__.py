"""`backissue schedule`: each source at its own times, each crawl in a process of its own."""
