"""PASS THROUGH: extract, clean, archive; makes articles of captures."""
