"""Real posts that were deleted, and real edits that are no takedown, through `import`. Slow: 3,500 captures."""

import datetime as dt
import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from storage import takedowns
from storage.archive import Archive
from storage.capture import Exchange
from storage.database import reading
from storage.warc_records import response_records

VERSIONS = Path(__file__).resolve().parents[3] / "shared" / "versions"
START = dt.datetime(2025, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
FRAME = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head><body>"
    "<header><nav><a href=/>Home</a><a href=/news/>News</a><a href=/topics/>Topics</a></nav></header>"
    "<main>{main}</main><footer><p>An official website. Looking for more? Write to us.</p></footer></body></html>"
)
ARTICLE = '<meta property="og:type" content="article">'
# What a site answers with status 200 in the place of a post that it has not: by its heading, by a sentence, and
# without a word about it.
STUBS = {
    "heading": "<h1>Page not found</h1><p>Try the search.</p>",
    "sentence": "<h1>Oops!</h1><p>We can’t find the page you’re looking for. It may have been moved.</p>",
    "silent": "<h1>Welcome</h1><p>We have moved house. Here is what our readers like best this week, and where to find "
    "the weather for tomorrow. Please look through the new topics that we have made for all of you.</p>",
}


def rows(name: str) -> Iterator[Any]:
    path = VERSIONS / name
    if not path.exists():
        pytest.skip(f"shared/versions/{name} is not on this machine")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def article(title: str, *parts: str, head: str = "") -> bytes:
    lines = (line for part in parts for line in re.split(r"\n\s*\n", part) if line.strip())
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    main = f"<article><h1>{html.escape(title)}</h1>{body}</article>"
    return FRAME.format(title=html.escape(title), head=ARTICLE + head, main=main).encode()


def record(url: str, body: bytes, days: int) -> bytes:
    exchange = Exchange(
        url=url, status=200, reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),), body=body,
        captured_at=START + dt.timedelta(days=days),
    )  # fmt: skip
    return response_records(exchange, earlier=None)[0].gzipped


@pytest.mark.slow
def test_deleted_posts_are_recognised_and_edited_ones_stay(backissue: Any, tmp_path: Path) -> None:
    records = []
    for n, post in enumerate(rows("takedowns.jsonl.gz")):
        before = article(post["title"], post["body"])
        hidden = article(post["title"], post["body"], head='<meta name="robots" content="noindex">')
        after = {name: FRAME.format(title="A site", head="", main=stub).encode() for name, stub in STUBS.items()}
        for name, body in {**after, "noindex": hidden}.items():
            url = f"https://{name}.example/posts/{n}-story.html"
            records += [record(url, before, 0), record(url, body, 1), record(url, body, 3)]
    posts = n + 1
    for n, pair in enumerate(rows("versions_digitalgov.jsonl.gz")):
        for days, side in enumerate((pair["old"], pair["new"])):
            url = f"https://edited.example/news/{n}-story.html"
            records.append(record(url, article(side["title"] or "Untitled", side["deck"] or "", side["body"]), days))
    path = tmp_path / "some.warc.gz"
    path.write_bytes(b"".join(records))
    importing = backissue.start("import", "--workers", "2", str(path))
    _, told = importing.communicate(timeout=800)
    assert importing.returncode == 0, told
    archive = Archive.open(backissue.archive)
    with reading(archive.engine) as connection:
        found = [*takedowns.unconfirmed(connection), *takedowns.confirmed_since(connection, START)]
    archive.close()
    gone = Counter(urlsplit(one.url).hostname for one in found)
    # None of the 1,463 that were edited.
    assert gone == {f"{name}.example": posts for name in (*STUBS, "noindex")}
    # Where most of a site's pages lose their text at once, a second visit says nothing more.
    assert sum(one.takedown.confirmed_at is not None for one in found) == 4 * posts
