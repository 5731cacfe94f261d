"""The HTTP server of one made-up site: conditional requests, gzip, HEAD, and an end that does not wait."""

import errno
import gzip
import os
import socket
import socketserver
import sys
from collections.abc import Callable
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, cast

from cli.demo.page import TEXT, Page

# Seconds between two looks at whether the server is to stop.
POLL_INTERVAL = 0.05

Respond = Callable[[str, str], Page]
"""Takes the method and the request target, with its query; returns what the path answers."""


class PortUnavailable(OSError):
    """The newspaper cannot listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"The demo newspaper cannot listen on port {port} of {host}: {reason}. "
            "Stop the program that uses the port, or choose another port (0 takes any that is free)."
        )


class SiteHandler(BaseHTTPRequestHandler):
    """Answers from what its server's `respond` gives."""

    protocol_version = "HTTP/1.1"
    # Header and body leave together, so that a kept connection does not wait for the other side's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def refuse(self) -> None:
        """405 for a method that changes things. Its body, if any, is not read, so the connection ends."""
        cast(SiteServer, self.server).respond(self.command, self.path)
        body = b"This newspaper can only be read: GET and HEAD.\n"
        self.close_connection = True
        self.send_response(405)
        self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Type", TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = refuse

    def answer(self, *, with_body: bool) -> None:
        """Send the page, or 304 where the client has it already."""
        page = cast(SiteServer, self.server).respond(self.command, self.path)
        unchanged = page.status == 200 and page.changed_at is not None and self.has_current(page)
        self.send_response(304 if unchanged else page.status)
        if page.changed_at is not None:
            self.send_header("ETag", page.etag)
            self.send_header("Last-Modified", format_datetime(page.changed_at.astimezone(UTC), usegmt=True))
        if page.compressible:
            self.send_header("Vary", "Accept-Encoding")
        if unchanged:
            self.end_headers()
            return
        body = page.body
        if page.compressible and self.accepts_gzip():
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if page.location:
            self.send_header("Location", page.location)
        if page.retry_after:
            self.send_header("Retry-After", page.retry_after)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def has_current(self, page: Page) -> bool:
        """RFC 9110 13.1: If-None-Match decides alone where it is sent; a date that cannot be read is ignored."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            return "*" in known or page.etag.removeprefix("W/") in known
        since = self.headers.get("If-Modified-Since")
        if since is None or page.changed_at is None:
            return False
        try:
            return page.changed_at <= parsedate_to_datetime(since).astimezone(UTC)
        except ValueError:
            return False

    def accepts_gzip(self) -> bool:
        """Whether Accept-Encoding names gzip and does not weigh it with zero."""
        for part in self.headers.get("Accept-Encoding", "").lower().split(","):
            name, _, weight = part.replace(" ", "").partition(";q=")
            if name == "gzip":
                return weight.strip("0.") != "" or weight == ""
        return False

    def version_string(self) -> str:
        return "newspaper"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the newspaper keeps its own list of requests."""


class SiteServer(ThreadingHTTPServer):
    """Serves one site from a daemon thread."""

    daemon_threads = True
    # On Windows the option lets two programs share a port, which is the error to be told about.
    allow_reuse_address = os.name != "nt"

    def __init__(self, host: str, port: int, respond: Respond) -> None:
        """Binds at once. Raises `PortUnavailable` where the port is taken or not allowed."""
        self.respond = respond
        self.connections: set[socket.socket] = set()
        self.connections_lock = Lock()
        try:
            super().__init__((host, port), SiteHandler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise PortUnavailable(host, port, (error.strerror or str(error)).lower()) from error

    def server_bind(self) -> None:
        """Bind without the name look-up that the standard server makes, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def start(self) -> None:
        """Serve until `stop`."""
        Thread(target=self.serve_forever, args=(POLL_INTERVAL,), daemon=True, name=f"site-{self.server_port}").start()

    def stop(self) -> None:
        """Stop listening and hang up on clients that keep their connection."""
        self.shutdown()
        self.server_close()
        with self.connections_lock:
            open_connections = list(self.connections)
        for connection in open_connections:
            hang_up(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.connections_lock:
            self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.connections_lock:
            self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error; anything else is shown as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def hang_up(connection: socket.socket) -> None:
    """End a connection, which its own thread may have ended at the same moment."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EBADF):
            raise
