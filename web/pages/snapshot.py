"""`/snapshots/ID`: a snapshot's clean text, what was cut, and where its bytes lie."""

from itertools import chain, repeat

import attrs
from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from storage.article import BlockKind
from storage.errors import PageNotFound
from storage.finding import is_id
from storage.snapshot_blocks import ShownBlock, blocks, records
from web.asking import chosen
from web.cache import kept
from web.context import archive, render
from web.fitting import in_parts, lines, part_asked, shown_bytes

# What is around a paragraph in a page.
_AROUND = 120


@attrs.frozen
class Shown:
    """A block, or a piece of a long one, at its place in a page."""

    block: ShownBlock
    text: str
    anchor: int | None
    """The block's number, from 1. None: it goes on from the piece before."""

    @property
    def bytes(self) -> int:
        """In a page."""
        return shown_bytes(self.text) + _AROUND + len(self.block.cut or "")


@kept
def snapshot(request: Request) -> Response:
    """The snapshot, a long one in parts; `?cut=1` with what was cut, in place; `?part=all` as one page to print."""
    opened, number = archive(request), request.path_params["id"]
    if not is_id(number):
        raise PageNotFound(f"snapshot {number[:60]}")
    view = opened.snapshot(number)
    every, with_cuts = blocks(opened, view), chosen(request, "cut")
    text = [one for one in _in_pieces(every) if (with_cuts if one.block.cut is not None else not one.block.apart)]
    apart = [
        one
        for one in _in_pieces(every)
        if one.block.apart and one.block.cut is None and one.block.kind is not BlockKind.HEADLINE
    ]
    parts = in_parts([*text, *apart], lambda one: one.bytes)
    part = part_asked(request, len(parts))
    shown = {id(one) for one in (parts[part - 1] if part else [*text, *apart])}
    return render(
        request,
        "snapshot.html",
        snapshot=view,
        text=[one for one in text if id(one) in shown],
        apart=[one for one in apart if id(one) in shown],
        nothing=not text,
        cuts=sum(1 for block in every if block.cut is not None),
        with_cuts=with_cuts,
        part=part,
        count=len(parts),
        records=records(opened, view),
        around=page_views.around(opened, view.snapshot),
    )


def _in_pieces(every: list[ShownBlock]) -> list[Shown]:
    return [
        Shown(block, text, number if first else None)
        for number, block in enumerate(every, 1)
        for first, text in zip(chain([True], repeat(False)), lines(block.text), strict=False)
    ]
