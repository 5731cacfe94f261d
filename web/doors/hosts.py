"""Which names we answer to, and which pages may send us something: no other site that a reader has open can."""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.requests import Request

from web.context import settings
from web.doors.noted import SAFE
from web.doors.refused import Refused
from web.settings import Settings

# RFC 9110 7.2: a name or an address, and a port.
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


async def host(request: Request) -> None:
    """400 without one readable Host, 421 where it names somebody else: a stranger's name can lead to our address."""
    given = request.headers.getlist("host")
    found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise Refused(400, "The request names no host that can be read. Send one Host header, such as localhost:8090.")
    name = found["name"].strip("[]").rstrip(".").lower()
    if not is_ours(settings(request), name):
        raise Refused(
            421, f"The archive does not answer to the name {name[:80]}. Whoever runs it can add it with --host-name."
        )


def is_ours(told: Settings, name: str) -> bool:
    """Whether a Host's name or address, without brackets, is one that we were told to answer to."""
    names = [told.host, *told.host_names, urlsplit(told.replay_origin or "").hostname or ""]
    if name == "localhost" or name in {one.strip("[]").rstrip(".").lower() for one in names}:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    # Whoever listens on all addresses cannot know them. No name leads a browser to a bare address.
    return address.is_loopback or told.host in ("0.0.0.0", "::")


async def origin(request: Request) -> None:
    """403 for what a page of another site asks for."""
    given = request.headers.getlist("origin")
    site = request.headers.get("sec-fetch-site", "none")
    foreign = any(not _is_same(one, request) for one in given)
    if foreign or (request.method not in SAFE and site not in ("same-origin", "none")):
        raise Refused(403, "This was asked for by a page of another site. Open the archive's own page and ask there.")


def _is_same(origin: str, request: Request) -> bool:
    try:
        parts = urlsplit(origin)
        named, port = parts.hostname, parts.port
    except ValueError:
        return False
    asked = _HOST.fullmatch(request.headers.get("host", ""))
    if asked is None or named is None or parts.scheme not in _DEFAULT_PORTS:
        return False
    default = _DEFAULT_PORTS[parts.scheme]
    return (named, str(port or default)) == (asked["name"].strip("[]").lower(), asked["port"] or default)
