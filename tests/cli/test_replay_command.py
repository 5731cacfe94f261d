"""`replay`: pywb on the archive's WARC files. pywb is under the GPL and a program of its own: it is only started."""

import json
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from tests.conftest import Command
from tests.web.made_archive import FERRY, archive_of, captures

PROGRAM = os.environ.get("BACKISSUE_PYWB") or shutil.which("wayback")


def test_the_index_names_what_lies_where_and_leaves_304s_out(backissue: Command) -> None:
    archive_of(backissue.archive, captures())
    lines = backissue("replay", "--index").stdout.splitlines()
    assert lines == sorted(lines)
    of_ferry = [line.split(" ", 2) for line in lines if line.startswith("example,islands)/ferry ")]
    assert [stamp[:8] for _, stamp, _ in of_ferry] == ["20200302", "20200305", "20200309"]
    fields = json.loads(of_ferry[2][2])
    assert (fields["url"], fields["mime"]) == (FERRY, "warc/revisit")
    warc = backissue.archive / "warc" / fields["filename"]
    with warc.open("rb") as file:
        file.seek(int(fields["offset"]))
        assert file.read(2) == b"\x1f\x8b"


def test_without_pywb_it_says_where_to_get_it(backissue: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    archive_of(backissue.archive, captures())
    monkeypatch.setenv("BACKISSUE_PYWB", "/nowhere/wayback")
    done = backissue("replay")
    assert done.returncode == 2
    assert done.stderr.startswith("backissue: pywb is not installed here. Install it")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(PROGRAM is None, reason="pywb is not here: name its `wayback` in BACKISSUE_PYWB")
def test_pywb_shows_what_the_archive_holds(backissue: Command) -> None:
    archive_of(backissue.archive, captures())
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    process = backissue.start("replay", "--port", port)
    try:
        address = f"http://127.0.0.1:{port}/archive/20200309100000id_/{FERRY}"
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(address, timeout=20) as answer:
                    assert answer.status == 200
                    assert answer.headers["Memento-Datetime"] == "Mon, 09 Mar 2020 10:00:00 GMT"
                    break
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < deadline
                time.sleep(0.3)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert "captures, at http://127.0.0.1:" in said
