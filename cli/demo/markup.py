"""The plain markup that the newspaper's articles are written in, and its blocks."""

import html
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "heading", "list", "quote", "table", "figure", "entry", "wall"]

INLINE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\*(?P<em>[^*]+)\*|\[(?P<label>[^\]]+)\]\((?P<target>[^)]+)\)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One part of an article's body."""

    kind: Kind

    rows: tuple[tuple[str, ...], ...]
    """Inline markup left in. A paragraph or heading is `((text,),)`; a list has one row an item; a table one row a
    line, the first being its head; a quote is `((text, who said it or ""),)`; a figure is
    `((picture, alternative text, caption, credit),)`; a live page's entry is `((HH:MM, heading),)`; a wall has none.
    """

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader of the text sees, a line each. Empty for figures, whose captions are not body text."""
        match self.kind:
            case "figure" | "wall":
                return ()
            case "table":
                return tuple(" | ".join(plain(cell) for cell in row) for row in self.rows)
            case "quote":
                return tuple(plain(part) for part in self.rows[0] if part)
            case "entry":
                return (" ".join(self.rows[0]),)
            case _:
                return tuple(plain(row[0]) for row in self.rows)


def parse(body: str) -> tuple[Block, ...]:
    """The blocks of a body, which are parted by blank lines.

    `##` opens a subheading, `-` a list item, `>` a quote (its last line may be `> — who`), `|` a table row,
    `@figure NAME` a picture (then lines `alt:`, `caption:`, `credit:`), `@entry HH:MM HEADING` an entry of a live
    page. `@wall` is where a paywalled article ends for those who have not paid.
    """
    return tuple(parse_block(part.strip().splitlines()) for part in re.split(r"\n\s*\n", body.strip()))


def parse_block(lines: list[str]) -> Block:
    """One block from its lines, of which there is at least one."""
    first = lines[0]
    if first.startswith("## "):
        return Block(kind="heading", rows=((first[3:],),))
    if first.startswith("- "):
        return Block(kind="list", rows=tuple((line[2:],) for line in lines))
    if first.startswith("|"):
        return Block(kind="table", rows=tuple(tuple(c.strip() for c in line.strip("|").split("|")) for line in lines))
    if first.startswith("> "):
        said = [line[2:] for line in lines]
        who = said.pop().removeprefix("— ") if said[-1].startswith("— ") else ""
        return Block(kind="quote", rows=((" ".join(said), who),))
    if first.startswith("@figure "):
        fields = dict(line.split(": ", 1) for line in lines[1:])
        return Block(
            kind="figure",
            rows=((first.removeprefix("@figure "), fields["alt"], fields["caption"], fields["credit"]),),
        )
    if first.startswith("@entry "):
        clock, heading = first.removeprefix("@entry ").split(" ", 1)
        return Block(kind="entry", rows=((clock, heading),))
    if first == "@wall":
        return Block(kind="wall", rows=())
    return Block(kind="paragraph", rows=((" ".join(lines),),))


def plain(text: str) -> str:
    """The text without its inline markup."""
    return INLINE.sub(lambda found: found["strong"] or found["em"] or found["label"], text)


def inline(text: str) -> str:
    """The text as HTML, inline markup turned into elements."""

    def element(found: re.Match[str]) -> str:
        if found["strong"]:
            return f"<strong>{found['strong']}</strong>"
        if found["em"]:
            return f"<em>{found['em']}</em>"
        return f'<a href="{found["target"]}">{found["label"]}</a>'

    return INLINE.sub(element, html.escape(text, quote=False))


def escape(text: str) -> str:
    """Plain text for HTML or XML, also inside double-quoted attributes."""
    return html.escape(text, quote=True).replace("&#x27;", "'")
