"""What a publisher says about keeping a page: noarchive, and the reservation of text and data mining.

noarchive stands in a robots meta tag or an X-Robots-Tag header. The TDM Reservation Protocol (W3C community group,
final report of 2024) has a header, a meta tag that overrides it, and a file for the whole site that both override.
"""

import json
from collections.abc import Iterable

import attrs

from pipelines.page import PageBytes
from storage.markup.decode import BodyTooLarge, UnknownEncoding, decode_body, decode_text
from storage.markup.parsing import parse

# The name that a directive for us alone begins with; the same as in robots.txt.
OURS = "backissue"

# Directives that have a value behind a colon, which is no crawler's name then.
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


@attrs.frozen(kw_only=True)
class Said:
    """What one place says. The names of the places are for the user."""

    noarchive: str | None = None
    """Where it says that no copy may be kept. None: it does not."""
    reserved: bool | None = None
    """Whether text and data mining is reserved. None: it does not say."""
    where: str = ""
    """Where `reserved` stands."""

    def over(self, weaker: "Said") -> "Said":
        """The two together, where this one overrides the other."""
        stronger = weaker if self.reserved is None else self
        return Said(
            noarchive=self.noarchive or weaker.noarchive, reserved=stronger.reserved, where=stronger.where
        )  # fmt: skip


def by_headers(headers: Iterable[tuple[str, str]]) -> Said:
    """What the headers of a response say."""
    said = Said()
    for name, value in headers:
        if name.lower() == "x-robots-tag" and "noarchive" in _directives(value):
            said = attrs.evolve(said, noarchive="its X-Robots-Tag header")
        elif name.lower() == "tdm-reservation" and (reserved := _reserved(value)) is not None:
            said = attrs.evolve(said, reserved=reserved, where="its TDM-Reservation header")
    return said


def by_page(page: PageBytes) -> Said:
    """What the markup of a page says; nothing where it is none."""
    try:
        data = decode_body(page.body, page.content_encoding).data
    except (BodyTooLarge, UnknownEncoding):
        return Said()
    tree = parse(decode_text(data, page.content_type).text).tree
    said = Said()
    if tree is None:
        return said
    for element in tree.iter("meta"):
        name, content = (element.get("name") or "").strip().lower(), element.get("content") or ""
        if name in ("robots", OURS) and "noarchive" in _directives(content):
            said = attrs.evolve(said, noarchive="its robots meta tag")
        elif name == "tdm-reservation" and (reserved := _reserved(content)) is not None:
            said = attrs.evolve(said, reserved=reserved, where="its tdm-reservation meta tag")
    return said


def rules_of_file(body: bytes) -> tuple[tuple[str, bool], ...]:
    """The patterns of a /.well-known/tdmrep.json, each with whether it reserves; none where it is no such file."""
    try:
        rules = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    found = []
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict) and isinstance(rule.get("location"), str):
            reserved = _reserved(str(rule.get("tdm-reservation")))
            if reserved is not None:
                found.append((rule["location"], reserved))
    return tuple(found)


def _reserved(value: str) -> bool | None:
    return {"1": True, "0": False}.get(value.strip())


def _directives(value: str) -> set[str]:
    """The directives of a robots tag that are meant for us, in lower case."""
    found, named = set(), None
    for piece in value.lower().split(","):
        name, colon, rest = piece.partition(":")
        if colon and name.strip() not in _WITH_VALUE:
            named, piece = name.strip(), rest
        if named in (None, OURS):
            found.add(piece.strip())
    return found
