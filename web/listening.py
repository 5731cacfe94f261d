"""Listens: a socket of its own, so that an address that cannot be had is said before anything else is."""

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from storage.errors import UsageError
from web.settings import Settings

# Connections that the system holds for us while all threads are at work.
BACKLOG = 2048

# How long requests that are under way may go on once it is told to stop.
GRACE_SECONDS = 3


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free. Raises UsageError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"The web page cannot be served on {host}, port {port}: {why}. Name another with --host or --port."
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The address for a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(app: Starlette, settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises UsageError where it cannot listen there."""
    with listen(settings.host, settings.port) as listening:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        # The server hands the signal on once it has ended; a service manager's is no failure.
        signal.signal(signal.SIGTERM, _end)
        say(f"The archive is at {address_of(listening)} until Ctrl-C.")
        uvicorn.Server(config).run(sockets=[listening])


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
