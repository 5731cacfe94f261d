"""The shapes of a site's URLs, and which of them its articles have: learnt from what the archive knows of the site."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from storage.errors import InvalidURL
from storage.urls import host

# With fewer a shape is an accident: a site's own pages (imprint, about) are also a handful of one shape.
ENOUGH = 5
# A shape that lists and articles share tells nothing.
MOSTLY = 0.9

_PARTS = re.compile(r"[-_+~]+")
_EXTENSION = re.compile(r"\.([a-z]{2,5}\d?)$")
_LONG_NUMBER = 5


def shape_of(url: str) -> str | None:
    """A URL's shape: its host, and each segment and parameter by its kind. None for what is no URL.

    Two URLs have one shape where they differ in numbers of about the same length, in the words of slugs, and in
    opaque ids. Single words stay as they are: they are the site's sections.

    >>> shape_of("https://a.example/news/2026/03/some-long-slug-here-12345.html")
    'a.example/news/n4/n2/slug-n.html'
    """
    try:
        where, parts = host(url), urlsplit(url)
    except (InvalidURL, ValueError):
        return None
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    extension = ""
    if segments and (found := _EXTENSION.search(segments[-1])):
        extension = found[0]
        segments[-1] = segments[-1][: found.start()]
    path = "/".join(_kind(unquote(segment)) for segment in segments)
    names = sorted({name.lower() for name, value in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{where}/{path}{extension}" + ("?" + "&".join(names) if names else "")


def _kind(segment: str) -> str:
    if segment.isdecimal():
        return f"n{min(len(segment), _LONG_NUMBER)}"
    words = [part for part in _PARTS.split(segment) if part]
    numbers = [word for word in words if any(c.isdigit() for c in word)]
    plain = len(words) - len(numbers)
    if plain >= 3:
        long = bool(numbers) and len(words[-1]) >= _LONG_NUMBER and words[-1] in numbers
        return "slug-n" if long else "slug"
    if numbers and max(map(len, numbers)) >= _LONG_NUMBER:
        # An id, alone or with a word or two before it.
        return "id" if not plain else "short-id"
    return segment


@attrs.frozen
class Shapes:
    """What one site has taught. Empty: nothing is known of it."""

    articles: frozenset[str] = frozenset()
    """Shapes that articles have, and hardly anything else."""

    others: frozenset[str] = frozenset()
    """Shapes of what was fetched as an article and was none."""

    def judge(self, url: str) -> Literal["article", "no_article"] | None:
        """What a URL is by its shape; None where that does not tell."""
        if not self.articles and not self.others:
            return None
        shape = shape_of(url)
        return "article" if shape in self.articles else "no_article" if shape in self.others else None


def learnt(articles: Iterable[str], others: Iterable[str]) -> Shapes:
    """Shapes from URLs that were articles and from those that were taken for one and were none."""
    good: Counter[str] = Counter(shape for url in articles if (shape := shape_of(url)))
    bad: Counter[str] = Counter(shape for url in others if (shape := shape_of(url)))
    return Shapes(
        frozenset(s for s, count in good.items() if count >= ENOUGH and count >= MOSTLY * (count + bad[s])),
        frozenset(s for s, count in bad.items() if count >= ENOUGH and count >= MOSTLY * (count + good[s])),
    )
