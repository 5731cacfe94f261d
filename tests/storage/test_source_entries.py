"""A source is added behind what the user's file has, or not at all."""

from pathlib import Path

import pytest

from storage.errors import SourceExists, SourceFileError
from storage.source_entries import append_entry
from storage.sources import read_sources

ENTRY = '[sources.courier]\nhome = "https://courier.example/"\n'


def test_a_missing_file_is_made(tmp_path: Path) -> None:
    file = tmp_path / "archive" / "sources.toml"
    append_entry(file, "courier", "https://courier.example/", ENTRY)
    assert list(read_sources(file)) == ["courier"]
    assert [path.name for path in file.parent.iterdir()] == ["sources.toml"]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_what_stands_in_the_file_is_kept_to_the_byte(tmp_path: Path, end: str) -> None:
    file = tmp_path / "sources.toml"
    before = f'# mine\n[sources.b]\nhome = "https://b.example/" # yes{end}'.replace("\n", end or "\n").encode()
    file.write_bytes(before)
    file.chmod(0o600)
    append_entry(file, "courier", "https://courier.example/", ENTRY)
    assert file.read_bytes().startswith(before)
    assert list(read_sources(file)) == ["b", "courier"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert (b"\r\n" in file.read_bytes()) is (end == "\r\n")


@pytest.mark.parametrize(
    ("name", "home", "said"),
    [
        ("b", "https://courier.example/", "has a source 'b' already"),
        ("courier", "http://www.b.example", "https://b.example/ is the source 'b' already"),
    ],
)
def test_a_known_name_or_front_page_is_refused(tmp_path: Path, name: str, home: str, said: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text('[sources.b]\nhome = "https://b.example/"\n')
    with pytest.raises(SourceExists, match=said):
        append_entry(file, name, home, ENTRY)
    assert "courier" not in file.read_text()


def test_a_table_that_does_not_fit_in_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    before = 'sources = { b = { home = "https://b.example/" } }\n'
    file.write_text(before)
    with pytest.raises(SourceFileError, match="does not fit in behind what stands there"):
        append_entry(file, "courier", "https://courier.example/", ENTRY)
    assert file.read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]
