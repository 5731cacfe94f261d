"""What a search has found, as `search` prints it."""

from cli.looking.below import print_below
from cli.looking.harmless import same_length
from cli.looking.of_pages import TITLE
from cli.looking.pager import Output
from cli.looking.table import Column, Marked, Table
from storage.search import Facets, Hit

_INDENT = 10

# A snippet is some forty words: more lines only make the list longer.
_MOST_LINES = 3


def print_hits(out: Output, hits: tuple[Hit, ...]) -> None:
    """A row a hit, and under it where it says so; in a pipe on the same line."""
    screen = out.screen
    table = Table.on(
        screen,
        Column("snapshot", 8, right=True),
        Column(f"captured ({screen.zone()})", 16),
        Column("title", share=3),
        Column("page", share=2, spare=True),
    )
    if hits:
        out.line(table.heading())
    for hit in hits:
        view = hit.view
        title = Marked(view.title, hit.title_marks) if view.title else TITLE
        others = f"and {hit.others:,} more of story {view.story}" if hit.others else ""
        row = (str(view.snapshot), screen.when(view.captured_at), title, view.url)
        out.line(table.row(*row, more=[_ends(hit), *([others] if others else [])]))
        if screen.terminal:
            if others:
                out.line(" " * _INDENT + others)
            _print_snippet(out, hit)


def _ends(hit: Hit) -> str:
    before, after = "" if hit.snippet.starts else "… ", "" if hit.snippet.ends else " …"
    return f"{before}{hit.snippet.text}{after}"


def _print_snippet(out: Output, hit: Hit) -> None:
    shift = 0 if hit.snippet.starts else len("… ")
    marks = [(start + shift, end + shift) for start, end in hit.snippet.marks]
    print_below(out, _ends(hit), indent=_INDENT, most=_MOST_LINES, marks=marks)


def print_counts(out: Output, facets: Facets) -> None:
    """How many there are, by source, month and language."""
    out.line(f"{facets.total:,} found")
    for name, counted in (
        ("source", facets.by_source),
        ("month", facets.by_month),
        ("language", facets.by_language),
    ):
        out.line(out.screen.bold(f"by {name}"))
        for value, count in counted.items():
            out.line(f"{count:>9,}  {same_length(value) if value else '(none)'}")
