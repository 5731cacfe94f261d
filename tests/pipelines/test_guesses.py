"""Guesses at title, author and date are trafilatura's own, and are worked out only where a page leaves them open."""

import lxml.html
import pytest
from trafilatura.metadata import extract_metadata

from pipelines.fields.guesses import Guesses
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
