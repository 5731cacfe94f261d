"""How much one client may ask for: a bucket each, which fills up again by itself."""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import attrs
from starlette.requests import Request

from web.doors.refused import Refused

# Buckets that are kept. What is forgotten is the client that was away the longest, whose bucket is full again.
MOST_CLIENTS = 10_000

# Passwords that one client may try, and how long until it may try as many again.
LOGINS, LOGIN_SECONDS = 5, 300.0

# Forms and calls that one client may send in a minute.
POSTS_A_MINUTE = 30


@attrs.define
class _Bucket:
    left: float
    at: float


class Rate:
    """So many in so many seconds, for each client."""

    def __init__(self, most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic):
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> int:
        """0 where one more is fine, else after how many seconds it will be."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(who, _Bucket(left=self.most, at=now))
            self._buckets.move_to_end(who)
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
            bucket.left = min(self.most, bucket.left + (now - bucket.at) * self.most / self.seconds)
            bucket.at = now
            if bucket.left >= 1:
                bucket.left -= 1
                return 0
            return math.ceil((1 - bucket.left) * self.seconds / self.most)

    def forgive(self, who: str) -> None:
        """Fill a client's bucket."""
        with self._lock:
            self._buckets.pop(who, None)


def client(request: Request) -> str:
    """Who asks: an address, or the network of an IPv6 address, since one household has a whole one."""
    given = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_here(request: Request) -> bool:
    """Whether this machine itself asks."""
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


class Pace:
    """The door that counts requests; with 0 a minute it counts none. This machine's own are never counted."""

    def __init__(self, requests_a_minute: int):
        self.requests = Rate(requests_a_minute, 60.0) if requests_a_minute else None
        self.posts = Rate(POSTS_A_MINUTE, 60.0) if requests_a_minute else None

    async def __call__(self, request: Request) -> None:
        """429, with the seconds to wait in Retry-After."""
        if is_here(request):
            return
        who = client(request)
        wait = self.requests.take(who) if self.requests is not None else 0
        if request.method == "POST" and self.posts is not None:
            wait = max(wait, self.posts.take(who))
        if wait:
            raise too_many(wait)


def too_many(wait: int, what: str = "requests") -> Refused:
    """The refusal of a client that has to wait so many seconds."""
    return Refused(429, f"There were too many {what}. Try again in {wait} seconds.", {"Retry-After": str(wait)})
