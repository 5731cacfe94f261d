"""Applies publishers' own rules, and tries them."""
