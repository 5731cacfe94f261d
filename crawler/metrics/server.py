"""Serves `/metrics` and `/health` beside a command that stays up."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AddressFamily

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from crawler.metrics.figures import Figures
from storage.errors import BackissueError, UsageError
from storage.folder import Folder

LOOPBACK = "127.0.0.1"


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, `:PORT` or `PORT` as a host, by default the loopback's, and a port. Raises UsageError."""
    host, _, port = text.strip().rpartition(":")
    if not port.isascii() or not port.isdecimal() or not 0 <= int(port[:6]) <= 65535:
        raise UsageError(f"{text!r} is no address for metrics. Give HOST:PORT, or :PORT for this machine alone.")
    return host.removeprefix("[").removesuffix("]") or LOOPBACK, int(port)


class MetricsServer:
    """Answers until it is closed, from a thread of its own.

    `ill`: what is wrong with the command, in one line; None where nothing is. `running`: its crawls or jobs.
    """

    def __init__(self, folder: Folder, where: str, *, ill: Callable[[], str | None], running: Callable[[], int]):
        """Raises UsageError where it cannot listen there."""
        host, port = address(where)
        self._figures = Figures(folder, running)
        # Nothing is collected at registration: there may be no archive yet.
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self._figures)
        self._ill = ill
        try:
            self._server = _server(host)((host, port), _handler(self))
        except OSError as error:
            why = error.strerror or str(error)
            raise UsageError(f"Metrics cannot be served on {where}: {why}. Name another address.") from error
        self.port: int = self._server.server_address[1]
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()

    def metrics(self) -> bytes:
        """The page for Prometheus. Raises BackissueError."""
        return generate_latest(self._registry)

    def health(self) -> tuple[int, dict[str, object]]:
        """200 or 503, and what is said with it. Alarms about sources do not make the command ill."""
        try:
            alarms = len(self._figures.state()["alarms"])
        except BackissueError as error:
            return 503, {"ok": False, "why": str(error)}
        why = self._ill()
        return (503 if why else 200), {"ok": why is None, "why": why, "alarms": alarms}

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def serving(
    folder: Folder,
    where: str | None,
    *,
    ill: Callable[[], str | None],
    running: Callable[[], int],
    say: Callable[[str], None],
) -> Iterator[None]:
    """Serve while a command is up, where that is asked for. Raises UsageError."""
    if where is None:
        yield
        return
    server = MetricsServer(folder, where, ill=ill, running=running)
    say(f"Metrics on port {server.port}.")
    try:
        yield
    finally:
        server.close()


def _server(host: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = AddressFamily.AF_INET6 if ":" in host else AddressFamily.AF_INET

        def handle_error(self, request: object, client_address: object) -> None:
            """Who asks may go away meanwhile."""

    return Server


def _handler(metrics: MetricsServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                try:
                    self._answer(200, CONTENT_TYPE_LATEST, metrics.metrics())
                except BackissueError as error:
                    self._answer(503, "text/plain; charset=utf-8", f"{error}\n".encode())
            elif path == "/health":
                status, said = metrics.health()
                self._answer(status, "application/json", json.dumps(said).encode())
            else:
                self._answer(404, "text/plain; charset=utf-8", b"There are /metrics and /health.\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A line a scrape would hide what the command says."""

    return Handler
