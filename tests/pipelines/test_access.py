"""How much of its article a page shows, by what it claims, its text and the wall on it."""

import json
from typing import Any

import pytest

from pipelines.access.verdict import Claims, count_words, judge
from pipelines.access.walls import Wall
from pipelines.extract import NotArticle, PageBytes, extract
from pipelines.reading import read
from storage.article import Access, Article, Block, BlockKind

SENTENCE = "The harbour board of Brackwater met on Tuesday and agreed to mend the eastern quay before winter. "
BROKEN = "The harbour board of Brackwater met on Tuesday and agreed that before the storms of winter come the"
WALL = (
    '<div class="paywall"><h3>Read on with The Gazette</h3><p>Subscribe for 3 crowns a month.</p>'
    '<a href="/login">Already a subscriber? Log in</a></div>'
)


def blocks(*texts: str) -> list[Block]:
    return [Block(kind=BlockKind.PARAGRAPH, text=text.strip()) for text in texts]


def page(
    *, paragraphs: int = 12, last: str = SENTENCE, after: str = "", before: str = "", **properties: Any
) -> Article | NotArticle:
    node = {"@type": "NewsArticle", "headline": "Quay mended", "datePublished": "2031-03-12T06:30:00Z", **properties}
    ld = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    text = "".join(f"<p>{n}. {SENTENCE}{SENTENCE}</p>" for n in range(paragraphs)) + f"<p>{last}</p>"
    html = f"<html><head>{ld}</head><body>{before}<article><h1>Quay mended</h1>{text}</article>{after}</body></html>"
    return extract(
        PageBytes(
            url="https://gazette.example/quay-mended",
            body=html.encode(),
            content_encoding=None,
            content_type="text/html",
            truncated=False,
        )
    )


def access(found: Article | NotArticle) -> Access:
    assert isinstance(found, Article)
    return found.access


def test_a_page_that_says_nothing_and_is_whole_is_open() -> None:
    assert access(page()) is Access.OPEN
    found = page(isAccessibleForFree=True)
    assert isinstance(found, Article)
    assert (found.access, found.signs) == (Access.OPEN, ("isAccessibleForFree: true",))


def test_a_page_that_is_called_paid_and_is_whole_is_metered() -> None:
    found = page(isAccessibleForFree=False)
    assert isinstance(found, Article)
    assert (found.access, found.signs, found.whole) == (Access.METERED, ("isAccessibleForFree: false",), True)


def test_a_wall_for_other_readers_beside_a_whole_article_changes_nothing() -> None:
    assert access(page(isAccessibleForFree=False, before=WALL)) is Access.METERED
    assert access(page(isAccessibleForFree=False, after=WALL)) is Access.METERED
    assert access(page(after=WALL)) is Access.OPEN


def test_a_short_paid_article_that_ends_well_is_metered() -> None:
    assert access(page(paragraphs=2, isAccessibleForFree=False)) is Access.METERED


@pytest.mark.parametrize(
    "cut",
    [
        {"paragraphs": 2, "last": SENTENCE + "And then…", "isAccessibleForFree": False},
        {"paragraphs": 2, "last": BROKEN, "isAccessibleForFree": False},
        {"paragraphs": 2, "after": WALL, "isAccessibleForFree": False},
        {"paragraphs": 2, "after": WALL},
        {"paragraphs": 8, "last": BROKEN, "after": WALL, "isAccessibleForFree": False},
        {"paragraphs": 8, "wordCount": 1400, "isAccessibleForFree": False},
        {"paragraphs": 8, "articleBody": SENTENCE * 60, "isAccessibleForFree": False},
        {
            "paragraphs": 8,
            "after": '<div class="premium"></div>',
            "isAccessibleForFree": False,
            "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".premium"},
        },
    ],
)
def test_a_paid_article_that_is_cut_off_is_a_teaser(cut: dict[str, Any]) -> None:
    found = page(**cut)
    assert isinstance(found, Article)
    assert found.access is Access.TEASER
    assert len(found.signs) >= 2
    assert not found.whole


def test_an_article_of_its_own_length_is_whole_though_its_marker_is_empty() -> None:
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".marker"}
    whole = page(isAccessibleForFree=False, wordCount=450, hasPart=part, after='<i class="marker"></i>')
    assert access(whole) is Access.METERED


def test_a_paid_part_that_is_there_is_no_sign() -> None:
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".premium"}
    body = f'<div class="premium"><p>{SENTENCE * 3}</p></div>'
    assert access(page(isAccessibleForFree=False, hasPart=part, last=body)) is Access.METERED


def test_what_the_page_itself_says_of_access_counts_where_the_article_says_nothing() -> None:
    ld = '<script type="application/ld+json">{"@type":"WebPage","isAccessibleForFree":"false"}</script>'
    assert access(page(before=ld)) is Access.METERED


def test_the_walls_own_lines_are_not_the_end_of_the_text() -> None:
    text = [SENTENCE * 3] * 5 + [BROKEN]
    lines = ["To read the rest of this story subscribe to The Gazette.", "Already have an account? Log in"]
    wall = Wall(ends_text=False, line=lines[0], empty_part=None)
    verdict = judge(Claims(free=False), blocks(*text, *lines), wall)
    assert verdict.access is Access.TEASER
    assert "ends in mid-sentence" in verdict.signs


def test_a_wall_without_text_is_a_paywall() -> None:
    wall = Wall(ends_text=True, line=None, empty_part=None)
    assert judge(Claims(free=False), (), wall).access is Access.PAYWALL


def test_the_sites_habit_is_a_sign_where_it_is_known() -> None:
    short = blocks(SENTENCE * 4, SENTENCE * 4)
    assert judge(Claims(free=False), short).access is Access.METERED
    assert judge(Claims(free=False), [*short, *blocks(BROKEN)], habit=900).access is Access.TEASER


def test_words_are_counted_in_scripts_that_part_none() -> None:
    assert count_words(["巨大地震への備え", "two words"]) == 4 + 2
    long = blocks("巨大地震への備えを進める。" * 60)
    assert judge(Claims(free=False), long).access is Access.METERED


def shifted(text: str) -> str:
    return "".join(chr(ord(c) + 1) if c.isalpha() and c.lower() != "z" else c for c in text)


@pytest.mark.parametrize("name", ["obfuscated", "x"])
def test_scrambled_text_is_left_out_and_makes_a_teaser(name: str) -> None:
    secret = [shifted(f"{SENTENCE}{n} {SENTENCE}") for n in "abc"]
    html = (
        f"<article><h1>Quay mended</h1><p>{SENTENCE * 2}</p><p>{SENTENCE}</p>"
        + "".join(f'<p class="{name}">{text}</p>' for text in secret)
        + "</article>"
    )
    reading = read(
        PageBytes(
            url="https://gazette.example/q",
            body=html.encode(),
            content_encoding=None,
            content_type="text/html",
            truncated=False,
        )
    )
    assert not isinstance(reading, NotArticle)
    assert reading.article.access is Access.TEASER
    assert "scrambled text" in reading.article.signs
    assert "ibscpvs" not in reading.rendition.text.lower()
    assert SENTENCE.strip() in reading.rendition.text
    cut = [c for c in reading.rendition.cuts if c.reason in ("scrambled", "class obfuscated")]
    assert len(cut) == 3
    assert "ibscpvs" in reading.article.blocks[cut[0].position].text
