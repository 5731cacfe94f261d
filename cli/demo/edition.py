"""Everything one site serves on one day, by path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cli.demo import ledger, listings, page, tagblatt
from cli.demo.articles import Article, load_articles, newest_first
from cli.demo.masthead import Masthead
from cli.demo.page import Page
from cli.demo.pictures import picture
from cli.demo.related import related_articles
from cli.demo.template import Template

TEMPLATES: dict[str, Callable[[Masthead, str, datetime], Template]] = {
    "ledger": ledger.LedgerTemplate,
    "tagblatt": tagblatt.TagblattTemplate,
}

# The day's last change to listings: after every article of that day.
CLOSING_TIME = time(23, 55)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One site on one day."""

    articles: tuple[Article, ...]
    """All that is online, newest first, with those that robots.txt keeps from crawlers."""

    pages: dict[str, Page]
    """By path, without query."""

    not_found: Page

    built_at: datetime
    """When the site last changed. Aware."""


def build_edition(
    masthead: Masthead, base: str, *, today: date, day: int, more: Sequence[Article] = (), days_later: int = 0
) -> Edition:
    """The site at `base` (its address without a slash) on day 1 or 2; `today` is the date of day 2.

    `more`: articles beside those of that day, for a site that goes on for `days_later` days after it.
    """
    articles = newest_first([*load_articles(masthead, today=today, day=day), *more])
    first_day = load_articles(masthead, today=today, day=1)
    built_at = datetime.combine(today - timedelta(days=2 - day - days_later), CLOSING_TIME, masthead.zone)
    template = TEMPLATES[masthead.key](masthead, base, built_at)
    pages = {
        **article_pages(template, articles, first_day),
        **redirects(base, articles),
        **listing_pages(template, articles),
        **machine_pages(template, articles),
        **pictures(articles),
    }
    return Edition(
        articles=articles,
        pages=pages,
        not_found=Page(body=template.not_found().encode(), content_type=page.HTML, status=404),
        built_at=built_at,
    )


def article_pages(template: Template, articles: Sequence[Article], first_day: Sequence[Article]) -> dict[str, Page]:
    """The articles. Related stories come from the first day only, so that a new article leaves old pages alone."""
    return {
        article.path: Page(
            body=template.article(article, related_articles(article, first_day), articles).encode(),
            content_type=page.HTML,
            changed_at=article.touched if template.validators else None,
        )
        for article in articles
    }


def redirects(base: str, articles: Sequence[Article]) -> dict[str, Page]:
    """Old paths, moved for good."""
    return {
        article.old_path: Page(
            body=f'<p>Moved to <a href="{base}{article.path}">{base}{article.path}</a>.</p>\n'.encode(),
            content_type=page.HTML,
            status=301,
            location=base + article.path,
        )
        for article in articles
        if article.old_path
    }


def listing_pages(template: Template, articles: Sequence[Article]) -> dict[str, Page]:
    """Front page, sections and small pages."""
    bodies = {"/": template.home([article for article in articles if "home" in article.listed_in])}
    listed = [article for article in articles if "section" in article.listed_in]
    for section in template.masthead.sections:
        bodies[section.path] = template.section(section, [one for one in listed if one.section == section])
    for small in template.masthead.pages:
        tagged = [article for article in listed if article.public and small.tag in article.tags]
        bodies[small.path] = template.small_page(small, tagged)
    return {path: Page(body=body.encode(), content_type=page.HTML) for path, body in bodies.items()}


def machine_pages(template: Template, articles: Sequence[Article]) -> dict[str, Page]:
    """What machines ask for: feeds, sitemaps, robots.txt, the stylesheet."""
    masthead, base, built_at = template.masthead, template.base, template.built_at
    changed_at = built_at if template.validators else None
    feed, feed_type = (listings.rss, page.RSS) if template.feed_is_rss else (listings.atom, page.ATOM)
    gzip_type = "application/gzip" if template.feed_is_rss else "application/x-gzip"
    return {
        "/feed.xml": Page(body=feed(masthead, base, articles, built_at), content_type=feed_type, changed_at=changed_at),
        "/sitemap.xml": Page(body=listings.sitemap_index(base, built_at), content_type=page.XML),
        "/sitemap-news.xml": Page(
            body=listings.news_sitemap(masthead, base, articles, built_at), content_type=page.XML
        ),
        "/sitemap-articles.xml.gz": Page(body=listings.article_sitemap(base, articles), content_type=gzip_type),
        "/sitemap-pages.xml": Page(body=listings.page_sitemap(masthead, base), content_type=page.XML),
        "/robots.txt": Page(body=listings.robots(base), content_type=page.TEXT),
        "/static/style.css": Page(body=masthead.stylesheet, content_type=page.CSS),
    }


def pictures(articles: Sequence[Article]) -> dict[str, Page]:
    """Every picture that a page or its metadata names."""
    names = {"logo", *(article.picture for article in articles)}
    names |= {block.rows[0][0] for article in articles for block in article.blocks if block.kind == "figure"}
    return {f"/media/{name}.svg": Page(body=picture(name), content_type=page.SVG) for name in sorted(names)}
