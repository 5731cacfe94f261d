"""What a web archive's index lists: answers of CDX servers and TimeMaps (RFC 7089). Pure functions."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import attrs

from crawler.discovery.links import UnusableLink, resolve

# A line of a CDX has a URL of 2,083 characters at most, twice; one of a megabyte is no line.
MAX_LINE = 64 * 1024
# The columns of a CDX line in text, as Wayback's server sends them where nothing else is asked for.
_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_LINK = re.compile(r'\s*<([^<>\s]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)\s*(?:,|$)')
_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]+))')
_STAMP = re.compile(r"\d{14}")


@attrs.frozen(kw_only=True)
class Listed:
    """A memento that an index lists."""

    url: str | None
    """The original's URL (URI-R). None where a TimeMap does not say."""

    captured_at: datetime
    """Aware, UTC."""

    uri: str | None = None
    """Where it is (URI-M), as a TimeMap says. None for a CDX, whose archive has a form for it."""

    status: int | None = None
    """The HTTP status that was captured. None where the index does not say, as for revisits."""

    media_type: str | None = None
    digest: str | None = None


@attrs.frozen(kw_only=True)
class Index:
    """One answer of an index."""

    listed: tuple[Listed, ...]
    damaged: int
    """Lines or links that cannot be read."""

    resume_key: str | None = None
    """What a CDX server wants to be told to go on. None: that was all."""

    further: tuple[str, ...] = ()
    """Other TimeMaps that hold the rest."""


def stamp(when: datetime) -> str:
    """A time as web archives write it: fourteen digits, UTC."""
    return when.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def from_stamp(text: str) -> datetime | None:
    """The time that fourteen digits stand for; None for anything else."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def read_cdx(body: bytes) -> Index:
    """Read a CDX server's answer: JSON as Wayback's (rows of one list, names first) or pywb's (an object a line), or
    text. A line that is torn or damaged is counted, and the others are read."""
    found: list[Listed] = []
    damaged = 0
    names: list[str] | None = None
    resume_key: str | None = None
    after_gap = False
    for line in _lines(body):
        row = _row(line)
        if row == []:
            # Wayback's resume key stands behind an empty row.
            after_gap = True
        elif isinstance(row, list) and after_gap and len(row) == 1:
            resume_key = str(row[0])
        elif isinstance(row, list) and names is None and "timestamp" in row:
            names = [str(name) for name in row]
        elif one := _listed(row, names or list(_COLUMNS)):
            found.append(one)
        else:
            damaged += 1
    return Index(listed=tuple(found), damaged=damaged, resume_key=resume_key)


def _lines(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    if text.startswith("[") and "\n" not in text.strip():
        # The whole list on one line; a torn one is parted between its rows.
        text = text.replace("],[", "],\n[").replace("], [", "],\n[")
    for line in text.splitlines():
        if line.strip():
            yield line.strip()


def _row(line: str) -> Any:
    """A line as a list or an object; None where it is neither."""
    if len(line) > MAX_LINE:
        return None
    if line[0] not in "[{":
        parts = line.split()
        return parts if len(parts) >= len(_COLUMNS) - 1 else None
    # The first row and the last have a bracket of the whole list.
    bare = line.rstrip(",")
    for text in (bare, bare.removeprefix("["), bare.removesuffix("]"), bare.removeprefix("[").removesuffix("]")):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if value and isinstance(value, list) and isinstance(value[0], list):
            value = value[0]
        return value
    return None


def _listed(row: Any, names: list[str]) -> Listed | None:
    if isinstance(row, list):
        row = dict(zip(names, row, strict=False))
    if not isinstance(row, dict):
        return None
    said = {name: value for name, value in row.items() if isinstance(value, str) and value != "-"}
    when = from_stamp(said.get("timestamp", ""))
    url = _url(said.get("original") or said.get("url") or "")
    if when is None or url is None:
        return None
    status = said.get("statuscode") or said.get("status") or ""
    return Listed(
        url=url,
        captured_at=when,
        status=int(status) if status.isascii() and status.isdigit() and len(status) == 3 else None,
        media_type=said.get("mimetype") or said.get("mime"),
        digest=said.get("digest"),
    )


def _url(text: str) -> str | None:
    try:
        # An index writes whole URLs; one that is none is relative to nothing.
        return resolve(text, "invalid:") if text[:4].lower() == "http" else None
    except UnusableLink:
        return None


def read_timemap(body: bytes, url: str) -> Index:
    """Read a TimeMap in link format (RFC 7089, 5; RFC 6690). `url` is where it came from."""
    text = body.decode("utf-8", "replace")
    found: list[Listed] = []
    further: list[str] = []
    original: str | None = None
    damaged = 0
    at = 0
    while at < len(text) and text[at:].strip():
        link = _LINK.match(text, at)
        if link is None:
            # Go on at the next link.
            damaged += 1
            begun = at + len(text[at:]) - len(text[at:].lstrip())
            at = text.find("<", begun + 1)
            if at < 0:
                break
            continue
        at = link.end()
        parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(link[2])}
        relations = parameters.get("rel", "").lower().split()
        try:
            target = resolve(link[1], url)
        except UnusableLink:
            damaged += 1
            continue
        if "memento" in relations:
            when = http_date(parameters.get("datetime", ""))
            if when is None:
                damaged += 1
            else:
                found.append(Listed(url=None, captured_at=when, uri=target))
        elif "original" in relations:
            original = target
        elif "timemap" in relations and target != url and "self" not in relations:
            further.append(target)
    listed = tuple(attrs.evolve(one, url=original) for one in found)
    return Index(listed=listed, damaged=damaged, further=tuple(further))


def http_date(text: str) -> datetime | None:
    """An HTTP date as an aware UTC time; None for what is none."""
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
