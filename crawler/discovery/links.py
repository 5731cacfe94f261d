"""From a link as written to the URL that is fetched."""

import re
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from storage.errors import InvalidURL
from storage.urls import MAX_URL_LENGTH, without_fragment

# Browsers drop these from a link before they read it (WHATWG URL, 4.4 "basic URL parser").
_DROPPED = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# The characters that a URL may hold as they are (RFC 3986). Others are percent-encoded, as the downloader would do.
_PLAIN = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
# A URL that `without_fragment` would leave as it is. It is most of what a sitemap holds, and takes a tenth of the time.
_DONE = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*(?:\?[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]+)?"
)


class UnusableLink(ValueError):
    """A link that leads to nothing that can be fetched; `reason` is the name it is counted under."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def resolve(href: str, base: str) -> str:
    """The absolute http(s) URL that a link on `base` leads to, without fragment.

    Raises UnusableLink: "not_http" for another scheme, "too_long" for more than 2,083 characters, "bad_url" for what
    is no URL or holds a user name.
    """
    text = _DROPPED.sub("", href).strip()
    if len(text) > MAX_URL_LENGTH:
        raise UnusableLink("too_long")
    if _DONE.fullmatch(text):
        return text
    scheme = _SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise UnusableLink("not_http")
    try:
        url = text if text[:8].lower().startswith(("http://", "https://")) else urljoin(base, text)
        if not _PLAIN.fullmatch(url):
            url = safe_url_string(url)
        return url if len(url) <= MAX_URL_LENGTH and _DONE.fullmatch(url) else without_fragment(url)
    except InvalidURL as error:
        raise UnusableLink("too_long" if len(url) > MAX_URL_LENGTH else "bad_url") from error
    except ValueError as error:
        raise UnusableLink("bad_url") from error
