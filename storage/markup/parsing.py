"""Parses markup into a tree, and notices where the parser gave up on a part of it."""

import re

import attrs
import lxml.etree
import lxml.html

# Real tags have a few dozen attributes at most; a tag with 100,000 keeps libxml2, which compares each with all others,
# busy for minutes. Scripts and pictures inside attributes are long and few.
MAX_ATTRIBUTES = 1000
MAX_TAG = 4096
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:-]{{0,40}})(?=[\s/])[^<>]{{{MAX_TAG},}}>")
_ATTRIBUTE = re.compile(r"\s[^\s=\"'/]+")
# lxml asks a Python function for the class of every element that is looked at, a tenth of a page's time, only to give
# forms and their fields classes of their own, which nothing here uses. This one asks nobody.
_CLASSES = lxml.etree.ElementDefaultClassLookup(
    element=lxml.html.HtmlElement,
    comment=lxml.html.HtmlComment,
    pi=lxml.html.HtmlProcessingInstruction,
    entity=lxml.html.HtmlEntity,
)
# Control characters have no form, and XML no place for them (XML 1.0 2.2): one of them, as such or as a reference, and
# trafilatura discards the page.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r\f\0"))
_REFERENCES = re.compile("&#(?:[xX]0*(?:[0-8bBeEfF]|1[0-9a-fA-F])|0*(?:[0-8]|11|1[4-9]|2[0-9]|3[01]));")


@attrs.frozen
class Parsed:
    """A page as a tree."""

    tree: lxml.html.HtmlElement | None
    """None where nothing could be made of it."""
    lost: str | None
    """Why a part of the page is not in the tree. None: all of it is, as far as the parser says."""


def parse(text: str) -> Parsed:
    """The tree of a page's markup. Raises nothing."""
    # huge_tree: without it lxml drops what is nested 256 deep, and text of more than 10 MB, without an error. With it,
    # 2,048 levels are the end (libxml2's own limit against running out of stack), which the parser notes.
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_CLASSES)
    text = _REFERENCES.sub("", text)
    if any(">" not in part[:MAX_TAG] for part in text.split("<") if len(part) > MAX_TAG):
        text = _LONG_TAG.sub(_without_attributes, text)
    if "\ufffe" in text or "\uffff" in text:
        text = text.replace("\ufffe", "").replace("\uffff", "")
    # In UTF-8 these bytes are no part of any other character.
    data = text.encode().translate(None, _CONTROLS)
    try:
        tree = lxml.html.document_fromstring(data, parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        tree = None
    gave_up = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return Parsed(tree, "the parser gave up on a part of the page, which is nested too deep" if gave_up else None)


def _without_attributes(tag: re.Match[str]) -> str:
    return f"<{tag[1]}>" if len(_ATTRIBUTE.findall(tag[0])) > MAX_ATTRIBUTES else tag[0]
