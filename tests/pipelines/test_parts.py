"""How the parts of an article become one."""

from typing import Any

import attrs
import pytest

from pipelines.clean import clean
from pipelines.page import NotArticle
from pipelines.parts.joining import MAX_PARTS, Part, follow, join
from storage.article import Access, Article, Block, BlockKind, Pager
from storage.leaves import key_of, pack, unpack

URL = "https://ledger.example/news/long-quay"


def address(number: int) -> str:
    return URL + (f"?page={number}" if number > 1 else "")


def line(number: int, n: int) -> str:
    return f"Chapter {n} of part {number} tells who carried the stone of the quay, and what it cost."


def article(number: int, *, of: int = 3, blocks: tuple[Block, ...] | None = None, **more: Any) -> Article:
    """One part, with a headline, a standfirst and a link behind the text."""
    pager = Pager(
        number=number,
        count=of,
        next=address(number + 1) if number < of else None,
        first=URL if number > 1 else None,
    )
    own = tuple(Block(kind=BlockKind.PARAGRAPH, text=line(number, n), box=n % 2) for n in range(1, 4))
    fields: dict[str, Any] = {
        "extractor": "test",
        "title": "The long quay of Brackwater",
        "access": Access.OPEN,
        "pager": pager,
        "leaves": pack([key_of("The same on every page"), key_of("only" * number)]),
        "blocks": (
            Block(kind=BlockKind.HEADLINE, text="The long quay of Brackwater"),
            Block(kind=BlockKind.STANDFIRST, text="What the longest quay of the coast costs its town."),
            Block(kind=BlockKind.CAPTION, text="The quay at low tide."),
            *(own if blocks is None else blocks),
            Block(kind=BlockKind.PARAGRAPH, text=f"Continue reading: chapter {number + 1}", links=1.0),
        ),
    }
    return Article(**fields | more)


def part(number: int, found: Article | NotArticle | str | None = None) -> Part:
    return Part(address(number), article(number) if found is None else found)


def test_parts_are_joined_in_order_without_what_repeats() -> None:
    whole, joined = join(URL, article(1), [part(2), part(3)])
    assert joined == 2
    assert whole.degraded is None
    text = clean(whole).text.splitlines()
    body = [line(number, n) for number in (1, 2, 3) for n in (1, 2, 3)]
    assert text == ["What the longest quay of the coast costs its town.", *body]
    kinds = [block.kind for block in whole.blocks]
    assert kinds.count(BlockKind.HEADLINE) == kinds.count(BlockKind.CAPTION) == 1


def test_boxes_of_different_parts_stay_apart_and_the_article_s_own_is_one() -> None:
    whole, _ = join(URL, article(1), [part(2)])
    boxes = {block.text: block.box for block in whole.blocks}
    assert boxes[line(1, 2)] == boxes[line(2, 2)] == 0
    assert boxes[line(1, 1)] != boxes[line(2, 1)]


def test_the_lines_of_all_pages_are_learnt_from_once() -> None:
    whole, _ = join(URL, article(1), [part(2)])
    keys = unpack(whole.leaves)
    assert keys == [key_of("The same on every page"), key_of("only"), key_of("onlyonly")]


def test_a_short_line_may_come_twice() -> None:
    asked = Block(kind=BlockKind.QUOTE, text="Why?")
    lines = [Block(kind=BlockKind.PARAGRAPH, text=line(number, 1)) for number in (1, 2)]
    first = article(1, blocks=(lines[0], asked, lines[0]))
    second = article(2, blocks=(lines[1], asked, Block(kind=BlockKind.PARAGRAPH, text=line(2, 2))))
    whole, _ = join(URL, first, [Part(address(2), second)])
    assert clean(whole).text.count("Why?") == 2


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("it answered 404.", "part 2 of 3 could not be fetched: it answered 404."),
        (NotArticle("no_text", "nothing there"), "part 2 of 3 could not be read: nothing there"),
        (article(2, access=Access.LOGIN), f"part 2 of 3 could not be read: {address(2)} shows only login."),
    ],
)
def test_a_part_that_gives_nothing_degrades_the_article(found: Any, why: str) -> None:
    whole, joined = join(URL, article(1), [part(2, found)])
    assert (whole.degraded, joined, whole.whole) == (why, 0, False)


def test_a_part_that_is_not_at_hand_degrades_the_article() -> None:
    whole, joined = join(URL, article(1), [part(2)])
    assert joined == 1
    assert whole.degraded == "part 3 of 3 could not be fetched: it is not among the captures."


def test_a_part_that_leads_back_or_to_the_front_page_degrades_the_article() -> None:
    back, _ = join(URL, article(1), [Part(URL, article(1))])
    assert back.degraded == f"part 2 of 3 could not be fetched: it leads back to {URL}."
    front, _ = join(URL, article(1), [Part("https://ledger.example/", article(1))])
    assert "front page" in (front.degraded or "")


def test_a_part_behind_a_wall_leaves_the_article_cut_off() -> None:
    whole, _ = join(URL, article(1), [part(2, article(2, access=Access.TEASER)), part(3)])
    assert whole.access is Access.TEASER


@pytest.mark.parametrize(
    "found",
    [
        article(2, title="Ferry back in service"),
        article(2, blocks=article(1).blocks),
        NotArticle("listing", "lists articles"),
    ],
)
def test_what_is_another_article_a_list_or_the_same_text_is_no_part(found: Any) -> None:
    whole, joined = join(URL, article(1), [part(2, found)])
    assert joined == 0
    assert whole == attrs.evolve(article(1), pager=None)


def test_parts_may_have_headlines_of_their_own() -> None:
    first = article(1, published_raw="2026-03-02", title="The long quay of Brackwater")
    second = article(2, published_raw="2026-03-02", title="The winter of the storm")
    assert join(URL, first, [part(2, second)])[1] == 1


def test_a_chain_of_parts_is_bounded() -> None:
    parts = [part(number, article(number, of=99)) for number in range(2, MAX_PARTS + 1)]
    assert follow(URL, article(1, of=99), parts[:-1]).next == address(MAX_PARTS)
    course = follow(URL, article(1, of=99), parts)
    assert course.next is None
    assert course.lacking == "it goes on after 20 parts, and those were not fetched"


def test_a_part_by_itself_says_so() -> None:
    alone, _ = join(address(2), article(2), [])
    assert (alone.degraded or "").startswith("this is part 2 of the article; part 1 could not be fetched")
