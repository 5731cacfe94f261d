"""Keeps answers while the archive stays as it is."""

import functools
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs
from starlette.requests import Request
from starlette.responses import Response

from storage.archive import Archive
from storage.freshness import Freshness

T = TypeVar("T")

# Answers are some 20 KB; this many are a reader's afternoon, and 20 MB.
MOST_ANSWERS = 1_000

# Of what takes seconds to make and megabytes to keep, such as a comparison of two books, so many: a reader goes through
# its parts one after the other.
MOST_LARGE = 8

# What an answer says of the time, such as what is due, is older than this nowhere.
OLDEST_SECONDS = 60.0

# Counts over the whole archive are not made anew with every commit of a crawl.
STEADY_SECONDS = 30.0


@attrs.frozen
class _Kept:
    version: int
    at: float
    value: Any


@attrs.frozen
class _Answer:
    body: bytes
    status: int
    media_type: str | None
    etag: str


class Cache:
    """What was answered last, to what was asked last."""

    def __init__(self, archive: Archive):
        self._fresh = Freshness(archive)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._large: OrderedDict[str, _Kept] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}

    def close(self) -> None:
        """Let go of the database."""
        self._fresh.close()

    def get(self, key: str, make: Callable[[], T], *, steady: bool = False, large: bool = False) -> T:
        """What was made under a key; made anew where the archive has changed since, or a minute has gone by.

        `steady`: half a minute's changes are borne. `large`: few of its kind are kept. One thread makes it, and others
        that want it wait.
        """
        held, most = (self._large, MOST_LARGE) if large else (self._kept, MOST_ANSWERS)
        # Before it is made: what changes meanwhile is not in it, and makes it stale.
        version = self._fresh.version()
        kept = self._current(held, key, version, steady=steady)
        if kept is not None:
            return cast(T, kept.value)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            kept = self._current(held, key, version, steady=steady)
            if kept is not None:
                return cast(T, kept.value)
            try:
                value = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                held[key] = _Kept(version, time.monotonic(), value)
                held.move_to_end(key)
                while len(held) > most:
                    held.popitem(last=False)
            return value

    def _current(self, held: OrderedDict[str, _Kept], key: str, version: int, *, steady: bool) -> _Kept | None:
        with self._lock:
            kept = held.get(key)
            if kept is None:
                return None
            held.move_to_end(key)
        age = time.monotonic() - kept.at
        fresh = kept.version == version or (steady and age < STEADY_SECONDS)
        return kept if fresh and age < OLDEST_SECONDS else None


def kept(endpoint: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """An endpoint whose answer is the same for all readers: it is kept by its address while the archive stays as it is.

    A reader that has the very answer already gets a 304.
    """

    @functools.wraps(endpoint)
    def answer(request: Request) -> Response:
        def make() -> _Answer:
            made = endpoint(request)
            body = bytes(made.body)
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            return _Answer(body, made.status_code, made.headers.get("content-type"), etag)

        cache: Cache = request.app.state.cache
        one = cache.get(f"{request.url.path}?{request.url.query}", make)
        headers = {"ETag": one.etag, "Cache-Control": "no-cache"}
        if one.status == 200 and one.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if one.media_type is not None:
            headers["Content-Type"] = one.media_type
        return Response(one.body, one.status, headers)

    return answer
