"""Figures for Prometheus, and whether all is well."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from crawler.metrics.server import MetricsServer, address
from storage import database, runs
from storage.errors import UsageError
from storage.folder import Folder
from storage.tables import RunRow

LAST = datetime(2026, 11, 24, 3, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "archive")
    folder.make()
    engine = database.open_engine(folder.database, write=True)
    database.migrate(engine)
    at = LAST
    with database.writing(engine) as connection:
        source = runs.source_id(connection, "ledger", "https://ledger.example/", at)
        values = {"kind": "crawl", "source_id": source, "state": "failed", "started_at": at, "ended_at": at}
        connection.execute(insert(RunRow).values(**values, skipped={}, taken_up=7))
    engine.dispose()
    return folder


ILL: list[str] = []


@pytest.fixture
def server(folder: Folder) -> Iterator[MetricsServer]:
    ILL.clear()
    server = MetricsServer(folder, ":0", ill=lambda: ILL[0] if ILL else None, running=lambda: 3)
    yield server
    server.close()


def get(server: MetricsServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_prometheus_can_read_the_ledger(server: MetricsServer) -> None:
    status, text = get(server, "/metrics")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert status == 200
    assert samples["backissue_crawls_running",] == 3
    assert samples["backissue_urls_total", "crawl", "failed", "ledger"] == 7
    assert samples["backissue_alarm", "ledger", "run_failed"] == 1
    assert (
        samples["backissue_last_run_timestamp_seconds", "ledger"] == datetime(2026, 11, 24, 3, tzinfo=UTC).timestamp()
    )
    assert samples["backissue_disk_bytes", "database"] > 0


def test_health_is_that_of_the_command_and_not_of_the_sources(server: MetricsServer) -> None:
    status, text = get(server, "/health")
    assert status == 200
    assert json.loads(text)["alarms"] >= 1
    ILL.append("it has not looked at its jobs for 200 s")
    status, text = get(server, "/health")
    assert (status, json.loads(text)["why"]) == (503, ILL[0])


def test_an_archive_that_cannot_be_read_is_ill(server: MetricsServer, folder: Folder) -> None:
    folder.database.unlink()
    assert get(server, "/health")[0] == 503
    assert get(server, "/metrics")[0] == 503


def test_other_paths_are_not_found(server: MetricsServer) -> None:
    assert get(server, "/../archive.db")[0] == 404


def test_two_servers_on_one_port_are_a_mistake_of_use(server: MetricsServer, folder: Folder) -> None:
    with pytest.raises(UsageError, match="Name another address"):
        MetricsServer(folder, f":{server.port}", ill=lambda: None, running=lambda: 0)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (":9471", ("127.0.0.1", 9471)),
        ("9471", ("127.0.0.1", 9471)),
        ("0.0.0.0:9471", ("0.0.0.0", 9471)),
        ("[::1]:9471", ("::1", 9471)),
    ],
)
def test_without_a_host_only_this_machine_can_ask(text: str, where: tuple[str, int]) -> None:
    assert address(text) == where


@pytest.mark.parametrize("text", ["", "localhost", "localhost:http", ":70000", ":-1", ":١"])
def test_what_is_no_address_is_a_mistake_of_use(text: str) -> None:
    with pytest.raises(UsageError, match="no address for metrics"):
        address(text)
