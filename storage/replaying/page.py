"""A page's markup without anything that acts, and with addresses that `choose` has chosen."""

from collections.abc import Iterator

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from storage.markup.parsing import parse
from storage.replaying import css
from storage.replaying.reference import Choose, Kind, Reference, absolute
from storage.replaying.srcset import candidates

# What runs, embeds, refreshes, or fetches beside what is kept. The policy of the answer keeps all of this from doing
# anything anyhow: this is so that nothing is asked for in vain.
_OUT = frozenset(
    {"script", "base", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "template",
     "audio", "track", "noframes"}
)  # fmt: skip
_LINKS_OUT = frozenset({"a", "area"})
# Attributes with an address: of which elements, and what it is used as.
_IMAGES = frozenset(
    {("img", "src"), ("source", "src"), ("input", "src"), ("video", "poster"), ("image", "href"),
     ("image", "{http://www.w3.org/1999/xlink}href"), ("image", "xlink:href"), ("feimage", "href"),
     ("feimage", "xlink:href"), *((tag, "background") for tag in ("body", "table", "td", "th", "tr", "tbody"))}
)  # fmt: skip
# Where pages whose scripts put the images in keep them until then.
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset")
_ADDRESSES = frozenset(
    {"action", "formaction", "cite", "longdesc", "ping", "manifest", "profile", "usemap", "codebase", "classid", "data",
     "srcdoc", "archive", "lowsrc", "dynsrc", "src", "href", "xlink:href", "srcset", "imagesrcset", "poster",
     "background", "attributionsrc"}
)  # fmt: skip


def rewritten(text: str, base: str, choose: Choose) -> bytes:
    """The page as UTF-8, with what `choose` gives in the place of every image, style and link.

    `base`: the URL that the page was at. Of several images of a set those stay that are chosen.
    """
    tree = parse(text).tree
    if tree is None:
        return b"<!DOCTYPE html><html><head></head><body></body></html>"
    base = _base_of(tree, base)
    for element in list(tree.iter()):
        if isinstance(element.tag, str):
            _rewrite(element, base, choose)
    return _serialised(tree)


def references(text: str, base: str) -> Iterator[Reference]:
    """What a page names, in order, each once: of a set of images only the one that is kept."""
    seen: dict[Reference, None] = {}

    def note(reference: Reference) -> None:
        seen.setdefault(reference)

    tree = parse(text).tree
    if tree is not None:
        base = _base_of(tree, base)
        for element in list(tree.iter()):
            if isinstance(element.tag, str):
                _keep_best(element)
                _rewrite(element, base, note)
    yield from seen


def _base_of(tree: HtmlElement, url: str) -> str:
    named = next((element.get("href") for element in tree.iter("base") if element.get("href")), None)
    return (absolute(named, url) if named else None) or url


def _rewrite(element: HtmlElement, base: str, choose: Choose) -> None:
    tag = element.tag.lower()
    if tag in _OUT or (tag == "meta" and _acts(element)) or (tag == "link" and not _is_style(element)):
        element.drop_tree() if element.getparent() is not None else element.clear()
        return
    if tag in ("img", "source"):
        _wake(element)
    if tag == "style":
        element.text = css.rewritten(element.text or "", base, choose)
    for name in list(element.attrib):
        value, low = element.get(name) or "", name.lower()
        if low.startswith(("on", "data-")) or low in ("nonce", "integrity", "crossorigin", "target", "download"):
            del element.attrib[name]
        elif low == "style":
            element.set(name, css.rewritten(value, base, choose))
        elif low in ("srcset", "imagesrcset"):
            _set(element, name, _chosen_set(value, base, choose))
        elif low in _ADDRESSES:
            _set(element, name, _chosen(element, tag, low, value, base, choose))


def _chosen(element: HtmlElement, tag: str, name: str, value: str, base: str, choose: Choose) -> str | None:
    kind: Kind | None = None
    if (tag, name) in _IMAGES:
        kind = "image"
        if value.strip()[:11].lower() == "data:image/":
            return value
    elif tag == "link" and name == "href":
        kind = "style"
    elif tag in _LINKS_OUT and name == "href":
        if value.startswith("#"):
            return value
        kind = "link"
    url = absolute(value, base) if kind else None
    return choose(Reference(kind, url)) if kind and url else None


def _chosen_set(value: str, base: str, choose: Choose) -> str | None:
    kept = []
    for one in candidates(value):
        url = absolute(one.url, base)
        chosen = choose(Reference("image", url)) if url else None
        if chosen is not None:
            kept.append(f"{chosen} {one.size}".rstrip())
    return ", ".join(kept) or None


def _keep_best(element: HtmlElement) -> None:
    """Leave of a set of images the one that is worth keeping."""
    if element.tag in ("img", "source"):
        _wake(element)
        if found := candidates(element.get("srcset") or ""):
            best = min(found, key=lambda one: one.distance)
            element.set("srcset", f"{best.url} {best.size}".rstrip())


def _wake(element: HtmlElement) -> None:
    """Give an image the address that a script would have given it."""
    shown = (element.get("src") or "").strip()
    lazy = next((value for name in _LAZY if (value := element.get(name))), None)
    if lazy and (not shown or shown.startswith("data:")) and element.tag == "img":
        element.set("src", lazy)
    lazy = next((value for name in _LAZY_SETS if (value := element.get(name))), None)
    if lazy and not element.get("srcset"):
        element.set("srcset", lazy)
    element.attrib.pop("loading", None)


def _set(element: HtmlElement, name: str, value: str | None) -> None:
    if value is None:
        del element.attrib[name]
    else:
        element.set(name, value)


def _acts(element: HtmlElement) -> bool:
    """Whether a meta element does something: refreshes, sets a policy or a cookie. The charset is ours to say."""
    return element.get("http-equiv") is not None or element.get("charset") is not None


def _is_style(element: HtmlElement) -> bool:
    relations = (element.get("rel") or "").lower().split()
    return "stylesheet" in relations and "alternate" not in relations


def _serialised(tree: HtmlElement) -> bytes:
    head = tree.find("head")
    if head is None and tree.tag == "html":
        head = tree.makeelement("head", {})
        tree.insert(0, head)
    if head is not None:
        head.insert(0, head.makeelement("meta", {"charset": "utf-8"}))
    found: bytes = lxml.html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>")
    return found
