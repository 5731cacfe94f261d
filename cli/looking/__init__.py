"""How records look on a terminal and in a pipe.

On a terminal: tables that fit the window, matches marked, the reader's own time zone, a pager where it is too long. In
a pipe: one record a line, its fields separated by tabs, times in UTC, nothing marked.
"""
