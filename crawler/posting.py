"""Posts data to a service that the archive's owner has named. Nothing is fetched for the archive by it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from storage.errors import BackissueError


class PostFailed(BackissueError):
    """A service did not take it. Holds no address, since addresses of services are secrets."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the data to where nobody asked for it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, data: bytes, headers: Mapping[str, str], *, timeout: float, most: int) -> bytes:
    """Post it; returns the beginning of the answer, up to `most` bytes. Anything but 2xx raises PostFailed."""
    try:
        request = urllib.request.Request(url, data=data, headers={"User-Agent": "backissue", **headers}, method="POST")
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout) as answer:
            return bytes(answer.read(most))
    except urllib.error.HTTPError as error:
        error.close()
        raise PostFailed(f"it answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        # Without the error's own words, which may quote the address.
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise PostFailed(f"it cannot be reached ({type(reason).__name__})") from None
