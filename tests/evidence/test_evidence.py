"""`evidence`: one page's proof, checked here as somebody else would, with public tools."""

import datetime as dt
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.timestamps import TimeStamps
from storage.archive import Archive
from storage.evidence.evidence import make_evidence
from tests.conftest import Command, running
from tests.evidence.conftest import TimeStampServer, openssl

MADE = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Command, Any]]:
    """A page that was edited and is gone, and another."""
    for site in running():
        command = Command(tmp_path_factory.mktemp("evidence") / "archive")
        site.publish("/quay", "Quay mended")
        command.archived(*map(site.url, ["/quay", "/old"]), code=0)
        site.publish("/quay", "Quay mended twice")
        command.archived(site.url("/quay"))
        site.refusals["/quay"] = [(404, {})]
        command.archived(site.url("/quay"))
        yield command, site


def unpacked(path: Path, to: Path) -> Path:
    with ZipFile(path) as file:
        assert file.testzip() is None
        file.extractall(to)
    return to


def records(data: bytes) -> list[tuple[str, str | None]]:
    found = []
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        record.raw_stream.read()
        found.append((record.rec_type, record.http_headers and record.http_headers.get_statuscode()))
    return found


def test_another_person_can_check_every_file(kept: tuple[Command, Any], tmp_path: Path) -> None:
    command, site = kept
    done = command("evidence", site.url("/quay"), "--output", str(tmp_path / "proof.zip"))
    assert done.returncode == 0, done.stderr
    assert "2 snapshots and 6 WARC records." in done.stdout
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    sums = dict(reversed(line.split("  ", 1)) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == files - {"SHA256SUMS"}
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())
    # The takedown is in it as well.
    pairs = records((folder / "records.warc.gz").read_bytes())
    assert [status for kind, status in pairs if kind == "response"] == ["200", "200", "404"]
    assert pairs[0] == ("warcinfo", None)


def test_texts_have_the_digests_that_the_archive_names_and_changes_lie_between(
    kept: tuple[Command, Any], tmp_path: Path
) -> None:
    command, site = kept
    command("evidence", site.url("/quay"), "--output", str(tmp_path / "proof.zip"))
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    manifest = json.loads((folder / "manifest.json").read_text())
    for snapshot in manifest["snapshots"]:
        text, whole = (folder / name for name in snapshot["files"])
        assert f"sha256:{hashlib.sha256(text.read_bytes()).hexdigest()}" == snapshot["digest"]
        assert json.loads(whole.read_text()) == command.json("show", "--json", str(snapshot["snapshot"]))[0]
    change = json.loads((folder / "changes" / "0001-0002.json").read_text())
    assert change == command.json("diff", "--json", site.url("/quay"))[0]
    assert "Quay mended twice" in (folder / "changes" / "0001-0002.html").read_text()
    assert [visit["outcome"] for visit in manifest["visits"]] == ["new", "changed", "gone"]
    assert [event["event"] for event in manifest["events"]] == ["gone"]
    data = (folder / "records.warc.gz").read_bytes()
    for record in manifest["records"]:
        piece = data[record["offset"] : record["offset"] + record["length"]]
        assert hashlib.sha256(piece).hexdigest() == record["sha256"]
        place = command.archive / "warc" / record["archive"]["file"]
        assert place.read_bytes()[record["archive"]["offset"] :].startswith(piece)
        assert [kind for kind, _ in records(piece)] == [record["type"]]
    assert {visit["warc_record"] for visit in manifest["visits"]} <= {one["warc_record"] for one in manifest["records"]}


def test_one_snapshot_comes_with_its_own_records(kept: tuple[Command, Any], tmp_path: Path) -> None:
    command, site = kept
    number = str(command.json("show", "--json", site.url("/old"))[0]["snapshot"])
    (made,) = command.json("evidence", number, "--json", "--output", str(tmp_path / "proof.zip"))
    assert (made["snapshots"], made["stamped"], made["problems"]) == (1, False, [])
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    # With the redirect that led to it.
    assert [status for kind, status in records((folder / "records.warc.gz").read_bytes()) if kind == "response"] == [
        "301",
        "200",
    ]
    assert not (folder / "changes").exists()


def test_the_same_archive_gives_the_same_bytes(kept: tuple[Command, Any], tmp_path: Path) -> None:
    command, site = kept
    archive = Archive.open(command.archive)
    for name in ("one", "two"):
        make_evidence(archive, site.url("/quay"), tmp_path / name, made=MADE)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    archive.close()


def test_the_readme_shows_commands_that_work(kept: tuple[Command, Any], tmp_path: Path) -> None:
    command, site = kept
    command("evidence", site.url("/quay"), "--output", str(tmp_path / "proof.zip"))
    readme = (unpacked(tmp_path / "proof.zip", tmp_path / "proof") / "README.txt").read_text()
    assert max(map(len, readme.splitlines())) <= 120
    assert "openssl" not in readme
    assert site.url("/quay") in readme
    assert re.search(r"sha256sum -c SHA256SUMS", readme)
    assert "warcio check" in readme


def test_a_time_stamp_is_verified_by_openssl(kept: tuple[Command, Any], tsa: TimeStampServer, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client")
    command, site = kept
    done = command(
        "evidence", site.url("/quay"), "--output", str(tmp_path / "proof.zip"), "--timestamp-server", tsa.url
    )
    assert done.returncode == 0, done.stderr
    assert "with a time stamp" in done.stdout
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    verify = ("ts", "-verify", "-data", "SHA256SUMS", "-in", "SHA256SUMS.tsr", "-CAfile", str(tsa.root))
    openssl(folder, *verify)
    assert " ".join(verify[:6]) in (folder / "README.txt").read_text().replace("openssl ", "")
    (folder / "SHA256SUMS").write_text("other")
    done_ = subprocess.run(["openssl", *verify], cwd=folder, capture_output=True, check=False)
    assert done_.returncode != 0


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((503, b"later"), "it answered 503"),
        ((200, b"<html>Welcome</html>"), "what it answered is no time stamp"),
        ((200, b""), "what it answered is no time stamp"),
        (None, "its stamp is of something else"),
        ("refused", "it refused"),
    ],
)
def test_without_a_good_stamp_there_is_no_evidence(
    kept: tuple[Command, Any], tsa: TimeStampServer, tmp_path: Path, answer: Any, why: str
) -> None:
    pytest.importorskip("rfc3161_client")
    command, site = kept
    if answer == "refused":
        # A policy that the service has not.
        openssl(tsa.folder, "ts", "-query", "-digest", "0" * 64, "-sha256", "-tspolicy", "1.2.3.4.9", "-out", "asked")
        answer = (200, tsa.reply((tsa.folder / "asked").read_bytes()))
    elif answer is None:
        openssl(tsa.folder, "ts", "-query", "-digest", "0" * 64, "-sha256", "-out", "asked")
        answer = (200, tsa.reply((tsa.folder / "asked").read_bytes()))
    tsa.answer = answer
    output = tmp_path / "proof.zip"
    done = command("evidence", site.url("/quay"), "--output", str(output), "--timestamp-server", tsa.url)
    assert done.returncode == 1
    assert f"No time stamp came from 127.0.0.1: {why}" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_or_no_address_is_told(
    kept: tuple[Command, Any], closed_port: int, tmp_path: Path
) -> None:
    pytest.importorskip("rfc3161_client")
    command, site = kept
    output = str(tmp_path / "proof.zip")
    server = f"http://127.0.0.1:{closed_port}/"
    done = command("evidence", site.url("/quay"), "--output", output, "--timestamp-server", server)
    assert done.returncode == 1
    assert "it cannot be reached" in done.stderr
    done = command("evidence", site.url("/quay"), "--output", output, "--timestamp-server", "ftp://127.0.0.1/")
    assert done.returncode == 2
    assert "no address of a time stamping service" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_s_name_and_no_secret_of_its_address_is_told() -> None:
    assert TimeStamps("https://user:key@stamps.example/secret?token=1").server == "stamps.example"


@pytest.mark.parametrize("what", ["https://nowhere.example/", "99999", "not a URL"])
def test_what_the_archive_has_not_is_told(kept: tuple[Command, Any], tmp_path: Path, what: str) -> None:
    command, _ = kept
    done = command("evidence", what, "--output", str(tmp_path / "proof.zip"))
    assert done.returncode == 2
    assert f"holds nothing for {what}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_record_is_told_and_the_rest_is_there(kept: tuple[Command, Any], tmp_path: Path) -> None:
    shutil.copytree(kept[0].archive, tmp_path / "archive")
    command = Command(tmp_path / "archive")
    place = command.json("show", "--json", kept[1].url("/quay"))[0]["warc"]
    file = tmp_path / "archive" / "warc" / place["file"]
    data = bytearray(file.read_bytes())
    data[place["offset"] + 200] ^= 1
    file.write_bytes(data)
    done = command("evidence", kept[1].url("/quay"), "--output", str(tmp_path / "proof.zip"))
    assert done.returncode == 1
    assert f"The WARC record at {place['offset']}" in done.stderr
    folder = unpacked(tmp_path / "proof.zip", tmp_path / "proof")
    (missing,) = json.loads((folder / "manifest.json").read_text())["missing"]
    assert "damaged" in missing
    assert records((folder / "records.warc.gz").read_bytes())
