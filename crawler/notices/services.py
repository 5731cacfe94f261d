"""Sends a digest by the services that the `apprise` library reaches: the extra `backissue[notices]`."""

import contextlib
import logging
from typing import Any

from crawler.notices.wording import body, subject
from storage.errors import NoticeFailed
from storage.outbox import Digest


def send(digest: Digest, address: str) -> None:
    """Send it to one address of apprise. Raises NoticeFailed, which names the service alone."""
    way = f"apprise {address.partition('://')[0]}"
    try:
        import apprise
    except ImportError:
        raise NoticeFailed(way, "apprise is not installed; install backissue[notices]") from None
    # It logs addresses, tokens and all.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    service: Any = apprise.Apprise()
    if not service.add(address):
        raise NoticeFailed(way, "apprise does not know this address")
    sent = False
    with contextlib.suppress(TypeError):  # of an address that it cannot use after all
        sent = bool(service.notify(title=subject(digest), body=body(digest)))
    if not sent:
        raise NoticeFailed(way, "the service did not take it")
