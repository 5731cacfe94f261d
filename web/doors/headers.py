"""What every answer carries, so that a browser lets a page do no more than it has to."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from web.settings import Settings

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; frame-src {frames}"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: a browser then sends forms of ours with an Origin of `null`.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def guard(headers: MutableHeaders, request: Request, settings: Settings) -> None:
    """Add what is missing. What an answer says of itself stays, since it is stricter."""
    frames = settings.replay_base(request.url.scheme, request.url.hostname) or "'none'"
    headers.setdefault("Content-Security-Policy", POLICY.format(frames=frames))
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if settings.keys is not None and not request.url.path.startswith("/static/"):
        if headers.get("Content-Type", "").startswith("text/html"):
            # What a reader saw is not left in the browser once they have logged out.
            headers["Cache-Control"] = "no-store"
        elif "no-store" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = "private, no-cache"
