"""Notices: tells people and programs what has happened in the archive."""
