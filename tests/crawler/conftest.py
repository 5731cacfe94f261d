"""Proxies on the loopback that look names up by themselves, as real ones do, and a site with a certificate."""

import base64
import contextlib
import datetime
import select
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAME = "news.brackwater.org"
"""Nobody but the proxies knows it."""


class Proxy(socketserver.ThreadingTCPServer):
    """Leads every connection to the port that a name stands for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handler: type[socketserver.BaseRequestHandler]):
        super().__init__(("127.0.0.1", 0), handler)
        self.names: dict[tuple[str, int], int] = {}
        self.login: tuple[str, str] | None = None
        self.asked: list[tuple[str, int]] = []
        """What it was asked to connect to."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def onward(self, host: str, port: int) -> socket.socket | None:
        self.asked.append((host, port))
        target = self.names.get((host, port))
        return socket.create_connection(("127.0.0.1", target), timeout=20) if target else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def pump(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 30)
        for end in ready:
            data = end.recv(65536)
            if not data:
                return
            (other if end is one else one).sendall(data)
        if not ready:
            return


def exactly(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


class _Socks5(socketserver.BaseRequestHandler):
    """RFC 1928, and RFC 1929 where there is a login. Refuses addresses: names are its own to look up."""

    server: Proxy

    def handle(self) -> None:
        stream: socket.socket = self.request
        methods = exactly(stream, exactly(stream, 2)[1])
        wanted = 2 if self.server.login else 0
        if wanted not in methods:
            stream.sendall(b"\x05\xff")
            return
        stream.sendall(bytes((5, wanted)))
        if self.server.login:
            user = exactly(stream, exactly(stream, 2)[1])
            password = exactly(stream, exactly(stream, 1)[0])
            good = (user.decode(), password.decode()) == self.server.login
            stream.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        kind = exactly(stream, 4)[3]
        if kind != 3:
            stream.sendall(b"\x05\x08\x00\x01" + bytes(6))
            return
        host = exactly(stream, exactly(stream, 1)[0]).decode()
        onward = self.server.onward(host, int.from_bytes(exactly(stream, 2), "big"))
        if onward is None:
            stream.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        stream.sendall(b"\x05\x00\x00\x01" + bytes(6))
        with onward:
            pump(stream, onward)


class _Http(socketserver.BaseRequestHandler):
    """CONNECT, and plain requests for whole addresses (RFC 9112 3.2.2)."""

    server: Proxy

    def handle(self) -> None:
        stream: socket.socket = self.request
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += exactly(stream, 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        if self.server.login:
            wanted = base64.b64encode(":".join(self.server.login).encode()).decode()
            if f"Proxy-Authorization: Basic {wanted}" not in lines:
                stream.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
        where = target if method == "CONNECT" else target.split("/")[2]
        host, _, port = where.partition(":")
        onward = self.server.onward(host, int(port or 80))
        if onward is None:
            stream.sendall(b"HTTP/1.1 502 Not found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with onward:
            if method == "CONNECT":
                stream.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                kept = [line for line in lines if not line.lower().startswith(("proxy-", "connection"))]
                request = "\r\n".join([f"{method} {path} HTTP/1.1", "Connection: close", *kept])
                onward.sendall(request.encode("latin-1"))
            pump(stream, onward)


def _running(handler: type[socketserver.BaseRequestHandler]) -> Iterator[Proxy]:
    server = Proxy(handler)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def socks(site: Any) -> Iterator[Proxy]:
    for proxy in _running(_Socks5):
        proxy.names[NAME, 80] = site.server_address[1]
        yield proxy


@pytest.fixture
def http_proxy(site: Any) -> Iterator[Proxy]:
    for proxy in _running(_Http):
        proxy.names[NAME, 80] = site.server_address[1]
        yield proxy


@pytest.fixture
def certified(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site speaks TLS from here on, with a certificate for its name that the command trusts."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    chain, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))


@pytest.fixture
def closed_proxy() -> int:
    """A port of this machine where nothing listens."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
