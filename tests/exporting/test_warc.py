"""Exports as WARC and WACZ: the archive's records as they are, each once, with all that belongs to them."""

import hashlib
import io
import json
import shutil
import zlib
from collections import Counter
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage import database
from storage.exporting.cdx import surt
from storage.exporting.records import Seen
from storage.exporting.wacz import WaczFile
from tests.conftest import Command
from tests.exporting.conftest import Library


def records(data: bytes) -> list[tuple[str, str, str]]:
    """Type, URL and status of each record, whose digests are compared."""
    found = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        record.raw_stream.read()
        status = record.http_headers.get_statuscode() if record.rec_type in ("response", "revisit") else ""
        found.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or "", status))
    return found


def members(data: bytes) -> list[bytes]:
    """The gzip members of a file."""
    found = []
    while data:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


@pytest.fixture
def exported(library: Library, tmp_path: Path) -> bytes:
    output = tmp_path / "all.warc.gz"
    done = library.export("--all-versions", "--format", "warc", "--output", str(output))
    assert done.returncode == 0, done.stderr
    return output.read_bytes()


def test_records_are_copied_byte_for_byte_and_each_once(library: Library, exported: bytes) -> None:
    archive = b"".join(file.read_bytes() for file in sorted((library.command.archive / "warc").glob("*.warc.gz")))
    own, *copies = members(exported)
    assert len(copies) == len(set(copies))
    assert set(copies) <= set(members(archive))
    assert b"copies, byte for byte" in zlib.decompress(own, zlib.MAX_WBITS | 16)


def test_what_belongs_to_a_snapshot_comes_with_it(library: Library, exported: bytes) -> None:
    found = records(exported)
    assert found[0][0] == "warcinfo"
    counted = Counter((kind, url.removeprefix(library.url(""))) for kind, url, _ in found)
    assert counted["response", "/edited"] == counted["request", "/edited"] == 2
    # The redirect on the way, and where it led to.
    assert ("response", library.url("/old"), "301") in found
    assert counted["response", "/story/moved-here-now"] == 1
    # A 304 is a revisit of what was sent first.
    same = [(kind, status) for kind, url, status in found if "/etag/" in url and kind != "request"]
    assert same == [("response", "200"), ("revisit", "304")]


def test_only_what_is_selected_is_copied(library: Library, tmp_path: Path) -> None:
    output = tmp_path / "two.warc.gz"
    library.export("--format", "warc", "--limit", "1", "--output", str(output))
    assert {url for _, url, _ in records(output.read_bytes())} == {"", library.command.json("export")[0]["url"]}


def test_a_damaged_record_is_left_out_and_told(library: Library, tmp_path: Path) -> None:
    shutil.copytree(library.command.archive, tmp_path / "archive")
    command = Command(tmp_path / "archive")
    place = command.json("export", "--all-versions")[0]["warc"]
    file = tmp_path / "archive" / "warc" / place["file"]
    data = bytearray(file.read_bytes())
    data[place["offset"] + 200] ^= 1
    file.write_bytes(data)
    done = command("export", "--format", "warc", "--all-versions", "--output", str(tmp_path / "out.warc.gz"))
    assert done.returncode == 1
    assert f"The WARC record at {place['offset']}" in done.stderr
    assert "8 snapshots." in done.stderr
    assert records((tmp_path / "out.warc.gz").read_bytes())


@pytest.fixture
def wacz(library: Library, tmp_path: Path) -> Path:
    output = tmp_path / "all.wacz"
    done = library.export("--all-versions", "--format", "wacz", "--output", str(output))
    assert done.returncode == 0, done.stderr
    return output


def test_a_wacz_says_the_digests_of_what_it_holds(wacz: Path, exported: bytes) -> None:
    with ZipFile(wacz) as file:
        assert file.testzip() is None
        described = file.read("datapackage.json")
        package = json.loads(described)
        assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
        listed = {one["path"]: one for one in package["resources"]}
        assert listed.keys() == set(file.namelist()) - {"datapackage.json", "datapackage-digest.json"}
        for path, one in listed.items():
            data = file.read(path)
            assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
            assert (one["bytes"], one["name"]) == (len(data), path.rpartition("/")[2])
        digest = json.loads(file.read("datapackage-digest.json"))
        assert digest == {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        # A browser reads single records out of it.
        assert file.getinfo("archive/data-00000.warc.gz").compress_type == ZIP_STORED
        assert members(file.read("archive/data-00000.warc.gz"))[1:] == members(exported)[1:]


def test_a_browser_finds_where_each_file_in_a_wacz_begins(wacz: Path) -> None:
    # wabac.js reckons with a file's own header being as long as the list at the end says, which has no ZIP64 field.
    data = wacz.read_bytes()
    with ZipFile(wacz) as file:
        for info in file.infolist():
            own = data[info.header_offset : info.header_offset + 30]
            assert (int.from_bytes(own[26:28], "little"), own[28:30]) == (len(info.filename), b"\0\0")
            assert info.extra == b""


def cdx(file: ZipFile) -> list[tuple[str, str, dict[str, str]]]:
    """The index's lines, block by block as its own index has them."""
    head, *blocks = file.read("indexes/index.idx").decode().splitlines()
    assert head == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    data = file.read("indexes/index.cdx.gz")
    found: list[tuple[str, str, dict[str, str]]] = []
    for block in blocks:
        place = json.loads(block.partition("{")[1] + block.partition("{")[2])
        lines = zlib.decompress(data[place["offset"] : place["offset"] + place["length"]], zlib.MAX_WBITS | 16)
        for line in lines.decode().splitlines():
            key, stamp, said = line.split(" ", 2)
            found.append((key, stamp, json.loads(said)))
        assert block.startswith(lines[:20].decode())
    return found


def test_the_index_leads_to_the_records_and_the_pages_to_the_index(wacz: Path, library: Library) -> None:
    with ZipFile(wacz) as file:
        lines = cdx(file)
        assert [line[0] for line in lines] == sorted(line[0] for line in lines)
        for key, stamp, said in lines:
            data = file.read(f"archive/{said['filename']}")
            record = data[int(said["offset"]) : int(said["offset"]) + int(said["length"])]
            ((kind, url, status),) = records(record)
            assert (surt(url), status) == (key, said["status"])
            assert (said["mime"] == "warc/revisit") == (kind == "revisit")
            assert len(stamp) == 14
        head, *pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
    assert head["format"] == "json-pages-1.0"
    known = {(key, stamp) for key, stamp, _ in lines}
    for page in pages:
        assert (surt(page["url"]), "".join(filter(str.isdigit, page["ts"]))) in known
    rows = library.command.json("export", "--all-versions")
    assert [(page["id"], page["title"], page["text"]) for page in pages] == [
        (str(row["snapshot"]), row["title"], row["text"]) for row in rows
    ]


def test_a_large_wacz_has_several_warc_files(library: Library, tmp_path: Path) -> None:
    archive = library.open()
    with database.reading(archive.engine) as connection, (tmp_path / "all.wacz").open("w+b") as to:
        now = library.open().snapshot(library.url("/edited")).captured_at
        problems: list[str] = []
        made = WaczFile(to, archive.folder.warc, title="All", when=now, problems=problems, max_bytes=3000)
        made.add(connection, range(1, 9))
        made.finish()
    with ZipFile(tmp_path / "all.wacz") as file:
        warcs = [name for name in file.namelist() if name.startswith("archive/")]
        assert len(warcs) > 2
        for _, _, said in cdx(file):
            data = file.read(f"archive/{said['filename']}")
            assert records(data[int(said["offset"]) : int(said["offset"]) + int(said["length"])])[0][1] == said["url"]
    archive.close()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.org/A/B?b=2&a=1#c", "org,example)/a/b?a=1&b=2"),
        ("http://example.org:8080/", "org,example:8080)/"),
        ("http://www2.news.example.org/x?q", "org,example,news)/x?q"),
        ("http://127.0.0.1:80/x", "1,0,0,127)/x"),
        ("https://example.org/?a=2&a=1", "org,example)/?a=2&a=1"),
    ],
)
def test_an_index_key_is_the_one_that_replay_looks_up(url: str, key: str) -> None:
    assert surt(url) == key


def test_what_is_withheld_is_in_no_export(library: Library, tmp_path: Path) -> None:
    shutil.copytree(library.command.archive, tmp_path / "archive")
    command = Command(tmp_path / "archive")
    hidden = library.url("/edited")
    old = command.json("history", "--json", hidden)[0]["snapshot"]
    command("withhold", str(old), "--reason", "An error of ours")
    assert old not in [row["snapshot"] for row in command.json("export", "--all-versions")]
    assert hidden not in [row["url"] for row in command.json("export", "--rows", "changes")]
    warc = tmp_path / "one.warc.gz"
    command("export", "--format", "warc", "--all-versions", "--output", str(warc))
    assert [one for one in records(warc.read_bytes()) if one[1] == hidden] == [
        ("response", hidden, "200"),
        ("request", hidden, ""),
    ]
    command("withhold", hidden, "--reason", "A court has ordered it")
    assert hidden not in [row["url"] for row in command.json("export")]
    for form in ("csv", "warc", "wacz", "parquet"):
        output = tmp_path / f"all.{form}"
        assert command("export", "--format", form, "--all-versions", "--output", str(output)).returncode == 0
        data = output.read_bytes()
        if form == "warc":
            assert hidden not in {url for _, url, _ in records(data)}
        if form == "wacz":
            with ZipFile(output) as file:
                assert hidden not in {said["url"] for _, _, said in cdx(file)}
                assert hidden.encode() not in file.read("pages/pages.jsonl")
        assert b"Quay mended twice" not in data


def test_ten_million_records_are_told_apart_in_a_megabyte() -> None:
    seen = Seen()
    assert seen.first_time(10_000_000)
    assert not seen.first_time(10_000_000)
    assert seen.first_time(9_999_999)
    assert len(seen._bits) < 1_300_000
