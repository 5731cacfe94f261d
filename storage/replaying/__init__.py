"""Archived pages as they arrived: what a page needs to look as it did, and its markup with addresses of our own."""
