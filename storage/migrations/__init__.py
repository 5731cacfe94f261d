"""Alembic's scripts, shipped as package data."""
