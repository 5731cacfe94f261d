"""What the doors note on a request for those behind them, and the token of a form."""

import hashlib
import hmac

from web.settings import Settings

# The whole body, as it arrived.
BODY = "backissue.body"

# The number of a reader's session.
SESSION = "backissue.session"

# A program showed a token.
PROGRAM = "backissue.program"

SAFE = ("GET", "HEAD")


def form_token(settings: Settings, session: str) -> str:
    """What a form shown in a session has to send back. Another site's page can send a form, but it cannot read this."""
    return hmac.new(settings.form_key, f"form {session}".encode(), hashlib.sha256).hexdigest()
