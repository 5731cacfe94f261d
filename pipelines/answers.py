"""Judges an HTTP answer by what can be known before anything is read of it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from pipelines.access import challenges
from pipelines.page import PageBytes, PartBytes
from storage.capture import Capture
from storage.markup.decode import BodyTooLarge, UnknownEncoding, decode_body
from storage.outcome import Outcome
from storage.urls import is_front_page, key
from storage.visit import Visit

_BLOCKED = frozenset({401, 402, 403, 407, 429, 451})
_GONE = frozenset({404, 410})


def by_status(capture: Capture, sections: Collection[str] = ()) -> Visit:
    """The visit of a capture, ended where the HTTP status says how; the archive turns `gone` into `failed` where it
    has nothing that could be gone.

    `sections`: keys of the source's front page and section pages, where no article stands.
    """
    visit, status, url = Visit(found=capture), capture.status, capture.requested_url
    if status == 304:
        return visit.ends(Outcome.NOT_MODIFIED)
    if status in _GONE:
        return visit.ends(Outcome.GONE, f"http_{status}", f"{url} answered {status}. Check the address.")
    if service := _challenge(capture):
        return visit.ends(
            Outcome.BLOCKED,
            "bot_check",
            f"{url} answered {status} with a bot check ({service}): the site keeps us out. Try later or slower.",
        )
    if status in _BLOCKED:
        return visit.ends(
            Outcome.BLOCKED, f"http_{status}", f"{url} answered {status}: the site keeps us out. Try later or slower."
        )
    target = capture.header("Location") or ""
    if 300 <= status < 400 and urlsplit(target).scheme.lower() not in ("", "http", "https"):
        return visit.ends(Outcome.REFUSED, "scheme", f"{url} redirects to {target[:80]}, which is not fetched.")
    if not 200 <= status < 300:
        return visit.ends(Outcome.FAILED, f"http_{status}", f"{url} answered {status}. Try again later.")
    if capture.redirects and is_front_page(capture.url) and not is_front_page(url):
        return visit.ends(
            Outcome.GONE, "to_front_page", f"{url} leads to the front page {capture.url}: the article is not there."
        )
    if capture.redirects and key(capture.url) in sections and key(url) not in sections:
        return visit.ends(
            Outcome.GONE, "to_section", f"{url} leads to the section page {capture.url}: the article is not there."
        )
    if not capture.body:
        return visit.ends(Outcome.FAILED, "empty", f"{url} answered with an empty body. Try again later.")
    return visit


def _challenge(capture: Capture) -> str | None:
    """The protection service that answered in the site's place; None where none says so.

    Only what is no success is looked into here, since such answers are never extracted.
    """
    if service := challenges.by_header({name.lower(): value for name, value in capture.headers}):
        return service
    if 200 <= capture.status < 400 or len(capture.body) > challenges.MAX_MARKUP:
        return None
    try:
        data = decode_body(capture.body, capture.header("Content-Encoding"), limit=4 * challenges.MAX_MARKUP).data
    except (BodyTooLarge, UnknownEncoding):
        return None  # Its status says what it is.
    found = challenges.by_markup(data.decode("latin-1"))
    return None if found == "captcha" else found


def part_bytes(capture: Capture) -> PartBytes:
    """What is to be read of an article's further part, or why it gave nothing."""
    error = by_status(capture).error
    return PartBytes(capture.url, error if error is not None else PageBytes.of(capture))
