"""The doors: what a request has to pass before a page, an API or a protocol is asked."""
