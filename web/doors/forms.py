"""What may be sent to us: our own forms, which carry a token, and JSON for the API."""

import hmac
from urllib.parse import parse_qsl

from starlette.requests import Request

from web.context import settings
from web.doors.noted import BODY, PROGRAM, SAFE, SESSION, form_token
from web.doors.refused import Refused

# The field of a form that holds the token.
FIELD = "form_token"

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
FOR_JSON = "/api/"

# More fields than any form of ours has.
MOST_FIELDS = 100


async def kind(request: Request) -> None:
    """415 for what is neither a form nor, where programs ask, JSON."""
    if request.method in SAFE:
        return
    wanted = JSON if request.url.path.startswith(FOR_JSON) else FORM
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise Refused(415, f"This address takes {wanted} and nothing else. Say so in Content-Type and send that.")


async def token(request: Request) -> None:
    """403 for a form that is not one that we have shown. A program's token does as well, and so does JSON: no page
    of another site can send either."""
    if request.method in SAFE or request.scope.get(PROGRAM) or request.url.path.startswith(FOR_JSON):
        return
    try:
        sent = dict(parse_qsl(request.scope.get(BODY, b"").decode("latin-1"), max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Refused(400, f"The form has more than {MOST_FIELDS} fields. Send the one that the page shows.") from None
    right = form_token(settings(request), request.scope.get(SESSION, ""))
    if not hmac.compare_digest(sent.get(FIELD, "").encode("latin-1", "replace"), right.encode()):
        raise Refused(403, "This form is not one of this session. Go back, load the page again, and send it once more.")
