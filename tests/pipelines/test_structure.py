"""What goes by an article's blocks and the signs on them."""

from pipelines.body import structure
from pipelines.clean import clean
from storage.article import Article, Block, BlockKind

TEXT = (
    "The council of Harrow Bay voted on Monday evening to close the old bridge for two years, after engineers had "
    "found cracks in three of its seven piers.",
    "Work is to begin in March. Until then lorries are kept off the bridge, and buses may cross it only one at a time.",
    "Ferries will carry people and bicycles from the fish market to the northern shore every ten minutes.",
)


def paragraph(text: str, *, box: int = 0, links: float = 0.0, signs: tuple[str, ...] = ()) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text, box=box, links=links, signs=signs)


def heading(text: str, *, box: int = 0) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, box=box)


def cut(*blocks: Block) -> dict[str, str]:
    return {blocks[position].text: reason for position, reason in structure.cuts(blocks).items()}


def test_links_are_no_words_that_could_be_lost_by_cutting():
    table = [
        paragraph(
            f"Harbour number {n} on the northern shore | {n} boats | Gull County",
            links=1.0,
            signs=("after the article",),
        )
        for n in range(20)
    ]
    found = cut(*map(paragraph, TEXT), *table)
    assert list(found.values()) == ["after the article"] * 20


def test_a_text_with_signs_on_most_of_it_stays():
    strange = [paragraph(text, signs=("class related",)) for text in TEXT[:2]]
    assert cut(*strange, paragraph(TEXT[2])) == {}


def test_whose_the_text_is_goes_with_the_link_to_who_sells_it():
    notice = paragraph("© Harrow/bol - Rights of this article can be had here.", links=0.7)
    assert cut(*map(paragraph, TEXT), notice) == {notice.text: "link after the text"}
    agency = paragraph("© Harrow news agency, bol: 310312-99-845777/5, all of it")
    assert cut(*map(paragraph, TEXT), agency) == {}


def test_what_stands_behind_the_text_goes_before_a_note_on_the_article_too():
    note = paragraph("This article was first published in the yearbook of the harbour museum.")
    label = paragraph("Explore further")
    assert cut(*map(paragraph, TEXT), label, note) == {label.text: "short line after the text"}
    assert cut(*map(paragraph, TEXT), heading("Sources"), note) == {}


def test_a_moment_before_the_text_is_a_date_line_in_scripts_without_spaces_too():
    moment = paragraph("2031年3月12日 01時28分 (3月12日 01時40分更新)", box=1)
    sentence = paragraph("2031年3月12日、町議会は旧橋の閉鎖を決めた。工事は来年の春に始まる。", box=1)
    assert cut(moment, *map(paragraph, TEXT)) == {moment.text: "date line"}
    assert cut(sentence, *map(paragraph, TEXT)) == {}


def test_the_heading_of_a_box_goes_with_all_that_the_box_holds():
    gone = paragraph("The bakers of the northern shore.", box=3, signs=("not in articleBody",))
    found = cut(paragraph(TEXT[0]), heading("Those who stay", box=3), gone, *map(paragraph, TEXT[1:]))
    assert found["Those who stay"] == "heading of what was cut"
    assert cut(paragraph(TEXT[0]), heading("Those who stay"), gone, *map(paragraph, TEXT[1:])) == {
        gone.text: "not in articleBody"
    }


def test_a_linked_heading_before_the_text_is_another_articles():
    other = Block(kind=BlockKind.HEADING, text="Herring fleet stays in port for a third week", links=1.0)
    assert cut(other, *map(paragraph, TEXT)) == {other.text: "link before the text"}


def test_a_line_in_a_box_between_lines_that_ask_goes_with_them():
    asking = "Become a member from 5 a month, support independent journalism and read all our articles without limits."
    between = (
        "Ferries carry people and bicycles from the fish market to the northern shore while the old bridge is closed."
    )
    boxed = (paragraph("Subscribe now", box=2), paragraph(between, box=2), paragraph(asking, box=2))
    for blocks, kept in (
        ((*map(paragraph, TEXT), *boxed), False),
        ((*map(paragraph, TEXT), paragraph("Subscribe now"), paragraph(between), paragraph(asking)), True),
    ):
        article = Article(extractor="test", title=None, blocks=blocks, language="en")
        reasons = {blocks[each.position].text: each.reason for each in clean(article).cuts}
        assert reasons[asking].startswith("plea")
        assert reasons.get(between) == (None if kept else "between lines that ask")
