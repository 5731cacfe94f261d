"""The URLs that the archive knows of a site: those of its articles, and those that were taken for one and were none."""

import attrs
from sqlalchemy import Connection, select

from storage.outcome import Outcome
from storage.tables import AliasRow, FrontierRow, PageRow, SnapshotRow
from storage.urls import site

# The newest of a site show how it names its articles now; a few hundred more would not change it.
NEWEST = 2_000


@attrs.frozen(kw_only=True)
class SiteURLs:
    """What is known of a site's URLs. The newest first, at most 2,000 of each."""

    articles: tuple[str, ...]
    others: tuple[str, ...]
    """What a source's crawl took for an article and was none."""


def site_urls(connection: Connection, url: str, scope: str | None = None) -> SiteURLs:
    """The URLs of a URL's site. `scope`: whose frontier tells what was no article. Raises InvalidURL."""
    kept = select(SnapshotRow.id).join(AliasRow, AliasRow.id == SnapshotRow.alias_id)
    articles = (
        select(PageRow.url)
        .where(PageRow.site == site(url), kept.where(AliasRow.page_id == PageRow.id).exists())
        .order_by(PageRow.id.desc())
        .limit(NEWEST)
    )
    others = (
        select(FrontierRow.url)
        .where(
            FrontierRow.scope == scope,
            FrontierRow.state == "done",
            FrontierRow.kind == "article",
            FrontierRow.outcome == Outcome.NOT_ARTICLE.value,
        )
        .order_by(FrontierRow.id.desc())
        .limit(NEWEST)
    )
    return SiteURLs(
        articles=tuple(connection.execute(articles).scalars()),
        others=tuple(connection.execute(others).scalars()) if scope else (),
    )
