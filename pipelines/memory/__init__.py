"""Keeps what sites have taught up to date, and reads and cleans snapshots again."""
