"""Reading the documents that name articles: feeds, sitemaps, section pages. Pure functions; nothing here fetches."""
