"""What an article page says about itself in its head: JSON-LD, OpenGraph, Dublin Core."""

import json
from typing import Any

from cli.demo.articles import Article
from cli.demo.markup import escape
from cli.demo.masthead import Masthead

# The element on a paywalled page that holds what has to be paid for.
WALL_CLASS = "plus-inhalt"


def article_head(article: Article, masthead: Masthead, base: str) -> str:
    """The metadata elements of an article page, a line each. `base` is the site's address without a slash."""
    lines = [f'<link rel="canonical" href="{escape(base + article.path)}">']
    match article.metadata:
        case "dublin-core":
            lines += dublin_core(article, masthead)
        case "opengraph":
            lines += open_graph(article, masthead, base)
        case "full":
            lines += open_graph(article, masthead, base)
            lines.append(script(json_ld(article, masthead, base)))
    return "\n".join(lines)


def meta(attribute: str, name: str, content: str) -> str:
    """One `meta` element."""
    return f'<meta {attribute}="{name}" content="{escape(content)}">'


def open_graph(article: Article, masthead: Masthead, base: str) -> list[str]:
    """Description, author and OpenGraph's article properties."""
    lines = [
        meta("name", "description", article.standfirst),
        meta("name", "author", ", ".join(article.authors)),
        meta("property", "og:type", "article"),
        meta("property", "og:site_name", masthead.name),
        meta("property", "og:title", article.title),
        meta("property", "og:description", article.standfirst),
        meta("property", "og:url", base + article.path),
        meta("property", "og:image", f"{base}/media/{article.picture}.svg"),
        meta("property", "og:locale", article.language.replace("-", "_")),
        meta("property", "article:published_time", article.published.isoformat()),
        meta("property", "article:section", article.section.title),
    ]
    if article.modified:
        lines.append(meta("property", "article:modified_time", article.modified.isoformat()))
    lines += [meta("property", "article:tag", tag) for tag in article.tags]
    if article.access != "free":
        tier = {"metered": "metered", "paywalled": "locked"}[article.access]
        lines.append(meta("property", "article:content_tier", tier))
    return lines


def dublin_core(article: Article, masthead: Masthead) -> list[str]:
    """Nothing but `dc.` elements, as an old content system writes them."""
    return [
        '<link rel="schema.dc" href="http://purl.org/dc/elements/1.1/">',
        meta("name", "dc.title", article.title),
        *(meta("name", "dc.creator", author) for author in article.authors),
        meta("name", "dc.date", article.published.isoformat()),
        meta("name", "dc.description", article.standfirst),
        meta("name", "dc.language", article.language),
        meta("name", "dc.publisher", masthead.name),
        meta("name", "dc.type", "Text.Article"),
    ]


def script(data: dict[str, Any]) -> str:
    """A JSON-LD element. The text cannot close it early."""
    written = json.dumps(data, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return f'<script type="application/ld+json">\n{written}\n</script>'


def json_ld(article: Article, masthead: Masthead, base: str) -> dict[str, Any]:
    """The page as schema.org describes it: alone on the Ledger, inside a graph on the Tagblatt."""
    described = news_article(article, masthead, base)
    if masthead.key == "ledger":
        return {"@context": "https://schema.org", **described}
    crumbs = [(masthead.name, "/"), (article.section.title, article.section.path), (article.title, article.path)]
    return {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": f"{base}/#website", "name": masthead.name, "url": f"{base}/"},
            {
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": place, "name": name, "item": base + path}
                    for place, (name, path) in enumerate(crumbs, start=1)
                ],
            },
            described,
        ],
    }


def news_article(article: Article, masthead: Masthead, base: str) -> dict[str, Any]:
    """A `NewsArticle`, or a `LiveBlogPosting` with its entries."""
    live = any(block.kind == "entry" for block in article.blocks)
    data: dict[str, Any] = {
        "@type": "LiveBlogPosting" if live else "NewsArticle",
        "mainEntityOfPage": base + article.path,
        "headline": article.title,
        "description": article.standfirst,
        "image": [f"{base}/media/{article.picture}.svg"],
        "datePublished": article.published.isoformat(),
        "articleSection": article.section.title,
        "inLanguage": article.language,
        "isAccessibleForFree": article.access == "free",
        "author": [author(name) for name in article.authors],
        "publisher": {
            "@type": "Organization",
            "name": masthead.name,
            "logo": {"@type": "ImageObject", "url": f"{base}/media/logo.svg"},
        },
    }
    if article.modified:
        data["dateModified"] = article.modified.isoformat()
    if article.access == "paywalled":
        data["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": f".{WALL_CLASS}",
        }
    if live:
        data |= live_coverage(article)
    return data


def author(name: str) -> dict[str, str]:
    """A person, or an organisation where the byline names a desk or the agency."""
    organisations = ("Meridian Press", "Ledger Staff")
    return {"@type": "Organization" if name in organisations else "Person", "name": name}


def live_coverage(article: Article) -> dict[str, Any]:
    """The entries of a live page, newest first as the page has them."""
    updates: list[dict[str, Any]] = []
    for block in article.blocks:
        if block.kind == "entry":
            clock, heading = block.rows[0]
            hour, minute = clock.split(":")
            when = article.published.replace(hour=int(hour), minute=int(minute))
            updates.append(
                {"@type": "BlogPosting", "headline": heading, "datePublished": when.isoformat(), "articleBody": ""}
            )
        elif updates:
            updates[-1]["articleBody"] = " ".join([updates[-1]["articleBody"], *block.lines]).strip()
    return {
        "coverageStartTime": article.published.isoformat(),
        "coverageEndTime": (article.modified or article.published).isoformat(),
        "liveBlogUpdate": updates,
    }
