"""Turns bytes into text, and text into a tree."""
