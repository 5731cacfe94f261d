"""Hosts that cannot be reached: one clear line, the right outcome, and the rest of the run goes on."""

import contextlib
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        private.private_bytes(serialization.Encoding.PEM, *form) + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextlib.contextmanager
def listening(answer: Any) -> Iterator[int]:
    """A port where each connection is given to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def never(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        while connection.recv(4096):
            pass


def hangs_in_the_middle(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        asked = connection.recv(4096)
        if b"/robots.txt" in asked:
            connection.sendall(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n<html>")
        while connection.recv(4096):
            pass


def hangs_up(connection: socket.socket) -> None:
    connection.close()


def no_http(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        connection.recv(4096)
        connection.sendall(b"220 mail.example ESMTP ready\r\n")


def test_each_way_not_to_be_reached_fails_with_its_cause(
    site: Any, backissue: Any, closed_port: int, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def self_signed(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(4096)

    with contextlib.ExitStack() as ports:
        silent, half, rude, mail, tls = (
            ports.enter_context(listening(how)) for how in (never, hangs_in_the_middle, hangs_up, no_http, self_signed)
        )
        says = {
            f"https://127.0.0.1:{tls}/x": "secure connection failed",
            f"https://127.0.0.1:{rude}/y": "could not be fetched",
            "http://nowhere.invalid/x": "name cannot be found",
            f"http://127.0.0.1:{closed_port}/x": "connection was refused",
            f"http://127.0.0.1:{silent}/x": "did not answer in full within 1.5 seconds",
            f"http://127.0.0.1:{half}/x": "did not answer in full within 1.5 seconds",
            f"http://127.0.0.1:{rude}/x": "could not be fetched",
            f"http://127.0.0.1:{mail}/x": "could not be fetched",
        }
        whole = site.url("/story/of-a-host-that-answers")
        flags = ("--json", "--allow-private", "--delay", "0", "--timeout", "1.5", "--workers", "1")
        done = backissue("archive", *flags, *says, whole)
    assert done.returncode == 1, done.stderr
    rows = {row["url"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows[whole]["outcome"] == "new"
    assert len(rows) == len(says) + 1
    for url, words in says.items():
        row = rows[url]
        assert (row["outcome"], row["status"], row["snapshot"]) == ("failed", None, None), row
        assert words in row["error"], row
        assert url in row["error"]
        assert "\n" not in row["error"]
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert backissue.json("status", "--json")[0]["runs"][0]["outcomes"] == {"failed": len(says), "new": 1}


def test_a_source_that_cannot_be_reached_fails_alone(site: Any, backissue: Any, closed_port: int) -> None:
    site.pages = 2
    backissue.archive.mkdir()
    (backissue.archive / "sources.toml").write_text(
        "[defaults]\ndelay = 0\nallow_private = true\n"
        f'[sources.down]\nhome = "http://127.0.0.1:{closed_port}/"\nfeeds = ["http://127.0.0.1:{closed_port}/feed"]\n'
        f'[sources.up]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n',
        encoding="utf-8",
    )
    done = backissue("crawl", "--json")
    assert done.returncode == 1
    assert done.stdout.count('"new"') == 2
    assert "Traceback" not in done.stderr
    assert f"http://127.0.0.1:{closed_port}/feed: the connection was refused" in done.stderr
