"""`POST /archive` and `/jobs`: has a page archived, and says how far that has come."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from storage.cursor import Cursor
from storage.errors import InvalidURL
from web import context
from web.api import values
from web.api.operation import PREFIX, Asked, Operation, answer
from web.api.parameters import CURSOR, LIMIT, number
from web.api.sources import NO_TIME

JOB = number("job", "A job's number.", place="path")

PATH = "/archive"
# One address: whoever sends more means something else.
MOST_BYTES = 16 * 1024
_READ_ONLY = "This archive is shown read-only: nothing can be asked for here. Use `backissue archive` where it lies."
_FORM = 'Send {"url": "https://…"} as application/json.'


async def archive(request: Request) -> Response:
    """Put an address on the queue; what is on it already is answered as it is."""
    if context.settings(request).read_only:
        raise HTTPException(403, _READ_ONLY)
    if request.query_params:
        raise HTTPException(400, f"There are no parameters here. {_FORM}")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, f"{kind[:60] or 'Nothing'} is not what can be read here. {_FORM}")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"That is more than {MOST_BYTES:,} bytes. {_FORM}")
    url = _url(body)
    try:
        job = await run_in_threadpool(context.queue(request).ask, url, now=context.now(request))
    except InvalidURL as error:
        raise HTTPException(422, str(error)) from error
    made = answer(request, values.job(job))
    return Response(
        made.body, 202, {"Location": f"{PREFIX}/jobs/{job.id}", "Cache-Control": "no-store"}, "application/json"
    )


def _url(body: bytes) -> str:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"The body is no JSON. {_FORM}") from error
    if not isinstance(asked, dict) or set(asked) != {"url"} or not isinstance(asked["url"], str):
        raise HTTPException(422, f"The body is not an object with a url and nothing else. {_FORM}")
    url: str = asked["url"].strip()
    if not url.isprintable():
        raise HTTPException(422, f"The url has characters that no address has. {_FORM}")
    return url


def _jobs(asked: Asked) -> dict[str, Any]:
    place, limit = asked.place, asked.get(LIMIT)
    found = context.queue(asked.request).jobs(limit=limit + 1, before=place.id if place is not None else None)
    more = Cursor(NO_TIME, found[limit - 1].id) if len(found) > limit else None
    return asked.part(list(map(values.job, found[:limit])), more)


def _job(asked: Asked) -> dict[str, Any]:
    return values.job(context.queue(asked.request).job(asked.get(JOB) or 0))


OPERATIONS = (
    Operation(
        name="jobs",
        path="/jobs",
        summary="What was asked to be archived, the latest first.",
        parameters=(LIMIT, CURSOR),
        answer="Jobs",
        work=_jobs,
    ),
    Operation(
        name="job",
        path="/jobs/{job}",
        summary="How far an address has come.",
        parameters=(JOB,),
        answer="Job",
        work=_job,
        not_found=True,
    ),
)
ROUTE = Route(PREFIX + PATH, archive, methods=["POST"])
