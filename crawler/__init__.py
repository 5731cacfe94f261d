"""GO OUT: which URLs, when, and how politely; makes captures."""

# Loading this module makes Scrapy look three times through all that is loaded: first of all it takes no time.
import scrapy.core.downloader.contextfactory  # noqa: F401
