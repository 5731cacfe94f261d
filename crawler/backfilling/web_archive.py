"""A web archive as a backfill asks it: how its index is queried, and where its mementos are."""

import re
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import attrs

from crawler.backfilling.index import Listed, from_stamp, stamp
from storage.errors import UsageError
from storage.urls import parsed, without_fragment

# The Internet Archive's.
WAYBACK = "https://web.archive.org/cdx/search/cdx"
# So many lines take some 2 MB, and a server some seconds.
PAGE = 10_000

# URI-M: fourteen digits, perhaps a modifier, then the original's URL.
_MEMENTO = re.compile(r"/(\d{14})(?:[a-z]{2}_)?/(https?:/{1,2}\S+)$", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class WebArchive:
    """Where an archive's index and its mementos are."""

    cdx: str | None
    """Its CDX server. None: it is asked for TimeMaps."""

    timemap: str | None
    """The address of its TimeMaps in link format, with `{url}` for the page's."""

    replay: str
    """What comes before the fourteen digits of a memento's address. Empty where TimeMaps say where mementos are."""

    @property
    def name(self) -> str:
        """Its host."""
        return urlsplit(self.cdx or self.timemap or "").netloc

    def index_url(
        self, url: str, first: datetime, last: datetime, *, prefix: bool = False, resume_key: str | None = None
    ) -> str:
        """The address that lists the mementos of a page, or (`prefix`) of all below it."""
        if self.cdx is None:
            return (self.timemap or "").replace("{url}", url)
        query = {
            "url": url,
            "matchType": "prefix" if prefix else "exact",
            "from": stamp(first),
            "to": stamp(last),
            "output": "json",
            "limit": str(PAGE),
            "showResumeKey": "true",
        }
        if resume_key is not None:
            query["resumeKey"] = resume_key
        parts = urlsplit(self.cdx)
        return urlunsplit(
            parts._replace(query="&".join(filter(None, (parts.query, urlencode(query, quote_via=quote)))))
        )

    def memento_url(self, listed: Listed) -> str:
        """Where a memento is as it was captured, without anything that the archive adds (`id_`)."""
        if listed.uri is None:
            return f"{self.replay}{stamp(listed.captured_at)}id_/{listed.url}"
        return raw(listed.uri)


def raw(uri: str) -> str:
    """The address of the same memento as it was captured; the same address where its form is not known."""
    found = _MEMENTO.search(uri)
    return uri if found is None else f"{uri[: found.start()]}/{found[1]}id_/{found[2]}"


def original_of(uri: str) -> tuple[str | None, datetime | None]:
    """The original's URL and the time that a memento's address holds; None for what it does not."""
    found = _MEMENTO.search(uri)
    if found is None:
        return None, None
    # Servers on the way make one slash of two.
    return re.sub(r"^(https?:)/+", r"\1//", found[2], flags=re.IGNORECASE), from_stamp(found[1])


def web_archive(cdx: str | None, timemap: str | None, replay: str | None) -> WebArchive:
    """The archive that is meant: by its CDX server (Wayback's, unless another is given) or its TimeMaps.

    `timemap`: its TimeMaps' address; without `{url}` the page's comes last. `replay`: what comes before the date in a
    memento's address, where it does not follow from the CDX server's. Raises UsageError and InvalidURL.
    """
    if cdx is not None and timemap is not None:
        raise UsageError("--cdx and --timemap exclude each other. Give the one that the archive has.")
    for address in (cdx, (timemap or "").replace("{url}", "") or None, replay):
        if address is not None:
            parsed(address)
    if timemap is not None:
        return WebArchive(cdx=None, timemap=timemap if "{url}" in timemap else timemap + "{url}", replay="")
    cdx = without_fragment(cdx or WAYBACK)
    return WebArchive(cdx=cdx, timemap=None, replay=replay or _replay_of(cdx))


def _replay_of(cdx: str) -> str:
    parts = urlsplit(cdx)
    if parts.path.rstrip("/").endswith("/cdx/search/cdx"):
        path = parts.path.rstrip("/").removesuffix("/cdx/search/cdx") + "/web/"
    elif parts.path.rstrip("/").endswith("/cdx"):
        path = parts.path.rstrip("/").removesuffix("cdx")
    else:
        raise UsageError(
            f"Where the mementos are does not follow from {cdx}. Give what comes before the date in a memento's "
            "address with --replay, such as https://archive.example/web/."
        )
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
