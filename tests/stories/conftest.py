"""Made-up sites that run each other's articles, in WARC files."""

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from storage.capture import Exchange
from storage.warc_records import response_records

START = dt.datetime(2025, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
# Words of no language, so that no two articles share a passage by chance.
_SYLLABLES = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "na", "po", "ra", "se", "tu", "va", "wo", "zi")

Page = tuple[str, list[str], float]
"""URL, paragraphs, days after START."""


def text(name: str, number: int = 10) -> list[str]:
    """Paragraphs that only the article of that name has, of some 25 words each."""
    chance = random.Random(name)
    return [
        " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(25)).capitalize() + "." for _ in range(number)
    ]


def page(paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{paragraphs[0][:30] if paragraphs else ''}"
        f'</title><meta property="og:type" content="article"></head><body><article><h1>Made up</h1>{body}</article>'
        "</body></html>"
    ).encode()


class Wire:
    """Sites that are imported, and what the archive says of their stories."""

    def __init__(self, folder: Path, backissue: Any):
        self.folder = folder
        self.backissue = backissue
        self._files = iter(range(1000))

    def take_in(self, *pages: Page) -> None:
        """Import pages as one run."""
        records = []
        for url, paragraphs, days in pages:
            exchange = Exchange(
                url=url, status=200, reason="OK", headers=(("Content-Type", "text/html; charset=utf-8"),),
                body=page(paragraphs), captured_at=START + dt.timedelta(days=days),
            )  # fmt: skip
            records.append(response_records(exchange, earlier=None)[0].gzipped)
        file = self.folder / f"{next(self._files)}.warc.gz"
        file.write_bytes(b"".join(records))
        done = self.backissue("import", "--workers", "1", str(file))
        assert done.returncode == 0, done.stderr

    def stories(self, *words: str) -> list[dict[str, Any]]:
        return list(self.backissue.json("stories", "--json", *words))

    def relations(self) -> list[dict[str, str]]:
        """For each story the relation of each page, by URL."""
        return [{page["url"]: page["relation"] for page in story["pages"]} for story in self.stories()]


@pytest.fixture
def wire(tmp_path: Path, backissue: Any) -> Wire:
    return Wire(tmp_path, backissue)
