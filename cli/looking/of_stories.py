"""Stories, as `stories` prints them."""

from typing import TYPE_CHECKING

from cli.looking.harmless import harmless
from cli.looking.pager import Output
from cli.looking.screen import Screen
from cli.looking.table import Column, Table

if TYPE_CHECKING:
    from storage.stories import Story, StoryPage


def print_story(out: Output, story: "Story") -> None:
    """A line of its own, and a row a page; in a pipe a line a page, which begins with the story."""
    screen = out.screen
    sites = len({page.site for page in story.pages})
    agency = f", from {story.agency}" if story.agency else ""
    more = f", {story.withheld} more withheld" if story.withheld else ""
    table = Table.on(
        screen,
        Column("story", len(story.story)),
        Column(f"captured ({screen.zone()})", 16),
        Column("", 14),
        Column("", 5, right=True),
        Column("page"),
    )
    if screen.terminal:
        out.line(screen.bold(harmless(f"{story.story}  {len(story.pages)} pages on {sites} sites{agency}{more}")))
        table = Table.on(screen, Column("", 1), *table.columns[1:])
    for page in story.pages:
        notes = ", ".join(_notes(screen, page))
        row = ("" if screen.terminal else story.story, screen.when(page.captured_at), page.relation.value)
        said = [notes, f"{len(story.pages)} pages on {sites} sites{agency}{more}"]
        out.line(table.row(*row, f"{page.share:.0%}", page.url, more=said))
        if notes and screen.terminal:
            out.line(f"      {harmless(notes)}")


def _notes(screen: Screen, page: "StoryPage") -> list[str]:
    changed = f"+{page.words_added:,} −{page.words_removed:,} words"
    notes = [changed] * bool(page.words_added or page.words_removed)
    notes += [f"credits {page.agency}"] * (page.agency is not None)
    if page.corrected_at is not None:
        notes.append(f"has the origin's later version since {screen.when(page.corrected_at)}")
    if page.left_at is not None:
        notes.append(f"has another text since {screen.when(page.left_at)}")
    return notes
