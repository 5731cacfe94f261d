"""On real connections: clients that are slow, that send no end of headers, or no HTTP at all."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.web.made_up import harbour
from web.app import create_app
from web.listening import listen, server
from web.settings import Settings

# Long enough for a machine that has much else to do.
PATIENCE = 1.5
HEAD = b"Host: 127.0.0.1\r\n"
LAST = b"Connection: close\r\n\r\n"
FORM = HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with running(harbour(tmp_path_factory.mktemp("harbour") / "archive").path, Settings(patience=PATIENCE)) as found:
        yield found


@contextmanager
def running(folder: Path, settings: Settings) -> Iterator[tuple[str, int]]:
    with listen("127.0.0.1", 0) as listening:
        made = server(create_app(folder, settings=settings), settings)
        thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not made.started:
            time.sleep(0.01)
        yield listening.getsockname()
        made.should_exit = True
        thread.join(10)


def said(address: tuple[str, int], *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that is answered until the connection ends; the pieces are sent one after the other."""
    with socket.create_connection(address, timeout=30) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        held = b""
        try:
            while piece := connection.recv(65_536):
                held += piece
        except ConnectionError:
            pass
        return held


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_head_that_does_not_end_is_given_up(address: tuple[str, int]) -> None:
    begun = time.monotonic()
    answer = said(address, b"GET /runs HTTP/1.1\r\n" + HEAD)
    assert status(answer) == 408
    assert b"took longer than 1.5 seconds" in answer
    assert time.monotonic() - begun < 15
    # A line now and then is no reason to wait for more.
    answer = said(address, b"GET /runs HTTP/1.1\r\n", *[b"X: 1\r\n"] * 25, pause=0.1)
    assert status(answer) == 408


def test_a_connection_on_which_nothing_is_said_is_closed(address: tuple[str, int]) -> None:
    assert said(address) == b""


def test_a_second_request_on_a_connection_may_not_be_slow_either(address: tuple[str, int]) -> None:
    answer = said(address, b"GET /static/icon.svg HTTP/1.1\r\n" + HEAD + b"\r\n", b"GET /runs HT", pause=0.3)
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 408" in answer


def test_a_body_that_does_not_end_is_given_up(address: tuple[str, int]) -> None:
    answer = said(address, b"POST /queue HTTP/1.1\r\n" + FORM + b"Content-Length: 100\r\n\r\nurl=")
    assert status(answer) == 408
    assert b"Send it again, at once." in answer
    head = b"POST /queue HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    answer = said(address, head, *[b"3\r\nurl\r\n"] * 20, pause=0.1)
    assert status(answer) == 408


def test_a_body_that_nobody_asked_for_does_not_hold_the_connection(address: tuple[str, int]) -> None:
    begun = time.monotonic()
    answer = said(address, b"GET /runs HTTP/1.1\r\n" + HEAD + b"Content-Length: 50000\r\n\r\n", *[b"x"] * 25, pause=0.1)
    assert status(answer) == 200
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n" + HEAD + LAST, (414, 431)),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 40_000, (431,)),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"X: 1\r\n" * 5_000 + LAST, (431,)),
        (b"GET / HTTP/1.1\r\n\r\n", (400,)),
        (b"GET / HTTP/1.0\r\n\r\n", (400,)),
        (b"GET / HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n", (400,)),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", (421,)),
        (b"GET http://evil.example/ HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n", (400, 404)),
        (b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n", (404, 405)),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n" + LAST, (421,)),
        (b"GET /\xff HTTP/1.1\r\n" + HEAD + b"\r\n", (400,)),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (400,)),
        (b"SSH-2.0-client\r\n\r\n", (400,)),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", (400,)),
        (b"POST /queue HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", (400,)),
        (b"GET / HTTP/1.1\r\n" + HEAD + b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n", (200,)),
    ],
)
def test_what_is_no_request_is_told_so(address: tuple[str, int], request_: bytes, expected: tuple[int, ...]) -> None:
    answer = said(address, request_)
    assert status(answer) in expected, answer
    assert b"Traceback" not in answer
    if status(answer) >= 400:
        assert answer.partition(b"\r\n\r\n")[2].strip()


def test_after_all_that_others_are_still_served(address: tuple[str, int]) -> None:
    idle = [socket.create_connection(address) for _ in range(50)]
    begun = time.monotonic()
    answer = said(address, b"GET /static/icon.svg HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n")
    assert status(answer) == 200
    assert time.monotonic() - begun < 10
    for one in idle:
        one.close()


def test_a_reader_who_stops_reading_is_left(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.doors.connections.READING_SECONDS", 0.5)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(0.5)
        connection.connect(address)
        try:
            for _ in range(600):
                connection.sendall(b"GET /static/style.css HTTP/1.1\r\n" + HEAD + b"\r\n")
        except TimeoutError:
            # The server reads no further while its answers are not read.
            pass
        except ConnectionError:
            return
        time.sleep(1.5)
        connection.settimeout(10)
        with pytest.raises(ConnectionError):
            while connection.recv(65_536):
                pass
            raise ConnectionResetError("it ended in the middle, without one")
