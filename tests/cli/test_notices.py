"""Notices of real snapshots: phrases and authors, and what `notices` and `crawl` say."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crawler.notices.sending import notify
from storage.folder import Folder


def test_a_phrase_is_found_before_and_after_a_change(backissue: Any, site: Any) -> None:
    backissue.archived(site.url("/edited"), code=0)
    folder = Folder(backissue.archive)
    got: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        hook = f'webhook = "http://127.0.0.1:{server.server_address[1]}/"\n'
        folder.notices.write_text(
            f'[notices.new]\nphrases = ["MENDED TWICE"]\n{hook}'
            f'[notices.old]\nphrases = ["1. quay mended:"]\n{hook}'
            f'[notices.neither]\nphrases = ["quay sold"]\n{hook}'
            f'[notices.author]\nauthors = ["Nobody"]\n{hook}'
        )
        notify(folder)
        site.edition = 2
        backissue.archived(site.url("/edited"), code=0)
        assert notify(folder).failures == []
        server.shutdown()
    assert sorted(post["rule"] for post in got) == ["new", "old"]
    notice = got[0]["notices"][0]
    assert (notice["on"], notice["url"], notice["title"]) == ("change", site.url("/edited"), "Quay mended twice")
    assert notice["message"].startswith("Changed: ")
    rows = {row["rule"]: row for row in backissue.json("notices", "--json")}
    assert rows["new"]["last_sent_at"] is not None
    assert (rows["neither"]["waiting"], rows["neither"]["last_sent_at"]) == (0, None)


def test_a_crawl_is_well_where_its_notices_are_not(backissue: Any, site: Any, closed_port: int) -> None:
    site.pages = 2
    folder = Folder(backissue.archive)
    folder.make()
    folder.sources.write_text(
        f'[sources.ledger]\nhome = "{site.url("/")}"\nsitemaps = ["{site.url("/sitemap.xml")}"]\n'
        "delay = 0\nallow_private = true\nmax_age_days = 0\n"
    )
    folder.notices.write_text(f'[notices.desk]\nwebhook = "http://127.0.0.1:{closed_port}/"\nevry = 5\n')
    done = backissue("crawl", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "A notice failed; the crawl did not." in done.stderr
    assert "line 3" in done.stderr
    folder.notices.write_text(f'[notices.desk]\nwebhook = "http://127.0.0.1:{closed_port}/"\n')
    tried = backissue("notices", "--test")
    assert (tried.returncode, "cannot be reached" in tried.stdout) == (1, True)
