"""`serve`, and what the application answers where there is nothing."""

import re
import signal
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from storage import database
from storage.errors import ArchiveNotFound
from storage.folder import Folder
from tests.conftest import Command
from web.app import create_app


def empty_archive(path: Path) -> Folder:
    folder = Folder(path)
    folder.make()
    engine = database.open_engine(folder.database, write=True)
    database.migrate(engine)
    engine.dispose()
    return folder


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(empty_archive(tmp_path)), raise_server_exceptions=False)


def test_an_empty_archive_says_so(client: TestClient) -> None:
    answer = client.get("/runs")
    assert answer.status_code == 200
    assert "Nothing has run yet." in answer.text


def test_what_is_not_there_is_a_page_for_readers_and_a_problem_for_programs(client: TestClient) -> None:
    page, problem = client.get("/nowhere"), client.get("/api/v1/nowhere")
    assert (page.status_code, problem.status_code) == (404, 404)
    assert "There is nothing at this address." in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["detail"].startswith("There is nothing at this address.")


def test_a_wrong_method_is_told_which_one_is_right(client: TestClient) -> None:
    answer = client.delete("/runs")
    assert answer.status_code == 405
    assert "Read it with GET." in answer.text


def test_a_folder_without_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveNotFound):
        create_app(tmp_path)


def test_serve_shows_the_archive_and_ends_on_sigterm(backissue: Command) -> None:
    empty_archive(backissue.archive)
    process = backissue.start("serve", "--port", "0", "--replay-port", "0")
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert address, said
        with urllib.request.urlopen(address[0] + "runs", timeout=20) as answer:
            assert answer.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
    assert process.returncode == 0, rest
    assert "Traceback" not in rest


def test_an_address_that_cannot_be_had_is_one_sentence(backissue: Command) -> None:
    empty_archive(backissue.archive)
    done = backissue("serve", "--host", "192.0.2.1")
    assert done.returncode == 2
    assert "Name another with --host or --port." in done.stderr
    assert "Traceback" not in done.stderr
