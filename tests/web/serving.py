"""A real server around an application, on a free port of the loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from web.listening import address_of, listen


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application's address, without a slash."""
    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield address_of(listening).rstrip("/")
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def client_of(app: Starlette, **more: Any) -> TestClient:
    """A client on this machine, by the address that a browser would have."""
    here = {"base_url": "http://127.0.0.1:8090", "client": ("127.0.0.1", 50_000), "raise_server_exceptions": False}
    return TestClient(app, **(here | more))


def form_token_of(client: TestClient, path: str = "/queue") -> str:
    """The token in the form of a page."""
    return client.get(path).text.partition('name="form_token" value="')[2].partition('"')[0]
