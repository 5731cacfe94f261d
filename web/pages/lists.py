"""`/new`, `/changes`, `/gone`, `/stories`: lists over all time, part by part."""

from starlette.requests import Request
from starlette.responses import Response

from storage.change_entries import changes as changes_of
from storage.entries import new_pages
from storage.story_entries import story_entries
from storage.takedown_entries import takedowns
from web.asking import chosen, place
from web.cache import kept
from web.context import archive, render, source_names

# A part stays under 100 KB with the longest headlines.
A_PART = 50


@kept
def new(request: Request) -> Response:
    """Pages that were captured for the first time."""
    return render(request, "new.html", part=new_pages(archive(request), limit=A_PART, after=place(request)))


@kept
def changes(request: Request) -> Response:
    """Edits, of all sources or one, of all kinds or some."""
    opened = archive(request)
    kinds = {name: chosen(request, name) for name in ("substantive", "headline", "stealth")}
    source = request.query_params.get("source") or None
    part = changes_of(
        opened,
        limit=A_PART,
        source=source,
        substantive=kinds["substantive"],
        headline=kinds["headline"],
        stealth=kinds["stealth"],
        after=place(request),
    )
    asked = {name: "1" for name, wanted in kinds.items() if wanted} | ({"source": source} if source else {})
    return render(
        request, "changes.html", part=part, kinds=kinds, source=source, sources=source_names(request), asked=asked
    )


@kept
def gone(request: Request) -> Response:
    """Pages that were there and then were not."""
    source = request.query_params.get("source") or None
    part = takedowns(archive(request), limit=A_PART, source=source, after=place(request))
    asked = {"source": source} if source else {}
    return render(request, "gone.html", part=part, source=source, sources=source_names(request), asked=asked)


@kept
def stories(request: Request) -> Response:
    """Texts that several pages have."""
    return render(request, "stories.html", part=story_entries(archive(request), limit=A_PART, after=place(request)))
