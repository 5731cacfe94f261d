from collections.abc import Mapping

import pytest

from pipelines.page import NotArticle, PageBytes
from pipelines.reading import RULES_IGNORED, Reading, read
from storage.article import BlockKind
from storage.rules import SiteRules, site_rules
from storage.selectors import read_selector

SENTENCES = [
    "The council of Brackwater met on Tuesday and agreed to mend the eastern quay before the winter storms.",
    "Masons from three valleys will cut the granite that the harbour needs, the master builder told the assembly.",
    "Fishing crews asked for a second crane, since the old one has stood still since the flood of last April.",
    "The treasurer put the price at forty thousand crowns and promised a full account when the year is over.",
    "Nobody spoke against the plan, although two members left the hall before the vote was called at ten.",
]
ASIDE = "The quay was last mended by the guild of masons in the year of the great flood, at the town's expense."
NOTE = "Our correspondent in the harbour, who has followed the repairs for two years, wrote this report."


def page(body: str, head: str = "") -> PageBytes:
    text = f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Quay</title>{head}</head><body>{body}</body>"
    return PageBytes(
        url="https://www.ledger.example/quay",
        body=text.encode(),
        content_encoding=None,
        content_type="text/html; charset=utf-8",
        truncated=False,
    )


def rules(table: Mapping[str, str | list[str]]) -> SiteRules:
    return site_rules(
        "sources.toml",
        {k: [read_selector(one) for one in ([v] if isinstance(v, str) else v)] for k, v in table.items()},
    )


def reading(of: PageBytes, table: Mapping[str, str | list[str]]) -> Reading:
    found = read(of, rules=rules(table))
    assert not isinstance(found, NotArticle), found
    return found


def lines(found: Reading) -> list[str]:
    return found.rendition.text.split("\n")


def cut(found: Reading) -> list[tuple[str, str]]:
    return [(one.reason, found.article.blocks[one.position].text) for one in found.rendition.cuts]


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


ARTICLE = (
    f"<article><h1>Quay mended</h1>{paragraphs(*SENTENCES[:2])}"
    f"<div class=zq><p>{ASIDE}</p><p>See <b>map</b> below.</p></div>"
    f"{paragraphs(*SENTENCES[2:])}</article>"
)


def test_what_a_rule_drops_is_out_of_the_text_and_kept_as_a_cut_in_its_place() -> None:
    found = reading(page(ARTICLE), {"drop": ".zq"})
    assert ASIDE in read(page(ARTICLE)).rendition.text  # type: ignore[union-attr]
    assert [line for line in lines(found) if line in SENTENCES] == SENTENCES
    assert cut(found)[-2:] == [("rule: drop .zq", ASIDE), ("rule: drop .zq", "See map below.")]
    texts = [block.text for block in found.article.blocks]
    assert texts.index(SENTENCES[1]) < texts.index(ASIDE) < texts.index("See map below.") < texts.index(SENTENCES[2])


def test_a_dropped_span_leaves_the_rest_of_its_paragraph() -> None:
    body = f"<article><p>{SENTENCES[0]} <span class=ad>Ad here.</span> It rained.</p>{paragraphs(*SENTENCES[1:])}"
    found = reading(page(body), {"drop": ["span.ad"]})
    assert f"{SENTENCES[0]} It rained." in " ".join(lines(found)[0].split())
    assert cut(found) == [("rule: drop span.ad", "Ad here.")]


def test_the_innermost_rule_wins_and_keeping_goes_before_dropping() -> None:
    body = (
        f"<article>{paragraphs(*SENTENCES[:3])}<aside class=zq><p>{ASIDE}</p><p class=note>{NOTE} <i>Ad</i></p></aside>"
        f"{paragraphs(*SENTENCES[3:])}</article>"
    )
    found = reading(page(body), {"drop": ["aside", ".note i", "article"], "keep": ["p.note", "article"]})
    assert [" ".join(line.split()) for line in lines(found)] == [*SENTENCES[:3], NOTE, *SENTENCES[3:]]
    assert cut(found) == [("rule: drop aside", ASIDE), ("rule: drop .note i", "Ad")]


def test_what_a_rule_keeps_is_put_back_where_the_extractor_leaves_it_out() -> None:
    body = (
        f"<main><article>{paragraphs(*SENTENCES[:3])}"
        f"<footer class='newsletter comments'><ul><li>{NOTE}</li></ul></footer>"
        f"{paragraphs(*SENTENCES[3:])}</article></main>"
    )
    plain = read(page(body))
    assert isinstance(plain, Reading) and NOTE not in plain.rendition.text
    found = reading(page(body), {"keep": "article footer"})
    assert lines(found) == [*SENTENCES[:3], NOTE, *SENTENCES[3:]]
    (kept,) = [block for block in found.article.blocks if block.text == NOTE]
    assert (kept.kind, kept.signs) == (BlockKind.LIST_ITEM, ("rule: keep article footer",))


def test_what_a_rule_keeps_is_not_cut_by_cleaning() -> None:
    body = f"<article><h2 class=k>Quay</h2>{paragraphs(*SENTENCES)}</article>"
    plain = read(page(body))
    assert isinstance(plain, Reading) and lines(plain)[0] == SENTENCES[0]
    found = reading(page(body), {"keep": "h2.k"})
    assert lines(found)[0] == "Quay"
    assert found.rendition.cuts == ()


def test_a_body_restricts_the_article_to_its_elements() -> None:
    body = (
        f"<div class=teasers>{paragraphs(*[ASIDE] * 1, *reversed(SENTENCES))}</div>"
        f"<aside class='sidebar hidden' style='display:none'>{paragraphs(SENTENCES[0], NOTE)}</aside>"
        f"<span class=more>{ASIDE}</span>"
    )
    found = reading(page(body), {"body": [".nowhere", "aside, .more"]})
    assert lines(found) == [SENTENCES[0], NOTE, ASIDE]


def test_a_body_that_is_nowhere_leaves_the_page_to_the_extractor() -> None:
    plain, found = read(page(ARTICLE)), reading(page(ARTICLE), {"body": ".nowhere"})
    assert isinstance(plain, Reading)
    assert found.rendition.text == plain.rendition.text
    assert found.article.extractor != plain.article.extractor


def test_a_short_body_is_taken_whole() -> None:
    body = (
        f"<div class=x>{paragraphs(*SENTENCES)}</div><div class=flash><ul class=menu><li>{NOTE} {ASIDE}</li></ul></div>"
    )
    found = reading(page(body), {"body": ".flash"})
    assert lines(found) == [f"{NOTE} {ASIDE}"]


def test_fields_are_read_where_rules_say() -> None:
    body = (
        f"{ARTICLE}<h3 class=real>The <b>real</b> headline</h3><div class=by>By <a>Ada Ito</a> and <a>Bo Li</a></div>"
        "<time class=up datetime='2026-03-02T08:30:00+02:00'>today</time><p class=when>2026-03-01 10:00 UTC</p>"
        "<ul class=t><li>Harbour</li><li>Stone</li><li>Harbour</li></ul><img id=lead src='/lead.jpg'>"
    )
    found = reading(
        page(body, '<meta name=sec content="Town"><meta name="author" content="The Ledger Desk">'),
        {
            "title": [".missing", "h3.real"],
            "author": ".by a",
            "date": "normalize-space(//p[@class='when'])",
            "modified": "time.up",
            "section": "meta[name=sec] @content",
            "tags": ".t li",
            "image": "#lead @src",
            "description": "string(//article/p[1])",
        },
    ).article
    assert found.title == "The real headline"
    assert found.authors == ("Ada Ito", "Bo Li")
    assert found.published_at and found.published_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert found.modified_at and found.modified_at.isoformat() == "2026-03-02T06:30:00+00:00"
    assert found.modified_raw == "2026-03-02T08:30:00+02:00"
    assert (found.section, found.tags) == ("Town", ("Harbour", "Stone"))
    assert found.image == "https://www.ledger.example/lead.jpg"
    assert found.description == SENTENCES[0]
    assert {found.origins[name] for name in ("title", "authors", "published_at", "image")} == {"rule"}


def test_a_date_that_cannot_be_read_leaves_the_pages_own() -> None:
    head = '<meta property="article:published_time" content="2026-03-01T10:00:00Z">'
    found = reading(page(ARTICLE, head), {"date": "h1"}).article
    assert found.published_raw == "2026-03-01T10:00:00Z"
    assert found.origins["published_at"] == "opengraph"


def test_the_rendition_names_the_rules_that_made_it_whether_or_not_they_find_anything() -> None:
    table = {"drop": ".nowhere"}
    found, plain = reading(page(ARTICLE), table), read(page(ARTICLE))
    assert isinstance(plain, Reading)
    assert found.article.extractor == f"{plain.article.extractor}, rules {rules(table).digest}"
    assert found.rendition.extractor == found.article.extractor


@pytest.mark.parametrize("selector", ["article, nav", "article *", "//*"])
def test_rules_that_leave_no_article_are_not_followed_and_it_says_so(selector: str) -> None:
    plain = read(page(ARTICLE))
    assert isinstance(plain, Reading)
    table = {"drop": selector, "title": "h1"}
    found = reading(page(ARTICLE), table)
    assert found.rendition.text == plain.rendition.text
    assert RULES_IGNORED in found.article.signs
    assert found.article.extractor == f"{plain.article.extractor}, rules {rules(table).digest}"


@pytest.mark.parametrize("selector", ["html", "body", "//@class", "//text()", "head"])
def test_the_page_itself_its_texts_and_attributes_cannot_be_dropped(selector: str) -> None:
    plain = read(page(ARTICLE))
    assert isinstance(plain, Reading)
    found = reading(page(ARTICLE), {"drop": selector})
    assert found.rendition.text == plain.rendition.text


def test_a_page_that_is_nested_thousands_deep_is_walked() -> None:
    body = "<div>" * 1500 + f"<div class=zq>{ASIDE}</div>" + "</div>" * 1500
    found = reading(page(ARTICLE.replace("zq", "yy") + body), {"drop": ".zq"})
    assert cut(found)[-1] == ("rule: drop .zq", ASIDE)


def test_the_same_page_and_rules_give_the_same_article() -> None:
    table = {"drop": [".zq", "h1"], "keep": "article p", "title": "h1"}
    assert reading(page(ARTICLE), table) == reading(page(ARTICLE), table)
