"""`/new`, `/changes`, `/gone`, `/stories`: lists over all time, part by part."""

from starlette.requests import Request
from starlette.responses import Response

from storage.change_entries import changes as changes_of
from storage.entries import new_pages
from storage.story_entries import story_entries
from storage.takedown_entries import takedowns
from web.asking import chosen, place
from web.cache import kept
from web.context import archive, source_names
from web.fitting import fitting

# A part is smaller where headlines are so long that it would not fit on a page.
A_PART = 50


@kept
def new(request: Request) -> Response:
    """Pages that were captured for the first time."""
    opened, after = archive(request), place(request)
    return fitting(
        request, "new.html", lambda limit: {"part": new_pages(opened, limit=limit, after=after)}, most=A_PART
    )


@kept
def changes(request: Request) -> Response:
    """Edits, of all sources or one, of all kinds or some."""
    opened = archive(request)
    kinds = {name: chosen(request, name) for name in ("substantive", "headline", "stealth")}
    source = request.query_params.get("source") or None
    after, names = place(request), source_names(request)
    asked = {name: "1" for name, wanted in kinds.items() if wanted} | ({"source": source} if source else {})

    def values(limit: int) -> dict[str, object]:
        part = changes_of(
            opened,
            limit=limit,
            source=source,
            substantive=kinds["substantive"],
            headline=kinds["headline"],
            stealth=kinds["stealth"],
            after=after,
        )
        return {"part": part, "kinds": kinds, "source": source, "sources": names, "asked": asked}

    return fitting(request, "changes.html", values, most=A_PART)


@kept
def gone(request: Request) -> Response:
    """Pages that were there and then were not."""
    source = request.query_params.get("source") or None
    opened, after, names = archive(request), place(request), source_names(request)
    asked = {"source": source} if source else {}

    def values(limit: int) -> dict[str, object]:
        part = takedowns(opened, limit=limit, source=source, after=after)
        return {"part": part, "source": source, "sources": names, "asked": asked}

    return fitting(request, "gone.html", values, most=A_PART)


@kept
def stories(request: Request) -> Response:
    """Texts that several pages have."""
    opened, after = archive(request), place(request)
    return fitting(
        request, "stories.html", lambda limit: {"part": story_entries(opened, limit=limit, after=after)}, most=A_PART
    )
