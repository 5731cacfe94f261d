"""Where exports go: a file is whole or not there, and whatever goes wrong is one sentence."""

import contextlib
import fcntl
import os
import signal
import subprocess
from pathlib import Path

import pytest

from storage.exporting.export import FORMATS, Request, export
from storage.exporting.selection import Selection
from storage.exporting.target import NotWritten, OutputFailed, StandardOutput, whole_file
from tests.conftest import ROOT, environment
from tests.exporting.conftest import Library

FILE_FORMATS = [form for form in FORMATS if form != "parquet"]


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("backissue: ")
    return lines[0]


def test_a_file_that_is_there_is_left_alone_unless_it_is_to_be_replaced(library: Library, tmp_path: Path) -> None:
    output = tmp_path / "all.jsonl"
    output.write_text("mine")
    done = library.export("--output", str(output))
    assert done.returncode == 2
    assert "--force" in one_sentence(done)
    assert output.read_text() == "mine"
    assert library.export("--output", str(output), "--force").returncode == 0
    assert output.read_text() == library.export().stdout
    assert list(tmp_path.iterdir()) == [output]


def test_what_cannot_be_a_file_is_named(library: Library, tmp_path: Path) -> None:
    for output in (tmp_path / "no" / "such" / "folder", tmp_path, Path("/dev/null")):
        done = library.export("--output", str(output))
        assert done.returncode == 2
        assert f"{output} cannot be written" in one_sentence(done)


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_leaves_no_half_file(library: Library, small_disk: Path, form: str) -> None:
    output = small_disk / "all"
    with (small_disk / "other").open("wb") as other:
        other.write(bytes(12 * 1024))
    done = library.export("--all-versions", "--format", form, "--output", str(output))
    assert done.returncode == 1
    assert "No space left on device" in one_sentence(done)
    assert sorted(path.name for path in small_disk.iterdir()) == ["other"]


def test_standard_output_that_takes_no_more_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full, pytest.raises(OutputFailed, match="No space left on device"):
        StandardOutput(handle=full.fileno()).write(b"{}")


def test_an_interrupted_export_says_where_to_go_on(library: Library) -> None:
    reads, writes = os.pipe()
    # The export waits in the middle of its output, as long as nobody reads.
    fcntl.fcntl(writes, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen(
        library.command.args("export", "--format", "warc"), stdout=writes, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=environment(),
    )  # fmt: skip
    os.close(writes)
    os.read(reads, 1)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    os.close(reads)
    assert process.returncode == 130, stderr
    assert "Interrupted before the first row" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize("form", FILE_FORMATS)
def test_an_interrupted_export_to_a_file_leaves_nothing(library: Library, tmp_path: Path, form: str) -> None:
    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    archive = library.open()
    request = Request(form=form, selection=Selection(all_versions=True), output=tmp_path / "all")
    with pytest.raises(NotWritten, match="was not written"):
        export(archive, request, check=stop)
    assert list(tmp_path.iterdir()) == []
    archive.close()


def test_what_a_killed_export_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "all.part").write_bytes(b"half of something that is much longer")
    with whole_file(tmp_path / "all") as file:
        file.write(b"whole")
        assert not (tmp_path / "all").exists()
    assert (tmp_path / "all").read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


def test_two_exports_to_one_file_do_not_meet(library: Library, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(whole_file(tmp_path / "all"))
        file.write(b"first")
        done = library.export("--output", str(tmp_path / "all"))
        assert done.returncode == 1
        assert "Another process is writing" in one_sentence(done)
    assert (tmp_path / "all").read_bytes() == b"first"
