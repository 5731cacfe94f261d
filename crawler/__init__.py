"""GO OUT: which URLs, when, and how politely; makes captures."""
