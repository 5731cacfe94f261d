"""Finds which pages tell the same story: fingerprints, links and credit lines."""
