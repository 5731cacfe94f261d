"""`/queue`: a form that has a page archived, and how far that has come."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from storage.errors import InvalidURL
from storage.finding import is_id
from storage.queue import LONGEST_URL, JobNotFound
from web import context
from web.asking import BadQuestion, chosen
from web.context import now, render
from web.doors.reading import READ_ONLY

A_PART = 30

# How soon a page that shows something under way asks for itself again.
LOOK_AGAIN_SECONDS = 3

# One field with one address: more than this is no form of ours.
MOST_FIELDS = 8


def queue(request: Request) -> Response:
    """The form, and what was asked for last."""
    _must_be_open(request)
    before = request.query_params.get("before")
    if before and not is_id(before):
        raise BadQuestion("before", before, "a number from this list")
    found = context.queue(request).jobs(limit=A_PART + 1, before=int(before) if before else None)
    url = request.query_params.get("url", "")[:LONGEST_URL]
    return render(
        request, "queue.html", jobs=found[:A_PART], more=len(found) > A_PART, url=url, problem=None,
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


async def ask(request: Request) -> Response:
    """Put the address on the queue, and show how it goes."""
    _must_be_open(request)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        given = form.get("url")
    url = given.strip() if isinstance(given, str) else ""
    return await run_in_threadpool(_ask, request, url)


def _ask(request: Request, url: str) -> Response:
    try:
        asked = context.queue(request).ask(url, now=now(request))
    except InvalidURL as error:
        jobs = context.queue(request).jobs(limit=A_PART)
        return render(
            request, "queue.html", status=400, jobs=jobs, more=False, url=url[:LONGEST_URL], problem=str(error)
        )
    return RedirectResponse(f"/queue/{asked.id}", status_code=303)


def job(request: Request) -> Response:
    """One of them. While it is under way the page asks for itself again, unless it is told not to."""
    number = request.path_params["id"]
    if not is_id(number):
        raise JobNotFound(number)
    found = context.queue(request).job(int(number))
    still = chosen(request, "still")
    headers = {"Cache-Control": "no-store"}
    if found.open and not still:
        # The header and not the element: a reader's device may be told to leave it out.
        headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    ahead = context.queue(request).ahead_of(found.id) if found.state == "waiting" else 0
    return render(request, "job.html", job=found, ahead=ahead, still=still, headers=headers)


def _must_be_open(request: Request) -> None:
    if context.settings(request).read_only:
        raise HTTPException(403, READ_ONLY)
