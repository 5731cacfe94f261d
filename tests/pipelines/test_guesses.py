"""Guesses at title, author and date are trafilatura's own, and are worked out only where a page leaves them open."""

import re

import lxml.html
import pytest
from trafilatura.metadata import extract_author, extract_metadata
from trafilatura.xpaths import AUTHOR_DISCARD_XPATHS, AUTHOR_XPATHS

from pipelines.fields.guesses import AUTHOR_ATTRIBUTES, AUTHOR_WORDS, Guesses, with_authors
from pipelines.fields.metadata import read_metadata

URL = "https://gazette.example/2031/storm"
JSON = "<html><head><script type='application/ld+json'>{}</script></head><body><h1>Storm</h1></body></html>"
PAGES = [
    "<html><head><title>Storm in the harbour</title></head><body><p>Nothing else.</p></body></html>",
    "<html><head><meta name=author content='Ada Ito'></head><body><h1>Storm &amp; harbour</h1></body></html>",
    "<html><head></head><body><h2>Storm</h2><div class=author-name>By Bo Li</div><p>12 March 2021</p></body></html>",
    "<html><body><div class=sidebar><a rel=author>Bo Li</a></div><p class=byline>Ada Ito</p></body></html>",
    JSON.format('{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Ada Ito"}}'),
    JSON.format('[1, {"@type": {}}]'),
    "<html><head><link rel=canonical href='https://gazette.example/2021/03/12/a'></head><body><p>A</p></body></html>",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_guess_is_what_trafilatura_says(page: str) -> None:
    guesses = Guesses(lxml.html.document_fromstring(page), URL)
    said = extract_metadata(lxml.html.document_fromstring(page), URL)
    assert (guesses.title, guesses.author, guesses.date) == (said.title, said.author, said.date)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Nobody.</p>",
        "<div class=byline>By Ada Ito <span class=date>on Monday</span> in Harrow</div>",
        "<div class=comments><p id=author>Cy Diaz</p></div><p>A</p><x:y class=main><p id=author>Ada Ito</p></x:y>",
        "<figure><i data-component=Byline>Cy</i></figure><div @click=go><b><i itemprop=author>Ada Ito</i></b></div>",
        "<div class=writers><a rel=author>Bo Li</a><p class=author-name>Ada Ito</p></div><p id=author-x>Cy Diaz</p>",
        "<section class=sidebar><div><p class=author>Cy Diaz</p></div></section><div class=username>Ada Ito</div>",
        "<p><author>Ada Ito</author></p>",
        "<p><rel>me</rel>Ada Ito</p>",
        "<p class=author>A</p><p class=AUTHOR>Bo Li</p><h3 class=byl>Ada <time>today</time>Ito</h3>",
    ],
)
def test_an_author_is_found_in_a_part_of_the_page_as_in_the_whole(body: str) -> None:
    for page in (f"<body>{body}</body>", f"<body class=by-author><div class=title>Cy</div>{body}</body>"):
        tree = lxml.html.document_fromstring(page)
        before = lxml.html.tostring(tree)
        assert extract_author(with_authors(tree)) == extract_author(lxml.html.document_fromstring(page))
        assert lxml.html.tostring(tree) == before


def test_all_that_trafilatura_knows_authors_by_is_looked_for() -> None:
    for expression in AUTHOR_XPATHS:
        for words in re.findall(r"'([^']*)'", re.sub(r"\[(\w)\w\]", r"\1", expression.path)):
            assert words == "me" or all(AUTHOR_WORDS.search(word.lower()) for word in words.split("|"))
    for expression in (*AUTHOR_XPATHS, *AUTHOR_DISCARD_XPATHS):
        assert set(re.findall(r"@([\w-]+)", expression.path)) <= set(AUTHOR_ATTRIBUTES)
    assert set(re.findall(r"self::(\w+)|//(\w+)", AUTHOR_DISCARD_XPATHS[0].path + AUTHOR_DISCARD_XPATHS[1].path)) == {
        *((tag, "") for tag in ("a", "div", "section", "span")),
        *(("", tag) for tag in ("time", "figure")),
    }


def test_guessing_leaves_the_tree_as_it_was() -> None:
    tree = lxml.html.document_fromstring(PAGES[2])
    before = lxml.html.tostring(tree)
    guesses = Guesses(tree, URL)
    assert guesses.author
    assert guesses.date
    assert lxml.html.tostring(tree) == before


class _Refuses:
    def __getattr__(self, name: str) -> str:
        raise AssertionError(f"{name} was asked for")


def test_a_page_that_says_who_when_and_what_is_not_guessed_at() -> None:
    head = (
        "<meta property=og:title content='Storm in the harbour'><meta name=author content='Ada Ito'>"
        "<meta property=article:published_time content=2031-03-12>"
    )
    tree = lxml.html.document_fromstring(f"<html><head>{head}</head><body><p>A</p></body></html>")
    found = read_metadata(tree, URL, guesses=_Refuses())
    assert (found.title, found.authors) == ("Storm in the harbour", ("Ada Ito",))
