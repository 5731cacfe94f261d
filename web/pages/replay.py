"""`/snapshots/ID/replay`: a snapshot's page as it arrived, in a frame of another origin that may do nothing."""

from starlette.requests import Request
from starlette.responses import Response

from storage.errors import PageNotFound
from storage.finding import is_id
from web.context import archive, now, render, settings
from web.replay.addresses import replay_address


def replay(request: Request) -> Response:
    """The page in a frame. Not kept: its address is good for an hour."""
    number = request.path_params["id"]
    if not is_id(number):
        raise PageNotFound(f"snapshot {number[:60]}")
    view = archive(request).snapshot(number)
    address = replay_address(request, settings(request), view.url, view.captured_at, now=now(request))
    return render(request, "replay.html", snapshot=view, address=address)
