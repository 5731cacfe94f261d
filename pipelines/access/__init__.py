"""Judges how much of an article a page shows, and what stands in its place."""
