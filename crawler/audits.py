"""Chooses the 304s that are checked by a full fetch."""

from datetime import datetime

import xxhash

from storage.urls import key

# One 304 in so many: a twentieth of the bytes that they save is the price of knowing that they are true, and a site
# with a hundred revisits a day is found out within a day or two.
ONE_IN = 20


def is_audited(url: str, now: datetime) -> bool:
    """Whether a 304 to this URL is checked on this day. The same page and day give the same answer; every page has its
    turn. Raises InvalidURL."""
    return xxhash.xxh64_intdigest(f"{key(url)} {now:%Y-%m-%d}".encode()) % ONE_IN == 0
