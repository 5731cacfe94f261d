"""An Atom feed (RFC 4287) as bytes. Whatever a value holds is text in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import attrs

from storage.clock import iso
from storage.harmless import harmless

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
# Names of ours that stay the same wherever an archive is served (RFC 4151); nobody can have this domain (RFC 2606).
AUTHORITY = "tag:backissue.invalid,2026:"

# What may stand in an address as it is (RFC 3986); all else is written as bytes.
_IN_ADDRESS = "!#$%&'()*+,/:;=?@[]~-._"

# Of a feed without entries, which has to have a date.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("", _ATOM)


@attrs.frozen(kw_only=True)
class Entry:
    """One thing that happened to a page."""

    name: str
    """What its id ends in: the same for the same thing for ever."""
    title: str
    summary: str
    at: datetime
    """When it was seen first."""
    updated: datetime
    """When something of it was last seen."""
    link: str
    """Where it is shown, from the root."""
    original: str
    """The page's own address."""
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()


@attrs.frozen(kw_only=True)
class Feed:
    """A feed."""

    name: str
    """What its id ends in."""
    title: str
    base: str
    """Where the archive is served, with a slash at its end."""
    path: str
    """The feed's own address, from the root."""
    alternate: str
    """The page that shows the same, from the root."""
    entries: Sequence[Entry]

    @property
    def updated(self) -> datetime:
        """When the newest of its entries was."""
        return max((one.updated for one in self.entries), default=_NEVER)

    def as_xml(self) -> bytes:
        """The document."""
        root = Element(f"{{{_ATOM}}}feed")
        _text(root, "id", AUTHORITY + _address(self.name))
        _text(root, "title", self.title)
        _text(root, "updated", f"{iso(self.updated)}")
        _link(root, "self", self._at(self.path), MEDIA_TYPE)
        _link(root, "alternate", self._at(self.alternate), "text/html")
        _text(_child(root, "author"), "name", "Backissue")
        _text(root, "generator", "Backissue")
        for one in self.entries:
            self._entry(root, one)
        text: str = tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

    def _entry(self, root: Element, one: Entry) -> None:
        entry = _child(root, "entry")
        _text(entry, "id", AUTHORITY + _address(one.name))
        _text(entry, "title", one.title)
        _text(entry, "published", f"{iso(one.at)}")
        _text(entry, "updated", f"{iso(one.updated)}")
        for name in one.authors:
            if shown := harmless(name):
                _text(_child(entry, "author"), "name", shown)
        for term in one.categories:
            _child(entry, "category").set("term", harmless(term))
        _link(entry, "alternate", self._at(one.link), "text/html")
        if one.original.startswith(("http://", "https://")):
            _link(entry, "via", _address(one.original), None)
        _text(entry, "summary", one.summary)

    def _at(self, path: str) -> str:
        return _address(self.base + path.removeprefix("/"))


def _child(parent: Element, name: str) -> Element:
    return SubElement(parent, f"{{{_ATOM}}}{name}")


def _text(parent: Element, name: str, text: str) -> None:
    _child(parent, name).text = harmless(text)


def _link(parent: Element, relation: str, address: str, media_type: str | None) -> None:
    link = _child(parent, "link")
    link.set("rel", relation)
    link.set("href", address)
    if media_type is not None:
        link.set("type", media_type)


def _address(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe=_IN_ADDRESS)
