"""Finds the blocks of an article on its page."""
