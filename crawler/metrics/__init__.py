"""Figures for Prometheus, and whether all is well, over HTTP: for commands that stay up."""
