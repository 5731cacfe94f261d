"""A search that would keep a processor for long is ended, with a sentence that says what to do."""

from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from storage.search import patience
from storage.search.patience import TooMuchToSearch
from tests.web.made_up import harbour
from tests.web.serving import client_of
from web.app import SEARCH_SECONDS, create_app

SEARCHES = ("/search?q=s*", "/search?q=quay&order=relevance", "/api/v1/search?q=s*", "/api/v1/counts?q=s*",
            "/feeds/search.atom?q=s*")  # fmt: skip


def test_a_search_that_takes_too_long_is_refused_at_every_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = harbour(tmp_path / "archive")
    app = create_app(folder)
    assert app.state.archive.search_seconds == SEARCH_SECONDS
    monkeypatch.setattr(patience, "_STEPS", 1)
    with client_of(app) as client:
        app.state.archive.search_seconds = 0.0
        for path in SEARCHES:
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 400)
            assert "Make it narrower" in answer.text
            if not path.startswith("/search"):
                assert answer.headers["content-type"] == "application/problem+json"
        # The same connections are as patient as ever with what comes next.
        assert client.get("/sources").status_code == 200
        app.state.archive.search_seconds = SEARCH_SECONDS
        assert [client.get(path).status_code for path in SEARCHES] == [200] * len(SEARCHES)


def test_who_owns_the_archive_may_search_for_as_long_as_they_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive.open(harbour(tmp_path / "archive").path)
    monkeypatch.setattr(patience, "_STEPS", 1)
    monkeypatch.setattr("time.thread_time", lambda: 1e9)
    assert archive.search("quay").hits
    monkeypatch.undo()
    monkeypatch.setattr(patience, "_STEPS", 1)
    archive.search_seconds = 0.0
    with pytest.raises(TooMuchToSearch, match="one more word"):
        archive.search("quay")
    archive.close()


def test_a_slow_disk_is_waited_for_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive.open(harbour(tmp_path / "archive").path)
    monkeypatch.setattr(patience, "_STEPS", 1)
    archive.search_seconds = 1.5
    moments: Any = iter([0.0, *[14.0] * 20, *[16.0] * 100_000])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    with pytest.raises(TooMuchToSearch):
        archive.search("s* OR t*")
    archive.close()
