"""Read-only: nothing can be asked for, whatever page or address has it."""

from starlette.requests import Request

from web.context import settings
from web.doors.noted import SAFE
from web.doors.refused import Refused

READ_ONLY = "This archive is shown read-only: nothing can be asked for here. Use `backissue archive URL` where it lies."

# What changes nothing in the archive.
_OPEN = ("/login", "/logout")


async def read_only(request: Request) -> None:
    """403 for all but reading, and logging in and out."""
    if settings(request).read_only and request.method not in SAFE and request.url.path not in _OPEN:
        raise Refused(403, READ_ONLY)
