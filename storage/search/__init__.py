"""Search over the snapshots' texts: what is asked, and what is found.

`query` parses what a reader types, `form` makes of a text what is indexed, `index` keeps the index in step with the
snapshots, `select` finds, `snippet` shows where.
"""

from storage.search.request import MAX_LIMIT, Facets, Found, Hit, Options, Search, Snippet, asked

__all__ = ["MAX_LIMIT", "Facets", "Found", "Hit", "Options", "Search", "Snippet", "asked"]
