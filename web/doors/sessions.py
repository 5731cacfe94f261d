"""Sessions: a cookie that says until when, signed with the key of `doors.toml`."""

import hashlib
import hmac
import re
import secrets
import threading
from datetime import datetime, timedelta

from starlette.responses import Response

# How long a reader need not log in again.
LIFETIME = timedelta(days=7)

# Sessions that were ended are remembered until they would have ended.
MOST_ENDED = 10_000

_COOKIE = re.compile(r"([0-9a-f]{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})")


class Sessions:
    """Begins, knows and ends them. Those that were ended are remembered until the server stops."""

    def __init__(self, port: int):
        # A host's cookies are the same on all ports: two archives on one machine keep theirs apart.
        self.cookie = f"backissue-{port}"
        self._ended: dict[str, int] = {}
        self._lock = threading.Lock()

    def begin(self, key: bytes, now: datetime) -> str:
        """A new session, as it stands in the cookie."""
        start = f"{int((now + LIFETIME).timestamp()):x}.{secrets.token_hex(16)}"
        return f"{start}.{_signature(key, start)}"

    def who(self, key: bytes, cookie: str, now: datetime) -> str | None:
        """The session's number, where a cookie is one of ours and neither ended nor too old."""
        found = _COOKIE.fullmatch(cookie)
        if found is None or not key or not hmac.compare_digest(found[3], _signature(key, f"{found[1]}.{found[2]}")):
            return None
        if int(found[1], 16) <= now.timestamp() or found[2] in self._ended:
            return None
        return found[2]

    def end(self, session: str, now: datetime) -> None:
        """It is good no longer, whoever has its cookie."""
        with self._lock:
            self._ended = {one: until for one, until in self._ended.items() if until > now.timestamp()}
            while len(self._ended) >= MOST_ENDED:
                self._ended.pop(next(iter(self._ended)))
            self._ended[session] = int((now + LIFETIME).timestamp())

    def give(self, response: Response, session: str, *, secure: bool) -> None:
        """Put it into the reader's browser, for this site's own pages and for no script."""
        seconds = int(LIFETIME.total_seconds())
        response.set_cookie(
            self.cookie, session, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
        )

    def take(self, response: Response, *, secure: bool) -> None:
        """Take it out of the browser."""
        response.delete_cookie(self.cookie, path="/", secure=secure, httponly=True, samesite="lax")


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, f"session {text}".encode(), hashlib.sha256).hexdigest()
