"""What a front page says about its site: its name, and the sections that it leads to."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import attrs

from crawler.discovery.charset import decode, html_label
from crawler.discovery.likeness import verdict
from crawler.discovery.links import UnusableLink, resolve
from crawler.discovery.paging import is_archive_page
from crawler.discovery.section import base_of, tree
from crawler.discovery.titles import plain
from crawler.discovery.unpacking import Unpacking
from storage.errors import InvalidURL
from storage.urls import host, key

# What a front page of 10 MiB has been refused for already, by the section parser.
_MAX_BYTES = 10 * 1024**2
# A menu's first level and one below it.
_MAX_DEPTH = 2
# An article below a path may stand there by accident; two do not.
_ENOUGH_ARTICLES = 2
_MAX_SECTIONS = 12


@attrs.frozen(kw_only=True)
class Outline:
    """What a front page says about its site."""

    title: str | None
    """The site's name, else the page's title. On one line."""

    sections: tuple[str, ...]
    """Pages that look like sections, those with most of the page's articles below them first. At most twelve."""


def outline(body: bytes, url: str, encoding: str | None = None) -> Outline:
    """Read a front page. `url` is where it came from. Raises ListingTooLarge (over 10 MiB)."""
    content = Unpacking(body, url, limit=_MAX_BYTES).whole()
    root, _ = tree(decode(content, encoding, html_label(content)))
    if root is None:
        return Outline(title=None, sections=())
    return Outline(title=_title(root), sections=_sections(root, url))


def _title(root: Any) -> str | None:
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == "og:site_name" and plain(meta.get("content")):
            return plain(meta.get("content"))
    return next((text for title in root.iter("title") if (text := plain(title.text))), None)


def _sections(root: Any, url: str) -> tuple[str, ...]:
    base, where, own = base_of(root, url), host(url), key(url)
    in_menu: dict[str, bool] = {}
    below: Counter[str] = Counter()
    for anchor in root.iter("a"):
        try:
            link = resolve(anchor.get("href") or "", base)
            if host(link) != where or key(link) == own:
                continue
        except (UnusableLink, InvalidURL):
            continue
        found = verdict(link, plain("".join(anchor.itertext())))
        parts = urlsplit(link)
        segments = [segment for segment in parts.path.split("/") if segment]
        if found == "article":
            below.update("/".join(segments[:depth]) for depth in range(1, min(len(segments), _MAX_DEPTH + 1)))
        elif found == "not_article_like" and _is_short(segments) and not parts.query and not is_archive_page(link):
            in_menu[link] = in_menu.get(link, False) or _is_in_menu(anchor)
    weights = {link: below["/".join(s for s in urlsplit(link).path.split("/") if s)] for link in in_menu}
    good = [link for link in in_menu if weights[link] >= _ENOUGH_ARTICLES or in_menu[link]]
    return tuple(sorted(good, key=lambda link: -weights[link])[:_MAX_SECTIONS])


def _is_short(segments: list[str]) -> bool:
    return 0 < len(segments) <= _MAX_DEPTH


def _is_in_menu(anchor: Any) -> bool:
    return any(ancestor.tag in ("nav", "header") for ancestor in anchor.iterancestors())
