"""Which of the articles that a listing names a source wants."""

import re
from collections.abc import Collection, Iterable, MutableMapping

from crawler.discovery.following import Depth, dated
from crawler.discovery.likeness import verdict
from crawler.discovery.listing import Found, FurtherKind
from storage.sources import Source
from storage.urls import key


def wanted(
    articles: Iterable[Found],
    kind: FurtherKind,
    depth: Depth,
    *,
    source: Source | None,
    own_pages: Collection[str],
    skipped: MutableMapping[str, int],
) -> list[Found]:
    """The articles that a source wants, newest first where they are dated; the others are counted in `skipped`.

    `kind`: what names them; the links of a section page have been through `include` and `exclude` already.
    `own_pages`: keys of pages that are listings themselves.
    """
    kept = []
    for found in articles:
        when = dated(found, by_url=depth.deep)
        if kind == "sitemap" and (key(found.url) in own_pages or verdict(found.url, None) in ("navigation", "asset")):
            # Sitemaps list a site's own pages beside its articles.
            reason = "navigation"
        elif depth.oldest is not None and when is not None and when < depth.oldest:
            reason = "too_old"
        elif kind != "section" and source is not None and not matches(source, found.url):
            reason = "excluded"
        else:
            kept.append((when, found))
            continue
        skipped[reason] = skipped.get(reason, 0) + 1
    newest_first = sorted(kept, key=lambda pair: pair[0].timestamp() if pair[0] else 0.0, reverse=True)
    return [found for _, found in newest_first]


def matches(source: Source, url: str) -> bool:
    """Whether a source's `include` and `exclude` let a URL through."""
    if any(re.search(pattern, url) for pattern in source.exclude):
        return False
    return not source.include or any(re.search(pattern, url) for pattern in source.include)
