# ruff: noqa: E501
"""Pages that list articles are no articles; articles that link to others are."""

import json
from collections.abc import Callable

import pytest

from pipelines.extract import NotArticle, PageBytes, extract
from storage.article import Article

NOUNS = ["quay", "bridge", "ferry", "market", "school", "tram", "library", "harbour", "theatre", "mill", "tower", "dam"]
NOUNS += ["park", "road", "church"]
VERBS = ["mends", "closes", "buys", "opens", "paints", "moves", "sells", "saves", "builds", "loses", "finds", "guards"]
VERBS += ["plants", "widens", "heats"]
ROOT = "https://gazette.example"


def headline(n: int) -> str:
    return f"Town council {VERBS[n]} the old {NOUNS[n]} before winter"


def summary(n: int) -> str:
    return (
        f"The {NOUNS[n]} has stood for a hundred years. Now the council {VERBS[n]} it, and not everybody in the quarter "
        f"is glad of that, as a walk past the {NOUNS[(n + 3) % 15]} shows."
    )


def story(n: int) -> str:
    return (
        f"On day {n} of its session the board spoke of the {NOUNS[n]} and of nothing else. It {VERBS[n]} what it can, "
        f"said a member, while the {NOUNS[(n + 5) % 15]} waits for its turn and the engineers for their money."
    )


def cards(form: str, count: int = 14) -> str:
    return "".join(
        form.format(n=n, href=f"/2031/03/{n:02}/{NOUNS[n]}", headline=headline(n), summary=summary(n), noun=NOUNS[n])
        for n in range(count)
    )


def ld(node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


WEBSITE = '<meta property="og:type" content="website">'
ARTICLE_CARD = '<article><h2><a href="{href}">{headline}</a></h2><p>{summary}</p><time>12 March</time></article>'
LISTINGS = {
    "/politics": f"{WEBSITE}<main><h1>Politics</h1>{cards(ARTICLE_CARD)}</main>",
    "/": f"{WEBSITE}<h1>The Gazette</h1>{cards(ARTICLE_CARD)}",
    "/local": "<h1>Local</h1><ul>" + cards('<li><h3><a href="{href}">{headline}</a></h3><p>{summary}</p></li>') + "</ul>",
    "/sport": cards('<div class="card"><a href="{href}"><h3>{headline}</h3><p>{summary}</p></a></div>'),
    "/culture": cards('<section><div><h4><a href="{href}">{headline}</a></h4></div><div>{summary}</div></section>'),
    "/news": "<h1>News</h1>" + cards('<p class="kicker">{noun}</p><h2><a href="{href}">{headline}</a></h2><p>{summary}</p>'),
    "/latest": "<h1>Latest</h1><ul>" + cards('<li><span>06:{n}</span> <a href="{href}">{headline}</a></li>') + "</ul>",
    "/author/ada-ito": "<h1>Ada Ito</h1><p>Ada Ito writes about bridges. She joined the paper in 2019.</p>"
    + cards(ARTICLE_CARD),
    "/authors/bo-li": ld({"@type": "ProfilePage", "name": "Bo Li"}) + "<h1>Bo Li</h1>" + cards(ARTICLE_CARD, 5),
    "/tag/harbour": "<h1>All on: harbour</h1>" + cards('<div><h2><a href="{href}">{headline}</a></h2><p>{summary}</p></div>'),
    "/topics/trams": ld({"@type": "CollectionPage", "name": "Trams"}) + "<h1>Trams</h1>" + cards(ARTICLE_CARD, 4),
    "/search?q=quay": ld({"@type": "SearchResultsPage"})
    + "<h1>14 results for quay</h1><ol>"
    + cards('<li><a href="{href}">{headline}</a><br>… {summary} …</li>')
    + "</ol>",
    "/find/mill": "<h1>Search</h1><form><input name=q></form>"
    + cards('<div class="result"><h3><a href="{href}">{headline}</a></h3><cite>gazette.example</cite><p>{summary}</p></div>'),
    "/archive/2031/03": "<h1>March 2031</h1><dl>" + cards('<dt>{n} March</dt><dd><a href="{href}">{headline}</a></dd>') + "</dl>",
    "/category/opinion/page/3": "<h1>Opinion</h1>" + cards(ARTICLE_CARD) + '<a href="/category/opinion/page/4">Older</a>',
    "/index.html": "<h1>Gazette</h1>"
    + ld({"@type": "WebSite", "name": "The Gazette"})
    + cards('<article><a href="{href}"><h2>{headline}</h2></a><p>{summary}</p></article>'),
    "/blog": "<h1>Our blog</h1><p>What the newsroom thinks about itself, and about you.</p>"
    + cards('<article><header><h2><a href="{href}">{headline}</a></h2></header><p>{summary} <a href="{href}">More</a></p></article>'),
    "/video": "<h1>Video</h1>" + cards('<figure><a href="{href}"><img alt=""><figcaption>{headline}</figcaption></a></figure>'),
    "/de/wirtschaft": '<html lang="de"><h1>Wirtschaft</h1>' + cards(ARTICLE_CARD),
    "/briefing": ld({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": f"{ROOT}/{n}"} for n in range(9)]})
    + "<h1>Briefing</h1>"
    + cards(ARTICLE_CARD),
    "/most-read": "<h1>Most read</h1><ol>" + cards('<li><h3><a href="{href}">{headline}</a></h3></li>') + "</ol>",
}  # fmt: skip


def read(path: str, body: str) -> Article | NotArticle:
    return extract(
        PageBytes(
            url=ROOT + path,
            body=f"<!doctype html><title>The Gazette</title>{body}".encode(),
            content_encoding=None,
            content_type="text/html",
            truncated=False,
        )
    )


@pytest.mark.parametrize("path", LISTINGS)
def test_a_page_that_lists_articles_is_none(path: str) -> None:
    found = read(path, LISTINGS[path])
    assert isinstance(found, NotArticle)
    assert found.kind in ("listing", "no_text")


TEXT = "".join(f"<p>{story(n)}</p>" for n in range(9))
ARTICLES: dict[str, Callable[[], str]] = {
    "boxes of others below": lambda: f"<article><h1>Quay mended</h1>{TEXT}</article><aside>{cards(ARTICLE_CARD)}</aside>",
    "boxes of others inside": lambda: f"<article><h1>Quay</h1>{TEXT}<h2>More</h2>{cards(ARTICLE_CARD)}</article>",
    "a menu of headlines above": lambda: "<div><ul>"
    + cards('<li><a href="{href}">{headline}</a></li>')
    + f"</ul></div><article><h1>Quay</h1>{TEXT}</article>",
    "a list with linked headings": lambda: "<article><h1>Nine things of the week</h1>"
    + "".join(f'<h2><a href="/{n}">{headline(n)}</a></h2><p>{story(n)}</p><p>{summary(n)} {story(n + 1)}</p>' for n in range(9))
    + "</article>",
    "short news that says it is news": lambda: ld(
        {"@type": "NewsArticle", "headline": "Quay", "datePublished": "2031-03-12"}
    )
    + f"<article><h1>Quay mended</h1><p>{story(1)}</p></article>{cards(ARTICLE_CARD)}",
    "short news that does not": lambda: f"<article><h1>Quay mended</h1><p>{story(1)}</p><p>{story(2)}</p></article>"
    + f"<aside>{cards(ARTICLE_CARD, 5)}</aside>",
    "a collection by its own word": lambda: ld({"@type": "CollectionPage"})
    + f"<article><h1>Quay mended</h1>{TEXT}</article>{cards(ARTICLE_CARD, 4)}",
}  # fmt: skip


@pytest.mark.parametrize("what", ARTICLES)
def test_an_article_with_links_to_others_stays_one(what: str) -> None:
    found = read("/2031/03/12/quay-mended", ARTICLES[what]())
    assert isinstance(found, Article)
