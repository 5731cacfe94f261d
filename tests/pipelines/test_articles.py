"""What is kept of a page and what goes: a folder holds a page and what a reader should get of it."""

import json
from pathlib import Path

import pytest

from pipelines.extract import PageBytes
from pipelines.reading import Reading, read
from storage.article import BlockKind

FOLDERS = sorted(path for path in (Path(__file__).parent / "articles").iterdir() if path.is_dir())


def reading_of(folder: Path) -> Reading:
    page = PageBytes(
        url="https://gazette.example/2031/old-bridge",
        body=(folder / "page.html").read_bytes(),
        content_encoding=None,
        content_type="text/html; charset=utf-8",
        truncated=False,
    )
    reading = read(page)
    assert isinstance(reading, Reading), reading
    return reading


def described(reading: Reading) -> dict[str, object]:
    """The text line by line, what stands apart from it, and what went, with its reason."""
    article, cut = reading.article, {cut.position: cut.reason for cut in reading.rendition.cuts}

    def of(*kinds: BlockKind) -> list[str]:
        return [b.text for i, b in enumerate(article.blocks) if b.kind in kinds and i not in cut]

    return {
        "text": reading.rendition.text.split("\n"),
        "standfirst": of(BlockKind.STANDFIRST),
        "captions": of(BlockKind.CAPTION),
        "credits": of(BlockKind.CREDIT),
        "live_entries": of(BlockKind.LIVE_ENTRY),
        "removed": [[reason, article.blocks[position].text] for position, reason in sorted(cut.items())],
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_page_gives_its_article_and_nothing_else(folder: Path):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert described(reading_of(folder)) == expected


def test_the_same_page_gives_the_same_reading_again():
    assert all(reading_of(folder) == reading_of(folder) for folder in FOLDERS)
