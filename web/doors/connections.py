"""A connection as uvicorn has it, with an end for clients that are slow: uvicorn itself waits for them for ever."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.doors.sizes import MOST_HEAD_BYTES, MOST_TARGET_BYTES

# Bytes of a request's head that are held until it is whole.
MOST_HELD_BYTES = MOST_HEAD_BYTES + MOST_TARGET_BYTES

# Connections, and requests under way, after which others are told to come back later.
MOST_CONNECTIONS = 500

# How long a client may take to read the next part of an answer.
READING_SECONDS = 60.0


class Connection(H11Protocol):
    """Ends when a request's head takes too long, and when an answer is not read."""

    patience: float = 10.0

    def __init__(self, *arguments: Any, **more: Any):
        super().__init__(*arguments, **more)
        self._head: asyncio.TimerHandle | None = None
        self._reader: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_owed():
            self._forget()
        elif self._head is None:
            self._wait()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and self._head is None:
            self._wait()

    def _is_owed(self) -> bool:
        """Whether the client is to send what nothing else waits for: a head, or the rest of an answered request."""
        if self.conn.their_state is h11.IDLE:
            return True
        return self.conn.their_state is h11.SEND_BODY and self.cycle is not None and self.cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._reader is None:
            self._reader = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        if self.flow is not None:
            super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """What is no request, or has no end. `msg` is uvicorn's, which does not say what to do."""
        held = len(self.conn.trailing_data[0])
        if held > MOST_HELD_BYTES:
            self._say(431, f"The head of the request is larger than {MOST_HELD_BYTES:,} bytes. Send a smaller one.")
        else:
            self._say(400, "This is no HTTP request that can be read. Send one by the rules of HTTP/1.1.")

    def _wait(self) -> None:
        if self.transport.is_closing():
            return
        self._head = self.loop.call_later(self.patience, self._too_slow)

    def _forget(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_slow(self) -> None:
        self._head = None
        if self.transport.is_closing():
            return
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._say(408, f"The request took longer than {self.patience:g} seconds to arrive. Send it again, at once.")
        else:
            self.transport.close()

    def _say(self, status: int, sentence: str) -> None:
        """Answer for the application, unless it has begun to, and end the connection."""
        self._forget()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = f"{sentence}\n".encode()
            headers = [
                ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))),
                ("Connection", "close"), ("X-Content-Type-Options", "nosniff"),
            ]  # fmt: skip
            for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def connections(patience: float) -> type[Connection]:
    """Connections that wait so many seconds for the head of a request."""
    return type("Connection", (Connection,), {"patience": patience})
