"""Articles and feeds that a section page or a front page links to."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.discovery.charset import decode, html_label
from crawler.discovery.content import FEED_ROOTS, SITEMAP_ROOTS, binary, describe
from crawler.discovery.errors import NotASection
from crawler.discovery.gathering import Gathering
from crawler.discovery.likeness import verdict
from crawler.discovery.links import UnusableLink, resolve
from crawler.discovery.listing import Listing
from crawler.discovery.navigation import NAVIGATION
from crawler.discovery.paging import archive_pages, next_page
from crawler.discovery.prolog import prolog
from crawler.discovery.shapes import Shapes
from crawler.discovery.titles import MAX_TITLE_LENGTH, plain
from crawler.discovery.unpacking import Unpacking
from storage.errors import InvalidURL
from storage.urls import host, site

# The largest front pages of news sites have some 5 MB; ten is what extraction takes of an article, too.
MAX_SECTION_BYTES = 10 * 1024**2
# A front page links to 100 to 400 articles, a year's archive page to some thousand.
MAX_ARTICLES = 5_000
# A calendar page links to the days of some months.
MAX_ARCHIVE_PAGES = 400

# What a feed is announced as (RSS Advisory Board, "RSS Autodiscovery"; RFC 4287; jsonfeed.org). WordPress also
# announces its API, as application/json, and embeddings, as application/json+oembed.
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_COMMENTS = frozenset({"comments", "comment", "kommentare", "commentaires", "comentarios", "commenti"})


def parse_section(
    body: bytes,
    url: str,
    *,
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    encoding: str | None = None,
    shapes: Shapes | None = None,
) -> Listing:
    """Read the links of an HTML page, in its order. `url` is where it came from, `encoding` what the transfer said.

    `include` and `exclude` are regular expressions, searched in the absolute URL. What `exclude` matches is never an
    article. Where `include` is given, exactly what it matches on the same site is one; without, what has the shape that
    the site's articles have by `shapes`, and what looks like one and has not the shape of its other pages.
    `further` holds the feeds that the page announces, its next page (`rel="next"`, else the link with the next number),
    and pages of the site's archive by date. The articles' title is the longest text that links to them. Nothing is
    fetched.

    Raises NotASection and ListingTooLarge (over 10 MiB). Articles over 5,000 are counted as "over_limit".
    """
    unpacking = Unpacking(body, url, limit=MAX_SECTION_BYTES)
    content = unpacking.whole()
    if words := binary(content):
        raise NotASection(url, words)
    text = decode(content, encoding, html_label(content)).lstrip("\ufeff \t\r\n\0")
    if not text or text[0] in "{[" or prolog(text).name in FEED_ROOTS | SITEMAP_ROOTS:
        raise NotASection(url, describe(content or body, text))
    root, too_deep = tree(text)
    gathering = Gathering(base_of(root, url), limit=MAX_ARTICLES)
    if root is None:
        return gathering.listing("section")
    if unpacking.cut_off:
        gathering.skip("cut_off")
    if too_deep:
        gathering.skip("too_deep")
    _announced(root, gathering, url)
    rule = _Rule(url, include, exclude, shapes or Shapes())
    links = _links(root, gathering)
    _leading_on(links, gathering, url)
    for link, title in links.items():
        reason = rule.reason(link, title)
        if reason:
            gathering.skip(reason)
        else:
            gathering.article(link, title=title)
    return gathering.listing("section")


class _Rule:
    """What makes a link of one page an article."""

    def __init__(self, url: str, include: tuple[str, ...], exclude: tuple[str, ...], shapes: Shapes):
        self._shapes = shapes
        self._page = resolve(url, url)
        self._site = site(url)
        self._host = host(url)
        self._include = [re.compile(pattern) for pattern in include]
        self._exclude = [re.compile(pattern) for pattern in exclude]

    def reason(self, link: str, title: str | None) -> str | None:
        """Why a link is no article. None where it is one."""
        if link == self._page:
            return "same_page"
        try:
            if site(link) != self._site:
                return "other_site"
            where = host(link)
        except InvalidURL:
            return "bad_url"
        if any(pattern.search(link) for pattern in self._exclude):
            return "excluded"
        if self._include:
            return None if any(pattern.search(link) for pattern in self._include) else "not_included"
        # login.example.com, shop.example.com: the same words, said by a host of their own.
        if where != self._host and where.partition(".")[0] in NAVIGATION:
            return "navigation"
        found, learnt = verdict(link, title), self._shapes.judge(link)
        if learnt == "no_article":
            return "shape_of_no_article"
        return None if found == "article" or (learnt == "article" and found != "asset") else found


def tree(text: str) -> tuple[Any, bool]:
    """The page's root element, None where it has none; and whether it was nested deeper than the parser follows."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None, False
    return root, any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def base_of(root: Any, url: str) -> str:
    """What relative links are relative to: the first `<base href>` that can be one, else the page."""
    for element in root.iter("base") if root is not None else ():
        href = element.get("href")
        if href:
            try:
                return resolve(href, url)
            except UnusableLink:
                break
    return url


def _links(root: Any, gathering: Gathering) -> dict[str, str | None]:
    """URL to the longest text that links to it, in the order of the first link. Others are counted."""
    links: dict[str, str | None] = {}
    for anchor in root.iter("a"):
        href = anchor.get("href")
        if href is None:
            continue
        href = href.strip()
        if not href or href.startswith("#"):
            gathering.skip("same_page")
            continue
        try:
            link = resolve(href, gathering.base)
        except UnusableLink as error:
            gathering.skip(error.reason)
            continue
        text = _text(anchor)
        if link not in links:
            links[link] = text
            continue
        gathering.skip("duplicate")
        if text and len(text) > len(links[link] or ""):
            links[link] = text
    return links


def _text(anchor: Any) -> str | None:
    """What a link says: its text, else its title, else what its pictures show."""
    said = ""
    for piece in anchor.itertext():
        said += piece + " "
        if len(said) > MAX_TITLE_LENGTH:
            break
    if text := plain(said):
        return text
    if text := plain(anchor.get("title") or anchor.get("aria-label")):
        return text
    return next((alt for image in anchor.iter("img") if (alt := plain(image.get("alt")))), None)


def _announced(root: Any, gathering: Gathering, url: str) -> None:
    """Take the feeds and the next page that the page announces."""
    for link in root.iter("link", "a"):
        relations = (link.get("rel") or "").lower().split()
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        href = link.get("href")
        if "alternate" in relations and kind in _FEED_TYPES and link.tag == "link":
            if _is_of_comments(href, url):
                gathering.skip("comments_feed")
            else:
                gathering.further(href, "feed")
        elif "next" in relations and href and not href.startswith("#"):
            gathering.further(href, "section", role="next")


def _leading_on(links: Iterable[str], gathering: Gathering, url: str) -> None:
    """Take the links to the next page of this list, and to the site's archive by date."""
    following = None if gathering.names("next") else next_page(url, links)
    if following is not None:
        gathering.further(following, "section", role="next")
    for link in archive_pages(url, links)[:MAX_ARCHIVE_PAGES]:
        gathering.further(link, "section", role="archive")


def _is_of_comments(href: str | None, url: str) -> bool:
    """Whether a feed holds readers' comments, as WordPress announces beside the articles' own."""
    try:
        path = urlsplit(urljoin(url, href or "")).path
    except ValueError:
        return False
    return not _COMMENTS.isdisjoint(path.lower().split("/"))
