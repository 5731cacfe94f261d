"""Taking what other web archives have of a page: their indexes, their mementos, and which of them are wanted."""
