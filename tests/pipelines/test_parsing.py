"""Markup that makes a parser drop text or run for minutes."""

import time

import pytest

from pipelines.extract import NotArticle, PageBytes, extract
from pipelines.reading import read
from storage.article import Article
from storage.markup.parsing import parse

SENTENCE = "The harbour board of Brackwater met on Tuesday and agreed to mend the eastern quay before winter. "
TEXT = "".join(f"<p>{n}. {SENTENCE}</p>" for n in range(9))


def page(html: str) -> PageBytes:
    return PageBytes(
        url="https://gazette.example/quay",
        body=html.encode("utf-8", "surrogatepass"),
        content_encoding=None,
        content_type="text/html",
        truncated=False,
    )


@pytest.mark.parametrize("tag", ["div", "b", "span"])
def test_text_nested_a_thousand_deep_is_read(tag: str) -> None:
    parsed = parse(f"<article>{f'<{tag}>' * 1000}{TEXT}{f'</{tag}>' * 1000}</article>")
    assert parsed.lost is None
    assert parsed.tree is not None
    assert "8. The harbour board" in parsed.tree.text_content()


def test_text_of_twelve_megabytes_is_read() -> None:
    parsed = parse(f"<p>{'word ' * 2_500_000}</p>")
    assert parsed.lost is None
    assert parsed.tree is not None
    assert len(parsed.tree.text_content()) >= 12_000_000


def test_a_tag_with_a_hundred_thousand_attributes_takes_no_time() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(100_000))
    start = time.process_time()
    parsed = parse(f"<article><p {attributes}>{SENTENCE}</p>{TEXT}</article>")
    assert time.process_time() - start < 5
    assert parsed.tree is not None
    assert parsed.tree.text_content().count("harbour board") == 10


def test_a_picture_inside_an_attribute_is_left_alone() -> None:
    source = "data:image/png;base64," + "A" * 20_000
    parsed = parse(f'<img src="{source}" alt="x y z">')
    assert parsed.tree is not None
    assert next(parsed.tree.iter("img")).get("src") == source


def test_an_article_with_a_part_that_the_parser_gave_up_on_is_degraded() -> None:
    found = extract(page(f"<article><h1>Quay</h1>{TEXT}{'<div>' * 2100}<p>{SENTENCE}</p></article>"))
    assert isinstance(found, Article)
    assert found.degraded is not None
    assert "nested too deep" in found.degraded
    assert not found.whole


def test_a_page_of_which_nothing_is_left_says_why() -> None:
    found = extract(page(f"<article>{'<div>' * 2100}{TEXT}</article>"))
    assert isinstance(found, NotArticle)
    assert "nested too deep" in found.why


@pytest.mark.parametrize(
    "odd", ["\0", "\ud800", "\u202e", "\u200f", "раураl", "\ufeff", "&#0;", "&#xD800;", "\x08", "&#8;", "&#x1F;"]
)
def test_odd_characters_become_text_that_every_later_step_can_carry(odd: str) -> None:
    html = f'<html><head><title>Quay {odd} mended</title><meta name="author" content="Ada {odd} Ito">'
    reading = read(page(f"{html}</head><article><h1>Quay {odd} mended</h1><p>{odd} {SENTENCE}</p>{TEXT}</article>"))
    assert not isinstance(reading, NotArticle)
    article = reading.article
    said = [reading.rendition.text, article.title or "", *article.authors, *(block.text for block in article.blocks)]
    for text in said:
        assert "\0" not in text
        assert "\b" not in text
        assert text.encode("utf-8").decode("utf-8") == text
