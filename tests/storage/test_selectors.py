import pickle

import pytest
from lxml import html

from storage.selectors import Selector, compiled, id_or_class, read_selector, read_xpath

PAGE = html.document_fromstring(
    '<html><head><meta property="og:title" content="Quay mended"></head><body class="page story">'
    '<div id="main" class="story-body"><p>One</p><p class="promo">Two</p><h2>Three</h2><a-note>Four</a-note></div>'
    "</body></html>"
)


def found(selector: Selector) -> list[str]:
    result = compiled(selector.xpath)(PAGE)
    if not isinstance(result, list):
        return [str(result)]
    return [one if isinstance(one, str) else "".join(one.itertext()) for one in result]


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("p", ["One", "Two"]),
        ("#main > p.promo", ["Two"]),
        ("p.promo, h2", ["Two", "Three"]),
        ("div:has(> h2) a-note", ["Four"]),
        ('meta[property="og:title"] @content', ["Quay mended"]),
        ("meta[property='og:title'] @CONTENT", ["Quay mended"]),
        ("p[class] @class", ["promo"]),
        ("//p[not(@class)]", ["One"]),
        (".//h2 | //p[2]", ["Two", "Three"]),
        ("(//p)[last()]", ["Two"]),
        ("normalize-space(//h2)", ["Three"]),
        ("//p[position() mod 2 = 1 and (. = 'One')]", ["One"]),
        ("//*[self::h2 or self::a-note]", ["Three", "Four"]),
        ("//h2/preceding::p[1]", ["Two"]),
        ("  //p [ 1 ]  ", ["One"]),
    ],
)
def test_css_and_xpath_are_read(text: str, finds: list[str]) -> None:
    assert found(read_selector(text)) == finds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "an empty selector"),
        ("p..promo", "is not a CSS selector"),
        ("div[@id='main']", "an XPath begins with / or ./"),
        ("p::text", "is not a CSS selector"),
        ("p:contains(", "is not a CSS selector"),
        ("//p[", "is not an XPath"),
        ("//p[@class=$name]", "uses a variable"),
        ("//p[re:test(., 'x+')]", "uses the prefix re:"),
        ("//fb:like", "uses the prefix fb:"),
        ("document('file:///etc/passwd')//p", "is not a CSS selector"),
        ("//p[document('x')]", "calls document(), which is no function of XPath 1.0"),
        ("//p[ends-with(@class, 'x')]", "calls ends-with()"),
        ("//p[contains(.)]", "calls contains() with 1 argument"),
        ("//p[last(1)]", "calls last() with 1 argument"),
        ("//p[contains(substring(., 1, 2, 3), 'x')]", "calls substring() with 4 arguments"),
        ("//p[. = 'open]", "nothing can begin with"),
        ("//p#main", "nothing can begin with '#'"),
        ("//*/following::*/preceding::*", "more than once"),
        ("//p" + "/p" * 2000, "is too long"),
        ("p" + ":not(p" * 30 + ")" * 30, "too many brackets"),
    ],
)
def test_what_is_no_selector_or_could_do_harm_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_selector(text)
    message = str(caught.value)
    assert why in message or (text.startswith("document") and "document()" in message)
    assert "\n" not in message


def test_a_word_that_is_an_operator_may_stand_before_a_bracket() -> None:
    assert found(read_xpath("//p[@class or (. = 'One') and not(div)]")) == ["One", "Two"]
    assert found(read_xpath("//*[@id='main']/*[position() div (2) = 1]")) == ["Two"]


def test_an_id_or_class_is_found_anywhere_in_them() -> None:
    assert found(id_or_class("promo")) == ["Two"]
    assert found(id_or_class("'mai'"))[0].startswith("One")
    with pytest.raises(ValueError):
        id_or_class("''")


def test_a_selector_crosses_to_another_process() -> None:
    selector = read_selector("p.promo")
    assert pickle.loads(pickle.dumps(selector)) == selector
