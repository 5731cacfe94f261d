"""The door for a terminal: parse, call, print."""
