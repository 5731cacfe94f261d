"""Where the newspaper says what it has: feeds, sitemaps, robots.txt."""

import gzip
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime

from cli.demo.articles import Article
from cli.demo.markup import escape
from cli.demo.masthead import Masthead

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# What common feeds hold. Older articles fall out of the feed and stay in the sitemap.
FEED_LENGTH = 12

# Google's rule for news sitemaps: nothing older than two days.
NEWS_SITEMAP_SPAN = timedelta(days=2)

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def feed_articles(articles: Sequence[Article]) -> list[Article]:
    """The newest of those that go into the feed. `articles` come newest first."""
    return [article for article in articles if "feed" in article.listed_in][:FEED_LENGTH]


def feed_link(article: Article, base: str) -> str:
    """The article's address as the feed has it, tracking parameters and all."""
    return base + article.path + (f"?{article.feed_query}" if article.feed_query else "")


def rss(masthead: Masthead, base: str, articles: Sequence[Article], built_at: datetime) -> bytes:
    """RSS 2.0 with the standfirst as description."""
    items = "".join(
        f"<item>\n<title>{escape(article.title)}</title>\n<link>{escape(feed_link(article, base))}</link>\n"
        f'<guid isPermaLink="false">{escape(masthead.key + article.path)}</guid>\n'
        f"<description>{escape(article.standfirst)}</description>\n"
        f"<dc:creator>{escape(', '.join(article.authors))}</dc:creator>\n"
        f"<category>{escape(article.section.title)}</category>\n"
        f"<pubDate>{format_datetime(article.published)}</pubDate>\n</item>\n"
        for article in feed_articles(articles)
    )
    return (
        f'{DECLARATION}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n<title>{escape(masthead.name)}</title>\n'
        f"<link>{base}/</link>\n<description>{escape(masthead.tagline)}</description>\n"
        f"<language>{masthead.language.lower()}</language>\n"
        f'<atom:link href="{base}/feed.xml" rel="self" type="application/rss+xml"/>\n'
        f"<lastBuildDate>{format_datetime(built_at)}</lastBuildDate>\n{items}</channel>\n</rss>\n"
    ).encode()


def atom(masthead: Masthead, base: str, articles: Sequence[Article], built_at: datetime) -> bytes:
    """Atom 1.0 with the standfirst as summary."""
    entries = "".join(
        f"<entry>\n<title>{escape(article.title)}</title>\n<id>{escape(base + article.path)}</id>\n"
        f'<link rel="alternate" type="text/html" href="{escape(feed_link(article, base))}"/>\n'
        f"{''.join(f'<author><name>{escape(author)}</name></author>' for author in article.authors)}\n"
        f'<category term="{escape(article.section.title)}"/>\n'
        f"<published>{article.published.isoformat()}</published>\n"
        f"<updated>{(article.modified or article.published).isoformat()}</updated>\n"
        f'<summary xml:lang="{article.language}">{escape(article.standfirst)}</summary>\n</entry>\n'
        for article in feed_articles(articles)
    )
    return (
        f'{DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{masthead.language}">\n'
        f"<title>{escape(masthead.name)}</title>\n<subtitle>{escape(masthead.tagline)}</subtitle>\n"
        f'<id>{base}/</id>\n<link rel="self" href="{base}/feed.xml"/>\n<link rel="alternate" href="{base}/"/>\n'
        f"<updated>{built_at.isoformat()}</updated>\n{entries}</feed>\n"
    ).encode()


def news_sitemap(masthead: Masthead, base: str, articles: Iterable[Article], built_at: datetime) -> bytes:
    """A Google news sitemap of the last two days."""
    earliest = built_at.date() - NEWS_SITEMAP_SPAN
    urls = "".join(
        f"<url>\n<loc>{escape(base + article.path)}</loc>\n<news:news>\n<news:publication>"
        f"<news:name>{escape(masthead.name)}</news:name>"
        f"<news:language>{article.language[:2]}</news:language></news:publication>\n"
        f"<news:publication_date>{article.published.isoformat()}</news:publication_date>\n"
        f"<news:title>{escape(article.title)}</news:title>\n</news:news>\n</url>\n"
        for article in articles
        if "news" in article.listed_in and article.published.date() >= earliest
    )
    return f'{DECLARATION}<urlset xmlns="{SITEMAPS}" xmlns:news="{NEWS}">\n{urls}</urlset>\n'.encode()


def article_sitemap(base: str, articles: Iterable[Article]) -> bytes:
    """The sitemap of all articles, however old, gzipped. A quiet edit does not show in it."""
    urls = "".join(
        f"<url><loc>{escape(base + article.path)}</loc>"
        f"<lastmod>{(article.modified or article.published).isoformat()}</lastmod></url>\n"
        for article in articles
        if "sitemap" in article.listed_in
    )
    return gzip.compress(f'{DECLARATION}<urlset xmlns="{SITEMAPS}">\n{urls}</urlset>\n'.encode(), mtime=0)


def page_sitemap(masthead: Masthead, base: str) -> bytes:
    """The sitemap of what is no article: front page, sections, small pages."""
    paths = ["/", *(section.path for section in masthead.sections), *(page.path for page in masthead.pages)]
    urls = "".join(f"<url><loc>{escape(base + path)}</loc></url>\n" for path in paths)
    return f'{DECLARATION}<urlset xmlns="{SITEMAPS}">\n{urls}</urlset>\n'.encode()


def sitemap_index(base: str, built_at: datetime) -> bytes:
    """The index of the three sitemaps."""
    names = ("sitemap-articles.xml.gz", "sitemap-pages.xml", "sitemap-news.xml")
    sitemaps = "".join(
        f"<sitemap><loc>{base}/{name}</loc><lastmod>{built_at.isoformat()}</lastmod></sitemap>\n" for name in names
    )
    return f'{DECLARATION}<sitemapindex xmlns="{SITEMAPS}">\n{sitemaps}</sitemapindex>\n'.encode()


def robots(base: str) -> bytes:
    """Everything may be crawled but what is meant for members."""
    return (
        f"User-agent: *\nDisallow: /private/\n\nSitemap: {base}/sitemap.xml\nSitemap: {base}/sitemap-news.xml\n"
    ).encode()
