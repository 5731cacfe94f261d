"""A page's lines, and the extractor's lines among them."""

import lxml.html

from pipelines.body.alignment import align
from pipelines.body.boxes import number, weigh
from pipelines.body.page_leaves import walk
from storage.article import Block, BlockKind


def lines_of(html: str) -> list[str]:
    return [leaf.text for leaf in walk(lxml.html.document_fromstring(html))]


def paragraphs(*texts: str) -> list[Block]:
    return [Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts]


def test_inline_elements_flow_in_their_line_and_blocks_part_lines():
    html = "<div>One <b>two</b>, <a href='/'>three</a>.<p>Four</p>five<span>six</span></div>"
    assert lines_of(html) == ["One two, three.", "Four", "fivesix"]


def test_white_space_between_two_inline_elements_is_kept():
    assert lines_of("<p><b>Ada</b> <i>Ito</i></p><p> <b>a</b><span> </span>b</p>") == ["Ada Ito", "a b"]


def test_a_line_break_parts_two_lines_wherever_it_stands():
    html = "<p>One<br>two<br><br><b>three<br></b>four</p>"
    assert lines_of(html) == ["One", "two", "three", "four"]


def test_scripts_and_controls_are_no_lines():
    html = "<p>Seen</p><script>let x</script><noscript>no</noscript><select><option>a</select><style>b</style>"
    assert lines_of(html) == ["Seen"]


def test_elements_nested_a_thousand_deep_are_walked():
    parser = lxml.html.HTMLParser(huge_tree=True)
    tree = lxml.html.document_fromstring("<div>" * 1000 + "deep" + "</div>" * 1000, parser=parser)
    assert [leaf.text for leaf in walk(tree)] == ["deep"]


def test_a_leaf_tells_its_share_of_links_and_what_it_stands_in():
    tree = lxml.html.document_fromstring("<aside><ul><li><a href='/'>Read</a> this</ul></aside>")
    (leaf,) = walk(tree)
    assert leaf.links == 0.44
    assert {"aside", "ul", "li"} <= leaf.inside
    assert leaf.element.tag == "li"


PAGE = """<main><article><p>The council voted on Monday to close the old bridge for two years.</p>
<div><div>Sign up here</div><div>Every morning in your mailbox, free.</div></div>
<p>Work begins in March, and ferries will run every ten minutes until then.</p></article></main>"""


def test_a_line_that_glues_several_leaves_is_split_at_their_bounds():
    leaves = walk(lxml.html.document_fromstring(PAGE))
    glued = "Sign up here Every morning in your mailbox, free."
    placed = align(paragraphs(leaves[0].text, glued, leaves[3].text), leaves)
    assert [item.block.text for item in placed] == [leaf.text for leaf in leaves]
    assert [item.first for item in placed] == [0, 1, 2, 3]


def test_a_line_that_the_extractor_changed_keeps_its_text_and_finds_its_place():
    leaves = walk(lxml.html.document_fromstring(PAGE))
    changed = "The council voted on  Monday to close the bridge for two years."
    placed = align(paragraphs(changed, "Nowhere on the page, not one word of it."), leaves)
    assert [(item.block.text, item.first) for item in placed] == [
        (changed, 0),
        ("Nowhere on the page, not one word of it.", -1),
    ]


def test_a_short_line_is_found_between_its_neighbours_and_not_where_it_stands_first():
    html = "<p>Read more</p>" + PAGE.replace("Sign up here", "Read more")
    leaves = walk(lxml.html.document_fromstring(html))
    placed = align(paragraphs(leaves[1].text, "Read more", leaves[4].text), leaves)
    assert [item.first for item in placed] == [1, 2, 4]


def test_the_articles_own_box_is_0_and_a_division_of_other_lines_is_another():
    leaves = walk(lxml.html.document_fromstring(PAGE))
    placed = align(paragraphs(*(leaf.text for leaf in leaves)), leaves)
    assert number(placed, leaves, weigh(placed, leaves)) == [0, 1, 1, 0]
