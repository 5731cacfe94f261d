"""What a page shows of its byline and its date, where its metadata names nobody but the site."""

import time
from typing import Any

import pytest
from lxml import html

from pipelines.fields import shown
from pipelines.fields.metadata import Metadata, read_metadata

URL = "https://www.gazette.example/politics/2031/bridge-closed.html"
SITE = '<meta property="og:site_name" content="The Gazette"><meta name="author" content="The Gazette">'
STORY = "<p>The bridge over the Vell was closed on Monday, after engineers had found cracks in its piers.</p>" * 4


def tree(page: str) -> Any:
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def read(body: str, head: str = SITE) -> Metadata:
    return read_metadata(tree(f"<html><head>{head}</head><body>{body}</body></html>"), URL)


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="article__byline">By Ada Ito</p>',
        '<div class="post_news_author"><a href="/authors/ito/">Ada Ito</a></div>',
        '<a rel="author" href="/ito">Ada Ito</a>',
        '<span itemprop="author">Ada Ito</span>',
        '<p class="author"><a href="/ito">Ada Ito, The Gazette North</a></p>',
        '<div class="articleAuthor"><span>By</span> <span>Ada Ito</span><span>Senior Political Reporter</span></div>',
        '<div class="autorLine">von Ada Ito, Madrid</div>',
        "<ul><li><strong>Datum</strong> 12.03.2031</li><li><strong>Autorin/Autor</strong> Ada Ito</li></ul>",
        "<dl><dt>Author:</dt><dd>Ada Ito</dd></dl>",
        "<p><strong>Ada Ito</strong></p>",
    ],
)
def test_a_shown_byline_outweighs_the_sites_own_name(byline: str) -> None:
    metadata = read(f"<article><h1>Bridge closed</h1>{byline}{STORY}</article>")
    assert metadata.authors == ("Ada Ito",)
    assert metadata.origins["authors"] == "html"


@pytest.mark.parametrize(
    "byline",
    [
        '<div class="authors"><a href="/a">Ada Ito</a><a href="/b">Bo Li</a></div>',
        '<p class="byline">By Ada Ito and Bo Li</p>',
        '<p class="byline"><span>Ada Ito</span> <span>and</span> <span>Bo Li</span></p>',
        '<div><div class="author">Ada Ito</div><div class="author">Bo Li</div></div>',
        "<p><b>Ada Ito/Bo Li</b></p>",
    ],
)
def test_two_people_are_two_authors(byline: str) -> None:
    assert read(f"<article><h1>Bridge closed</h1>{byline}{STORY}</article>").authors == ("Ada Ito", "Bo Li")


@pytest.mark.parametrize(
    "other",
    [
        '<footer><p class="author">Ada Ito</p></footer>',
        '<div id="comments"><span class="comment-author">Ada Ito</span></div>',
        '<div class="teaser"><span class="author">Ada Ito</span></div>',
        '<p class="author">abc</p>',
        '<p class="author">All articles</p>',
        '<p class="author">' + "Ada Ito has written about bridges for twenty years. " * 4 + "</p>",
        "<p><strong>Breaking news</strong> The bridge is closed.</p>",
        '<p class="authority">Ada Ito</p>',
    ],
)
def test_what_is_no_byline_leaves_the_sites_name(other: str) -> None:
    assert read(f"<article><h1>Bridge closed</h1>{STORY}</article>{other}").authors == ("The Gazette",)


def test_a_name_in_the_metadata_needs_no_byline() -> None:
    head = '<meta name="author" content="Cy Díaz">'
    assert read(f'<h1>Bridge closed</h1><p class="byline">Ada Ito</p>{STORY}', head).authors == ("Cy Díaz",)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>Bridge closed | The Gazette | 12.03.2031</title>", ""),
        ("", "<ul><li><strong>Datum</strong> 12.03.2031</li></ul>"),
        ("", "<dl><dt>Published</dt><dd>12. 3. 2031</dd></dl>"),
    ],
)
def test_a_day_with_dots_is_read_where_no_metadata_dates_the_page(head: str, body: str) -> None:
    metadata = read(f"<h1>Bridge closed</h1>{body}{STORY}", head)
    assert metadata.published_at is not None
    assert metadata.published_at.isoformat() == "2031-03-12T00:00:00+00:00"
    assert (metadata.origins["published_at"], metadata.published_raw) == ("html", "2031-03-12")


def test_a_day_in_a_title_does_not_date_what_the_page_dates_otherwise() -> None:
    head = '<title>What fell on 12.03.2031</title><meta property="article:published_time" content="2031-05-01">'
    metadata = read(f"<h1>What fell on 12.03.2031</h1>{STORY}", head)
    assert metadata.published_at is not None
    assert metadata.published_at.day == 1
    assert read(STORY, "<title>Version 31.12.2031.4</title>").published_at is None


def test_the_names_below_other_elements_are_not_the_first_ones_fellows() -> None:
    # Which elements stand side by side was told by numbers that Python gives to one after the other.
    cards = "".join(f"<div><div><p class=author>{name} Ito</p></div></div>" for name in ("Ada", "Bo", "Cy", "Di") * 20)
    assert shown.byline(tree(f"<h1>Bridge closed</h1>{cards}{STORY}")) == ["Ada Ito"]


def test_a_page_of_a_hundred_thousand_classes_is_searched_in_a_second() -> None:
    page = tree("<h1>Bridge</h1>" + "".join(f'<i class="author-{n}">x</i>' for n in range(100_000)))
    start = time.process_time()
    assert shown.byline(page) == []
    assert time.process_time() - start < 5
