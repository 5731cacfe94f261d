"""Reads what a page says about its article: title, authors, dates and the rest."""
