"""The archive's snapshots, changes and records for other programs, in files that they know."""
