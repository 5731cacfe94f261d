"""Who is asking: a reader's session, or a program's token. And the page where readers say the password."""

import base64
import binascii
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web.context import now, render, settings
from web.doors import passwords, rates
from web.doors.keys import Keys
from web.doors.noted import BODY, PROGRAM, SAFE, SESSION
from web.doors.refused import Elsewhere, Refused
from web.doors.sessions import Sessions
from web.errors import FOR_PROGRAMS, answer

# What has to be seen before anybody is known.
_OPEN = ("/login", "/logout", "/static/style.css", "/static/icon.svg")
_PROGRAMS = (*FOR_PROGRAMS, "/feeds")
_ASK = {"WWW-Authenticate": 'Bearer realm="backissue"'}
_UNLOCKED = "No password is asked for here. Begin at the front page."
_NO_STORE = {"Cache-Control": "no-store"}


async def known(request: Request) -> None:
    """401 for programs without a token; readers are led to the login page."""
    keys = settings(request).keys
    if keys is None:
        return
    given = _token(request)
    if given is not None:
        if not keys.has(given):
            raise Refused(401, "This token is not one of this archive, or was revoked. Ask for a new one.", _ASK)
        request.scope[PROGRAM] = True
        return
    session = _session(request, keys)
    if session is not None:
        request.scope[SESSION] = session
    elif request.url.path in _OPEN:
        return
    elif request.url.path.startswith(_PROGRAMS) or request.method not in SAFE:
        raise Refused(
            401, "This archive asks who you are. Send a token as `Authorization: Bearer TOKEN`, or log in.", _ASK
        )
    else:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise Elsewhere("/login" if path == "/" else f"/login?next={quote(path, safe='')}")


def _token(request: Request) -> str | None:
    """The token that a request shows. Feed readers, which know passwords only, send it as one; forms never do, since
    a browser would send it by itself."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic" and request.method in SAFE:
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return None


def _session(request: Request, keys: Keys) -> str | None:
    sessions: Sessions = request.app.state.sessions
    return sessions.who(keys.known().signing_key, request.cookies.get(sessions.cookie, ""), now(request))


def show(request: Request) -> Response:
    """The form, or for those who are known the button that ends their session."""
    if settings(request).keys is None:
        return answer(request, 404, _UNLOCKED)
    return _form(request, 200, _next(request.query_params.get("next", "")))


async def log_in(request: Request) -> Response:
    """Begin a session, and go where the reader wanted to go."""
    keys = settings(request).keys
    if keys is None:
        return answer(request, 404, _UNLOCKED)
    sent = _sent(request)
    logins: rates.Rate = request.app.state.logins
    wait = logins.take(rates.client(request))
    if wait:
        refused = rates.too_many(wait, "attempts to log in")
        return await run_in_threadpool(
            _form, request, refused.status, _next(sent.get("next", "")), refused.sentence, refused.headers
        )
    kept = keys.known()
    right = kept.password is not None and await run_in_threadpool(
        passwords.is_right, sent.get("password", ""), kept.password
    )
    if not right:
        said = "This is not the password. Try again."
        if kept.password is None:
            said = "No password is set: only programs with a token may read. Whoever runs this archive can set one."
        return await run_in_threadpool(_form, request, 403, _next(sent.get("next", "")), said)
    logins.forgive(rates.client(request))
    sessions: Sessions = request.app.state.sessions
    response = RedirectResponse(_next(sent.get("next", "")), 303, _NO_STORE)
    sessions.give(response, sessions.begin(kept.signing_key, now(request)), secure=request.url.scheme == "https")
    return response


def log_out(request: Request) -> Response:
    """End the session, here and in the browser."""
    sessions: Sessions = request.app.state.sessions
    session = request.scope.get(SESSION)
    if session is not None:
        sessions.end(session, now(request))
    response = RedirectResponse("/login", 303, _NO_STORE)
    sessions.take(response, secure=request.url.scheme == "https")
    return response


def _form(
    request: Request, status: int, after: str, problem: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    known = request.scope.get(SESSION) is not None
    return render(
        request, "login.html", status=status, headers={**_NO_STORE, **(headers or {})}, known=known, after=after,
        problem=problem,
    )  # fmt: skip


def _sent(request: Request) -> dict[str, str]:
    text = request.scope.get(BODY, b"").decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))


def _next(given: str) -> str:
    """A path of ours: nobody is led to another site from here."""
    fine = given.startswith("/") and not given.startswith(("//", "/login", "/logout"))
    return given if fine and given.isascii() and given.isprintable() and "\\" not in given else "/"


ROUTES = [
    Route("/login", show),
    Route("/login", log_in, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
]
