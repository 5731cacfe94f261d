"""Says in one line why a URL gave no response."""

from datetime import datetime

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    UnsupportedURLSchemeError,
)
from twisted.python.failure import Failure

from crawler import addresses
from crawler.proxies import ProxyFailed
from storage.capture import Miss
from storage.errors import HostBacksOff, RefusedURL, RobotsUnreachable, UnsafeAddress


def miss_of(failure: Failure, request: Request, now: datetime, *, timeout: float) -> Miss:
    """The miss that a failed request is. `timeout`: the seconds that it had."""
    url: str = request.meta["requested_url"]
    outcome, kind, message = judge(failure.value, url, timeout)
    return Miss(
        requested_url=url,
        outcome=outcome,  # type: ignore[arg-type]
        kind=kind,
        message=message,
        missed_at=now,
        redirects=request.meta.get("hops", ()),
        entry=request.meta.get("entry"),
    )


def judge(error: BaseException | None, url: str, timeout: float) -> tuple[str, str, str]:
    """Outcome, kind and message of what went wrong with a URL."""
    if isinstance(error, RobotsUnreachable):
        error = error.__cause__
    if isinstance(error, HostBacksOff) and error.unreachable:
        return "failed", "unreachable", str(error)
    if isinstance(error, HostBacksOff):
        return "blocked", "backoff", str(error)
    if isinstance(error, ProxyFailed):
        return "failed", "proxy", f"{url}: {error}"
    refused = _refusal(error)
    if refused is not None:
        return "refused", "address", str(refused)
    text = " ".join(str(error).split())
    if isinstance(error, IgnoreRequest):
        if "robots.txt" in text:
            return "blocked", "robots", f"{url} is disallowed by the site's robots.txt. It was not fetched."
        return "failed", "redirects", f"{url} redirects in a loop or more than eight times. Check it in a browser."
    if isinstance(error, CannotResolveHostError):
        host = next((name for name in addresses.refused if name in text), None)
        if host is not None:
            return "refused", "address", str(UnsafeAddress(url, addresses.refused[host]))
        return "failed", "dns", f"{url}: the host's name cannot be found. Check the spelling and the network."
    if isinstance(error, DownloadConnectionRefusedError):
        return "failed", "connection", f"{url}: the connection was refused. Check the address; try again later."
    if isinstance(error, DownloadTimeoutError):
        return "failed", "timeout", f"{url} did not answer in full within {timeout:g} seconds. Try again later."
    if isinstance(error, DownloadCancelledError):
        return "refused", "too_large", f"{url} is larger than 16 MiB. It was not kept."
    if isinstance(error, UnsupportedURLSchemeError):
        return "refused", "scheme", f"{url} leads to an address that is neither http nor https. It was not fetched."
    if "ssl" in text.lower() or "certificate" in text.lower() or "tls" in text.lower():
        return "failed", "tls", f"{url}: the secure connection failed ({text[:120]}). Check it in a browser."
    return "failed", "download", f"{url} could not be fetched ({type(error).__name__}: {text[:160]}). Try again later."


def _refusal(error: BaseException | None) -> RefusedURL | None:
    """The refusal in an error or in what it wraps: Twisted and Scrapy put theirs around ours."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Failure):
            current = current.value
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, RefusedURL):
            return current
        waiting += [current.__cause__, current.__context__, *getattr(current, "reasons", ())]
        waiting += [part for part in current.args if isinstance(part, BaseException | Failure)]
    return None
