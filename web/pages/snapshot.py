"""`/snapshots/ID`: a snapshot's clean text, what was cut, and where its bytes lie."""

from starlette.requests import Request
from starlette.responses import Response

from storage import page_views
from storage.errors import PageNotFound
from storage.finding import is_id
from storage.snapshot_blocks import blocks, records
from web.asking import chosen
from web.cache import kept
from web.context import archive, render


@kept
def snapshot(request: Request) -> Response:
    """The snapshot; `?cut=1` with what was cut, in place."""
    opened, number = archive(request), request.path_params["id"]
    if not is_id(number):
        raise PageNotFound(f"snapshot {number[:60]}")
    view = opened.snapshot(number)
    shown = blocks(opened, view)
    return render(
        request,
        "snapshot.html",
        snapshot=view,
        blocks=shown,
        cuts=sum(1 for block in shown if block.cut is not None),
        apart=[block for block in shown if block.apart and block.cut is None and block.kind != "headline"],
        with_cuts=chosen(request, "cut"),
        records=records(opened, view),
        around=page_views.around(opened, view.snapshot),
    )
