"""`import` of WACZ files: what they hold is taken in after its digests, and what is not right is refused by name."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.wacz_read import BadWacz, warcs_inside
from storage.warc_read import ForeignRecord, read_file
from storage.warc_records import response_records
from tests.crawler.test_import import exchange

Made = dict[str, bytes]


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def package(files: Made) -> Made:
    """A WACZ file's members, described."""
    resources = [{"name": path.split("/")[-1], "path": path, "hash": digest(data)} for path, data in files.items()]
    described = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    own = json.dumps({"path": "datapackage.json", "hash": digest(described)}).encode()
    return {**files, "datapackage.json": described, "datapackage-digest.json": own}


def zipped(path: Path, files: Made, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


@pytest.fixture
def files() -> Made:
    first = response_records(exchange("https://islands.example/ferry"), earlier=None)[0]
    second = response_records(exchange("https://islands.example/other", days=1), earlier=None)[0]
    return {"archive/one.warc.gz": first.gzipped, "archive/two.warc.gz": second.gzipped, "pages/pages.jsonl": b"{}\n"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_warc_files_inside_are_read_stored_or_compressed(tmp_path: Path, files: Made, method: int) -> None:
    path = zipped(tmp_path / "some.wacz", package(files), method)
    found = [one for one in read_file(path) if isinstance(one, ForeignRecord)]
    assert [one.url for one in found] == ["https://islands.example/ferry", "https://islands.example/other"]
    assert [one.gzipped for one in found] == [files["archive/one.warc.gz"], files["archive/two.warc.gz"]]
    offsets = [one.offset for one in found]
    assert offsets == sorted(offsets)


def test_captures_of_a_wacz_are_imported_once(backissue: Any, tmp_path: Path, files: Made) -> None:
    path = zipped(tmp_path / "some.wacz", package(files))
    done = backissue("import", "--workers", "1", str(path))
    assert done.returncode == 0, done.stderr
    assert "2 taken up" in done.stderr
    again = backissue("import", "--workers", "1", str(path))
    assert "2 imported before" in again.stderr


def test_what_is_exported_as_wacz_can_be_imported(backissue: Any, tmp_path: Path, files: Made) -> None:
    backissue("import", "--workers", "1", str(zipped(tmp_path / "some.wacz", package(files))))
    output = tmp_path / "out.wacz"
    assert backissue("export", "--format", "wacz", "--output", str(output)).returncode == 0
    other = type(backissue)(tmp_path / "other")
    assert other("import", "--workers", "1", str(output)).returncode == 0
    texts = [(row["url"], row["captured_at"], row["text"]) for row in backissue.json("export")]
    assert [(row["url"], row["captured_at"], row["text"]) for row in other.json("export")] == texts


def test_a_wrong_digest_is_named_and_nothing_is_taken(backissue: Any, tmp_path: Path, files: Made) -> None:
    made = package(files)
    made["archive/two.warc.gz"] = made["archive/one.warc.gz"]
    done = backissue("import", "--workers", "1", str(zipped(tmp_path / "some.wacz", made)))
    assert done.returncode == 1
    assert "'archive/two.warc.gz' has not the digest that datapackage.json names" in done.stderr
    assert "0 taken up" in done.stderr


def without(name: str) -> Callable[[Made], Made]:
    return lambda made: {key: value for key, value in made.items() if key != name}


def replaced(name: str, data: bytes) -> Callable[[Made], Made]:
    return lambda made: {**made, name: data}


def described(**resource: Any) -> Callable[[Made], Made]:
    data = json.dumps({"resources": [resource]}).encode()
    return lambda made: {**without("datapackage-digest.json")(made), "datapackage.json": data}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without("datapackage.json"), "it holds no datapackage.json"),
        (without("pages/pages.jsonl"), "it lacks 'pages/pages.jsonl'"),
        (lambda made: {"datapackage.json": made["datapackage.json"]}, "it holds no archive/"),
        (replaced("datapackage.json", b"{}"), "has not the digest that datapackage-digest.json names"),
        (replaced("archive/three.warc.gz", b""), "does not list 'archive/three.warc.gz'"),
        (replaced("../evil.warc.gz", b""), "names a path outside of itself, '../evil.warc.gz'"),
        (replaced("archive/../../evil", b""), "names a path outside of itself"),
        (replaced("/etc/evil", b""), "names a path outside of itself"),
        (replaced("C:\\evil", b""), "names a path outside of itself"),
        (described(path="archive/one.warc.gz"), "without a path or a digest"),
        (described(path="archive/one.warc.gz", hash="sha256:00"), "'archive/one.warc.gz' has not the digest"),
        (described(path=7, hash="sha256:00"), "without a path or a digest"),
        (lambda made: {**without("datapackage-digest.json")(made), "datapackage.json": b"[" * 100_000}, "is no JSON"),
        (lambda made: {**without("datapackage-digest.json")(made), "datapackage.json": b"[]"}, "is no JSON object"),
        (lambda made: {**without("datapackage-digest.json")(made), "datapackage.json": b"{}"}, "lists no resources"),
    ],
)
def test_what_is_not_right_is_told(tmp_path: Path, files: Made, change: Callable[[Made], Made], why: str) -> None:
    path = zipped(tmp_path / "some.wacz", change(package(files)))
    with pytest.raises(BadWacz) as caught:
        list(read_file(path))
    assert why in str(caught.value)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, files: Made) -> None:
    made = package({**files, "archive/bomb.warc": bytes(64 << 20)})
    path = zipped(tmp_path / "some.wacz", made, zipfile.ZIP_DEFLATED)
    with pytest.raises(BadWacz, match="would grow from"):
        list(warcs_inside(path))


def test_a_length_that_the_list_at_the_end_belittles_is_no_way_round(tmp_path: Path, files: Made) -> None:
    made = package({**files, "archive/bomb.warc": bytes(64 << 20)})
    path = zipped(tmp_path / "some.wacz", made, zipfile.ZIP_DEFLATED)
    data = path.read_bytes()
    path.write_bytes(data.replace((64 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(BadWacz):
        list(warcs_inside(path))


def test_two_files_of_one_name_are_refused(tmp_path: Path, files: Made) -> None:
    path = zipped(tmp_path / "some.wacz", package(files))
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("archive/one.warc.gz", b"other")
    with pytest.raises(BadWacz, match="two files named"):
        list(warcs_inside(path))


@pytest.mark.parametrize("cut", [30, 200, -10])
def test_a_file_that_is_cut_off_is_told(backissue: Any, tmp_path: Path, files: Made, cut: int) -> None:
    path = zipped(tmp_path / "some.wacz", package(files))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadWacz, match="damaged"):
        list(read_file(path))
