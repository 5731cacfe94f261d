"""One selector of a site's rules, in CSS or XPath 1.0: checked when it is read, compiled where it is used."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from lxml import etree

# Longer than any of the selectors that readers' tools share, and short enough to be parsed at once.
MAX_LENGTH = 2000

# XPath 1.0, 4.1 to 4.4, with the fewest and the most arguments. Everything else is an extension: EXSLT's expressions,
# XSLT's document(), a host's own.
FUNCTIONS = {
    **dict.fromkeys(("last", "position", "true", "false"), (0, 0)),
    **dict.fromkeys(("local-name", "namespace-uri", "name", "string", "string-length"), (0, 1)),
    **dict.fromkeys(("normalize-space", "number"), (0, 1)),
    **dict.fromkeys(("count", "id", "boolean", "not", "lang", "sum", "floor", "ceiling", "round"), (1, 1)),
    **dict.fromkeys(("starts-with", "contains", "substring-before", "substring-after"), (2, 2)),
    "substring": (2, 3),
    "translate": (3, 3),
    "concat": (2, MAX_LENGTH),
}
# XPath 1.0, 3.7: names that are no functions although a bracket follows.
NODE_TYPES = frozenset({"comment", "text", "processing-instruction", "node"})

# Each looks through most of the page for every element it starts from: a page of 5,000 elements takes a minute.
FAR_AXES = frozenset({"following", "preceding"})
MAX_FAR_AXES = 1

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<literal> "[^"]*" | '[^']*' )
    | (?P<number> \d+ (?: \.\d* )? | \.\d+ )
    | (?P<name> [^\W\d] [\w.·-]* )
    | (?P<sign> :: | // | \.\. | != | <= | >= | [()\[\].@,/|+=<>*:$-] )
    )""",
    re.VERBOSE,
)
# A CSS selector can begin with none of these.
_XPATH_START = re.compile(r"/|\./|\.\.|\(|[a-z-]+\(")
# No CSS selector ends in an attribute's name after an @, so what does is ours.
_ATTRIBUTE = re.compile(r"\A(?P<css>.*\S)\s*@(?P<name>[A-Za-z_][\w:.-]*)\Z", re.DOTALL)


@attrs.frozen
class Selector:
    """What finds elements, or a text, in a page."""

    text: str
    """As written."""
    xpath: str
    """XPath 1.0 from the page's root element, of core functions only."""
    elements: bool = True
    """Whether it can find elements; else it reads a text: an attribute, or what a function makes."""


def read_selector(text: str) -> Selector:
    """A selector as `sources.toml` has it: XPath where it begins with `/`, `./`, `(` or a function, else CSS.

    A CSS selector may end in ` @NAME`, which reads that attribute. Raises ValueError with what is wrong.
    """
    text = text.strip()
    if _XPATH_START.match(text):
        return read_xpath(text)
    _check_length(text)
    from cssselect import HTMLTranslator, SelectorError

    attribute = _ATTRIBUTE.match(text)
    try:
        # Twenty brackets deep is no selector, and thousands would be too many for the parser.
        if text.count("(") > 20:
            raise ValueError(f"{_short(text)} has too many brackets")
        xpath = HTMLTranslator().css_to_xpath(attribute["css"] if attribute else text, prefix="//")
    except SelectorError as error:
        hint = "; an XPath begins with / or ./" if "[@" in text or "//" in text else ""
        raise ValueError(f"{_short(text)} is not a CSS selector: {error}{hint}") from error
    if attribute:
        # The parser of HTML folds attributes' names to small letters.
        xpath = f"({xpath})/@{attribute['name'].lower()}"
    _compile(text, xpath)
    return Selector(text=text, xpath=xpath, elements=attribute is None)


def read_xpath(text: str) -> Selector:
    """An XPath 1.0 expression. Raises ValueError where it is none, or uses more than the language's core."""
    text = text.strip()
    _check_length(text)
    _check_words(text)
    return Selector(text=text, xpath=text, elements=_compile(text, text))


def id_or_class(part: str) -> Selector:
    """Every element in whose id or class `part` occurs, anywhere. Raises ValueError for an empty one."""
    part = part.strip().replace("'", "").replace('"', "")
    if not part:
        raise ValueError("an empty id or class would be found in every element")
    _check_length(part)
    xpath = f"//*[contains(@id, '{part}') or contains(@class, '{part}')]"
    _compile(part, xpath)
    return Selector(text=f'[id*="{part}"], [class*="{part}"]', xpath=xpath)


@lru_cache(maxsize=4096)
def compiled(xpath: str) -> "etree.XPath":
    """The expression, ready to be called with an element; without extensions, its texts plain strings."""
    from lxml import etree

    return etree.XPath(xpath, regexp=False, smart_strings=False)


def _check_length(text: str) -> None:
    if not text:
        raise ValueError("an empty selector finds nothing; leave it out")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"a selector of {len(text):,} characters is too long; {MAX_LENGTH:,} are allowed")


def _check_words(text: str) -> None:
    """Raises ValueError where an expression calls what is no function of the core, or calls one wrongly."""
    tokens = _tokens(text)
    far = 0
    # For each open bracket: the function whose arguments stand in it, and how many have begun.
    open_calls: list[tuple[str | None, int]] = []
    for index, (kind, token) in enumerate(tokens):
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        if token == "$":
            raise ValueError(f"{_short(text)} uses a variable, and there are none")
        if kind == "name" and following == "(" and token not in FUNCTIONS and token not in NODE_TYPES:
            raise ValueError(f"{_short(text)} calls {token}(), which is no function of XPath 1.0")
        if kind == "name" and following == ":":
            raise ValueError(
                f"{_short(text)} uses the prefix {token}:, which belongs to an extension; an element whose name has a "
                "colon is found by //*[name()='a:b']"
            )
        far += kind == "name" and following == "::" and token in FAR_AXES
        if token in ("(", "[") and kind == "operator":
            before = tokens[index - 1] if index else ("", "")
            call = before[1] if token == "(" and before[0] == "name" and before[1] in FUNCTIONS else None
            open_calls.append((call, 0 if following == ")" else 1))
        elif token == "," and open_calls:
            open_calls[-1] = (open_calls[-1][0], open_calls[-1][1] + 1)
        elif token in (")", "]") and kind == "operand" and open_calls:
            call, given = open_calls.pop()
            fewest, most = FUNCTIONS[call] if call else (0, MAX_LENGTH)
            if not fewest <= given <= most:
                raise ValueError(f"{_short(text)} calls {call}() with {given} argument{'s' if given != 1 else ''}")
    if far > MAX_FAR_AXES:
        raise ValueError(f"{_short(text)} uses following:: or preceding:: more than once, which takes minutes")


def _tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of an expression, each as "name", "literal", "number", "operand" or "operator".

    XPath 1.0, 3.7: after something that ends an operand, a name is `and`, `or`, `div` or `mod`, and `*` is a product.
    """
    tokens: list[tuple[str, str]] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind, token, at = match.lastgroup or "", match[0].strip(), match.end()
        after_operand = bool(tokens) and tokens[-1][0] != "operator"
        if kind == "name" and after_operand:
            kind = "operator"
        elif kind == "sign":
            ends = token in (")", "]", ".", "..") or (token == "*" and not after_operand)
            kind = "operand" if ends else "operator"
        tokens.append((kind, token))
    if text[at:].strip():
        raise ValueError(f"{_short(text)} is not an XPath: nothing can begin with {text[at:].strip()[0]!r} there")
    return tokens


def _compile(text: str, xpath: str) -> bool:
    """Whether an expression gives a set of nodes. Raises ValueError where it cannot be compiled or evaluated."""
    from lxml import etree

    try:
        return isinstance(compiled(xpath)(etree.Element("html")), list)
    except (etree.XPathError, ValueError) as error:
        raise ValueError(f"{_short(text)} is not an XPath: {str(error).rstrip('.').lower()}") from error


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:80] + "…")
