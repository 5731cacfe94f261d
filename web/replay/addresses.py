"""Where archived pages are shown: an address on the second port, signed and short-lived where readers must be known."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from storage.captures import timestamp
from web.protocols.addresses import plain
from web.settings import Settings

# An address is good for one hour at least and two at most: all that are given out within an hour are the same, so that
# a browser need not load the same images again.
LIFETIME = timedelta(hours=1)
_SECONDS = int(LIFETIME.total_seconds())
_TOKEN = re.compile(r"([0-9a-f]{1,12})-([0-9a-f]{32})")


def replay_address(request: Request, settings: Settings, url: str, when: datetime, *, now: datetime) -> str | None:
    """Where the capture of a URL at a moment is shown; None where archived pages are not shown at all."""
    where = replay_origin(request, settings)
    return f"{where}{prefix(settings, now)}/{timestamp(when)}/{plain(url)}" if where else None


def replay_origin(request: Request, settings: Settings) -> str | None:
    """The origin of archived pages, which frames of the web page may show; None where there is none."""
    if settings.replay_port is None:
        return None
    host = request.url.hostname or settings.host
    host = f"[{host}]" if ":" in host else host
    return f"{request.url.scheme}://{host}:{settings.replay_port}"


def prefix(settings: Settings, now: datetime) -> str:
    """What addresses begin with, without the slash behind it."""
    return f"/{token(settings.replay_key, now)}" if settings.replay_key is not None else ""


def token(key: bytes, now: datetime) -> str:
    """The right to be shown archived pages until the end of the next hour."""
    until = int(now.timestamp()) // _SECONDS + 2
    return f"{until:x}-{_signature(key, until)}"


def is_good(key: bytes, text: str, now: datetime) -> bool:
    """Whether a token is one of ours and not too old."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return False
    until = int(found[1], 16)
    right = hmac.compare_digest(found[2], _signature(key, until))
    return right and until * _SECONDS > now.astimezone(UTC).timestamp()


def _signature(key: bytes, until: int) -> str:
    return hmac.new(key, f"replay {until:x}".encode(), hashlib.sha256).hexdigest()[:32]
