"""Listens: a socket of its own, so that an address that cannot be had is said before anything else is."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import attrs
import uvicorn
from starlette.applications import Starlette

from storage.errors import UsageError
from web.settings import Settings

# Connections that the system holds for us while all threads are at work.
BACKLOG = 2048

# How long requests that are under way may go on once it is told to stop.
GRACE_SECONDS = 3


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A socket that listens; port 0 takes any that is free. Raises UsageError, which names the port's option."""
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
            f"The web page cannot be served on {host}, port {port}: {why}. Name another with --host or {option}."
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The address for a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    build: Callable[[Settings], tuple[Starlette, Starlette | None]], settings: Settings, *, say: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises UsageError where it cannot listen there.

    `build`: the application, and the one of the replay port, of settings with the ports that are listened on.
    """
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(listen(settings.host, settings.port))
        told = attrs.evolve(settings, port=_port(listening))
        second: socket.socket | None = None
        if settings.replay_port is not None:
            second = stack.enter_context(listen(settings.host, settings.replay_port, option="--replay-port"))
            told = attrs.evolve(told, replay_port=_port(second))
        app, replay = build(told)
        # The server hands the signal on once it has ended; a service manager's is no failure.
        signal.signal(signal.SIGTERM, _end)
        if replay is not None and second is not None:
            stack.enter_context(_beside(replay, second))
        say(f"The archive is at {address_of(listening)} until Ctrl-C.")
        _server(app).run(sockets=[listening])


@contextlib.contextmanager
def _beside(app: Starlette, listening: socket.socket) -> Iterator[None]:
    """A second application, as long as the first is served."""
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="replay", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=GRACE_SECONDS + 1)


def _server(app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def _port(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
