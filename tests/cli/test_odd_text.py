"""Characters that break files, databases and terminals, on the way from a server to an export."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SENTENCE = "The council of Brackwater met on Tuesday and agreed to mend the eastern quay. "
ODD = "a\0b \x08 \u202eright\u202c \u2066x\u2069 раураl &#0; &#xD800; &#8; \ufeff \U0001f6a2"
TEXT = "".join(f"<p>{n}. {SENTENCE}{ODD}</p>" for n in range(8))
PAGE = f"<html><title>Quay {ODD}</title><article><h1>Quay {ODD}</h1>{TEXT}</article>"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        body = PAGE.encode() + b"<p>\xed\xa0\x80</p>"
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_odd_characters_go_through_database_warc_and_export(backissue: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/quay"
        assert backissue.archived(url)[url]["outcome"] == "new"
    finally:
        server.shutdown()
        server.server_close()
    done = backissue("export", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, done.stdout.splitlines())
    shown = backissue.json("show", "--json", url)[0]
    assert shown["digest"] == row["digest"]
    for text in (row["title"], row["text"], shown["text"]):
        assert not {"\0", "\b"} & set(text)
        text.encode("utf-8")
    assert "7. The council" in row["text"]
    assert "\U0001f6a2" in row["text"]
    assert row["access"] == "open"
