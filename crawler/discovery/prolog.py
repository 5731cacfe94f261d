"""How an XML document begins: its root element, and whether it declares entities of its own."""

import re

import attrs

# The document type up to its internal subset or its end. Quoted identifiers may hold either.
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^"'\[>]|"[^"]*"|'[^']*')*""", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")
_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_SPACE = re.compile(r"\s*")


@attrs.frozen(kw_only=True)
class Prolog:
    """What comes before an XML document's content."""

    root: str | None
    """The root element's name as written, with its prefix. None where there is no element."""

    root_at: int
    """Where the root element's tag begins; the document's length where there is none."""

    declares_entities: bool
    """Whether the document type has an internal subset that declares entities. Errs on the side of yes."""

    @property
    def name(self) -> str:
        """The root element's name without prefix, in lower case. Empty where there is no element."""
        return (self.root or "").rpartition(":")[2].lower()


def prolog(text: str) -> Prolog:
    """Read the beginning of a document, ill-formed or not."""
    at = 0
    declares = False
    while True:
        at = _end_of(_SPACE, text, at)
        if text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif doctype := _DOCTYPE.match(text, at):
            at = doctype.end()
            if text.startswith("[", at):
                declares = declares or "<!ENTITY" in text[at:]
                end = _SUBSET_END.search(text, at)
                at = end.end() if end else len(text)
            elif text.startswith(">", at):
                at += 1
        else:
            break
    root = _ELEMENT.search(text, at)
    root_at = root.start() if root else len(text)
    return Prolog(
        root=root[1] if root else None,
        root_at=root_at,
        # A declaration after text that does not belong there: XML parsers give up on it, forgiving ones read it.
        declares_entities=declares or "<!ENTITY" in text[at:root_at],
    )


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else len(text)
