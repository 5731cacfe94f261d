"""WARC files: torn tails are cut, whole records stay, damage is seen."""

import datetime as dt
from pathlib import Path

import pytest

from storage.capture import Exchange
from storage.clock import Clock
from storage.errors import DamagedRecord
from storage.warc_files import WarcFiles, mend_tails
from storage.warc_read import ForeignRecord, Location, Skipped, read_exchange, read_file
from storage.warc_records import Record, response_records


def record(n: int) -> Record:
    exchange = Exchange(
        url=f"https://a.example/{n}", status=200, headers=(("Content-Type", "text/html"),),
        body=f"<p>body {n}</p>".encode() * 50, captured_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    return response_records(exchange, earlier=None)[0]


def test_a_torn_tail_is_cut_and_kept_beside(tmp_path: Path) -> None:
    files = WarcFiles(tmp_path, clock=Clock(), software="test")
    files.append([record(1), record(2)])
    files.close()
    (path,) = tmp_path.glob("*.warc.gz")
    whole = path.read_bytes()
    path.write_bytes(whole + record(3).gzipped[:100])
    assert mend_tails(tmp_path, {}) == [path.name]
    assert path.read_bytes() == whole
    assert (tmp_path / f"{path.name}.torn").stat().st_size == 100


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    files = WarcFiles(tmp_path, clock=Clock(), software="test")
    files.append([record(1)])
    assert mend_tails(tmp_path, {}) == []
    files.close()


def test_files_rotate_when_they_are_full(tmp_path: Path) -> None:
    files = WarcFiles(tmp_path, clock=Clock(), software="test", max_bytes=500)
    places = [files.append([record(n)])[0] for n in range(4)]
    files.close()
    assert len({place.file for place in places}) > 1


def test_every_changed_byte_of_a_record_is_noticed(tmp_path: Path) -> None:
    one = record(1)
    path = tmp_path / "x.warc.gz"
    location = Location(file=path.name, offset=0, length=len(one.gzipped), sha256=one.sha256)
    path.write_bytes(one.gzipped)
    assert read_exchange(tmp_path, location).body.startswith(b"<p>body 1")
    for at in range(len(one.gzipped)):
        damaged = bytearray(one.gzipped)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(DamagedRecord):
            read_exchange(tmp_path, location)


def test_a_damaged_record_does_not_hide_those_after_it(tmp_path: Path) -> None:
    middle = bytearray(record(2).gzipped)
    middle[len(middle) // 2] ^= 0xFF
    path = tmp_path / "x.warc.gz"
    path.write_bytes(record(1).gzipped + bytes(middle) + record(3).gzipped)
    found = list(read_file(path))
    assert [r.url[-1] for r in found if isinstance(r, ForeignRecord)] == ["1", "3"]
    assert any(isinstance(r, Skipped) for r in found)
