"""The table that a survey becomes in `sources.toml`."""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from crawler.discovery.listing import FurtherKind
from crawler.probing.candidate import Candidate
from crawler.probing.choosing import Choice
from storage.sources import Source
from storage.urls import site

_KEYS: dict[str, FurtherKind] = {"feeds": "feed", "sitemaps": "sitemap", "sections": "section"}
_FORMS = {
    "rss": "RSS",
    "atom": "Atom",
    "rdf": "RDF",
    "json": "JSON Feed",
    "news_sitemap": "news sitemap",
    "sitemap_index": "sitemap index",
    "sitemap": "sitemap",
    "text_sitemap": "list of URLs",
    "section": "page with links",
}


def name_for(home: str) -> str:
    """A source's name from its front page: what its domain is called before the suffix ("bbc" of news.bbc.co.uk)."""
    domain = site(home).removeprefix("www.")
    # An address has no suffix.
    own = domain if domain[-1:].isdigit() else domain.partition(".")[0]
    # The standard writes a name in other letters as "xn--" and a code that says nothing to people.
    name = "" if own.startswith("xn--") else re.sub(r"[^a-z0-9_-]+", "-", own.lower()).strip("-_")
    return name or "site"


def described(candidate: Candidate) -> str:
    """What a listing is, and how much of it fits, in a few words."""
    parts = [_FORMS.get(candidate.form, candidate.form)]
    if candidate.further:
        parts.append(f"{candidate.further:,} sitemaps")
    if candidate.articles or not candidate.further:
        parts.append(f"{candidate.articles:,} articles, {len(candidate.fitting):,} fit")
    if candidate.newest is not None:
        parts.append(f"newest {candidate.newest:%Y-%m-%d}")
    return ", ".join(parts)


def entry(asked: Source, home: str, title: str | None, choices: Sequence[Choice], *, today: datetime) -> str:
    """The table of a new source, with a comment on each listing. Ends with a line end.

    `asked`: its name, and how it was asked; `home`: the front page that answered.
    """
    lines = [f"# Found by `backissue sources add` on {today:%Y-%m-%d}.", f"[sources.{asked.name}]"]
    lines.append(f"home = {_text(home)}")
    if title:
        lines.append(f"title = {_text(title)}")
    for field, kind in _KEYS.items():
        chosen = [choice.candidate for choice in choices if choice.chosen and choice.candidate.kind == kind]
        if chosen:
            lines.append(f"{field} = [")
            lines += [f"    {_text(one.url)},  # {described(one)}" for one in chosen]
            lines.append("]")
    if asked.delay != Source.model_fields["delay"].default:
        lines.append(f"delay = {asked.delay}")
    if asked.allow_private:
        lines.append("allow_private = true  # its addresses need not be public")
    left = [choice for choice in choices if not choice.chosen]
    if left:
        lines.append("# Left out:")
        lines += [f"#   {_text(one.candidate.url)}  {described(one.candidate)}: {one.why}" for one in left]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
