"""The spiders: each yields Captures and Misses."""
