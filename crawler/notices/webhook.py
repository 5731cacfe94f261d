"""Posts a digest as JSON to an address of the archive's owner."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from crawler.notices.wording import fields
from storage.errors import NoticeFailed
from storage.outbox import Digest

# A receiver that takes longer would hold up the notices to the others.
TIMEOUT_SECONDS = 20.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the digest to where nobody asked for it."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(digest: Digest, url: str) -> None:
    """Post it; anything but 2xx raises NoticeFailed, which names the host alone."""
    host = urlsplit(url).hostname or "?"
    request = urllib.request.Request(
        url,
        data=json.dumps(fields(digest), ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json",
            "User-Agent": "backissue",
            # The same at a second attempt, so that the receiver can tell it.
            "Idempotency-Key": digest.message_id,
        },
        method="POST",
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NoticeFailed(f"webhook on {host}", f"it answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        # Without the error's own words, which may quote the address.
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise NoticeFailed(f"webhook on {host}", f"it cannot be reached ({type(reason).__name__})") from None
