"""A made-up site in WARC files: articles of words of their own, and boxes that stand on several."""

import datetime as dt
import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from storage.capture import Exchange
from storage.warc_records import response_records

START = dt.datetime(2025, 3, 4, 5, 6, 7, tzinfo=dt.UTC)

# Words of no language, so that no two articles share a line by chance.
_SYLLABLES = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "na", "po", "ra", "se", "tu", "va", "wo", "zi")

Pages = Sequence[tuple[str, bytes, int]]
"""Path or URL, bytes, days after START."""


class Gazette:
    """The site, and the archive that takes it in."""

    host = "https://harbour-gazette.example"
    site = "harbour-gazette.example"
    box = (
        "The old customs house on the northern pier is open to visitors from May to September.",
        "Its rooms hold the maps, models and tools of three hundred years of pilots.",
    )
    """Nothing in it asks for anything: that it is no part of an article shows only in its standing on others."""
    names = "abcde"
    """Articles enough for what stands on all of them to be the site's."""

    def __init__(self, folder: Path, backissue: Any):
        self.folder = folder
        self.backissue = backissue
        self._files = iter(range(1000))

    def paragraphs(self, name: str, number: int = 6) -> list[str]:
        """Sentences that only the article of that name has."""
        chance = random.Random(name)
        words = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(number * 14)]
        return [" ".join(words[n * 14 : n * 14 + 14]).capitalize() + "." for n in range(number)]

    def page(self, name: str, *, box: Sequence[str] = (), end: Sequence[str] = ()) -> bytes:
        """An article's page: its own paragraphs, with a box in the middle, and more at the end."""
        own = self.paragraphs(name)
        body = "".join(f"<p>{line}</p>" for line in [*own[:3], *box, *own[3:], *end])
        return (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>About {name}</title>"
            f'<meta property="og:type" content="article"></head><body><article><h1>About {name}</h1>{body}'
            "</article></body></html>"
        ).encode()

    def warc(self, pages: Pages) -> Path:
        """A file with these pages, in their order."""
        records = []
        for path, body, days in pages:
            exchange = Exchange(
                url=path if path.startswith("http") else self.host + path,
                status=200, reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),), body=body,
                captured_at=START + dt.timedelta(days=days),
            )  # fmt: skip
            records.append(response_records(exchange, earlier=None)[0].gzipped)
        file = self.folder / f"{next(self._files)}.warc.gz"
        file.write_bytes(b"".join(records))
        return file

    def take_in(self, pages: Pages) -> str:
        """Import pages as one run. Returns what the command said."""
        done = self.backissue("import", "--workers", "1", str(self.warc(pages)))
        assert done.returncode == 0, done.stderr
        return str(done.stderr)

    def texts(self) -> dict[str, str]:
        """URL -> text of its newest snapshot."""
        return {row["url"]: row["text"] for row in self.backissue.json("export")}

    def text(self, path: str) -> str:
        return self.texts()[self.host + path]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database has."""
        with sqlite3.connect(self.backissue.archive / "archive.db") as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture
def gazette(tmp_path: Path, backissue: Any) -> Gazette:
    return Gazette(tmp_path, backissue)
