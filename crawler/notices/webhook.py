"""Posts a digest as JSON to an address of the archive's owner."""

import json
from urllib.parse import urlsplit

from crawler.notices.wording import fields
from crawler.posting import PostFailed
from crawler.posting import post as post_data
from storage.errors import NoticeFailed
from storage.outbox import Digest

# A receiver that takes longer would hold up the notices to the others.
TIMEOUT_SECONDS = 20.0


def post(digest: Digest, url: str) -> None:
    """Post it; anything but 2xx raises NoticeFailed, which names the host alone."""
    headers = {
        "Content-Type": "application/json",
        # The same at a second attempt, so that the receiver can tell it.
        "Idempotency-Key": digest.message_id,
    }
    data = json.dumps(fields(digest), ensure_ascii=False).encode()
    try:
        post_data(url, data, headers, timeout=TIMEOUT_SECONDS, most=1)
    except PostFailed as error:
        raise NoticeFailed(f"webhook on {urlsplit(url).hostname or '?'}", str(error)) from None
