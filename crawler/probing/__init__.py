"""Asking a site what it offers (`sources add`) and whether it still does (`sources check`). Records no visits."""
