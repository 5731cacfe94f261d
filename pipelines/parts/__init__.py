"""Finds, fetches and joins the further parts of an article over several pages."""
