"""Back-off and robots.txt of hosts, as all processes share them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import hosts
from storage.database import migrate, open_engine, writing
from storage.hosts import Robots

HOST = "https://ledger.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(tmp_path / "archive.db", write=True)
    migrate(engine)
    with writing(engine) as opened:
        yield opened
    engine.dispose()


def waits(connection: Connection, *asked: timedelta | None) -> list[float]:
    """The waits after refusals, each of which comes when the wait before is over."""
    now, found = NOON, []
    for one in asked:
        until = hosts.back_off(connection, HOST, now=now, asked=one)
        found.append((until - now).total_seconds())
        now = until + SECOND
    return found


def test_a_back_off_grows_with_each_refusal_in_a_row_up_to_an_hour(connection: Connection) -> None:
    assert waits(connection, *[None] * 9) == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_retry_after_is_believed_the_first_time_and_at_least_kept_later(connection: Connection) -> None:
    assert waits(connection, SECOND, SECOND, timedelta(minutes=5)) == [1, 60, 300]


def test_a_retry_after_of_years_is_a_day(connection: Connection) -> None:
    assert waits(connection, timedelta(days=9999)) == [86400]


def test_an_answer_ends_the_row(connection: Connection) -> None:
    assert waits(connection, None, None) == [30, 60]
    hosts.end_back_off(connection, HOST)
    assert hosts.back_offs(connection) == []
    hosts.back_off(connection, HOST, now=NOON + timedelta(days=1), asked=None)
    assert [one.until for one in hosts.back_offs(connection)] == [NOON + timedelta(days=1, seconds=30)]


def test_refusals_of_requests_that_were_under_way_count_once(connection: Connection) -> None:
    for _ in range(8):
        hosts.back_off(connection, HOST, now=NOON, asked=None)
    assert hosts.back_offs(connection)[0].until == NOON + timedelta(seconds=30)
    assert hosts.back_off(connection, HOST, now=NOON, asked=timedelta(hours=2)) == NOON + timedelta(hours=2)
    assert hosts.back_off(connection, HOST, now=NOON, asked=SECOND) == NOON + timedelta(hours=2)


def test_robots_txt_is_fresh_for_a_day_and_not_before_it_was_read(connection: Connection) -> None:
    assert hosts.find_robots(connection, HOST) is None
    hosts.back_off(connection, HOST, now=NOON, asked=None)
    assert hosts.find_robots(connection, HOST) is None
    hosts.keep_robots(connection, HOST, Robots(status=200, body=b"one", read_at=NOON - timedelta(days=3)))
    hosts.keep_robots(connection, HOST, Robots(status=404, body=b"", read_at=NOON))
    found = hosts.find_robots(connection, HOST)
    assert found == Robots(status=404, body=b"", read_at=NOON)
    assert found.fresh(NOON + timedelta(hours=23))
    assert not found.fresh(NOON + timedelta(hours=24))
    assert not found.fresh(NOON - SECOND)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Ledger.Example:443/a?b", "https://ledger.example"),
        ("http://ledger.example:8080/", "http://ledger.example:8080"),
        ("http://[::1]:80/x", "http://[::1]"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: str) -> None:
    assert hosts.origin(url) == expected


def rests(connection: Connection, count: int) -> list[float]:
    """Seconds that a host is left alone after each failure to reach it, each of which comes when that is over."""
    now, found = NOON, []
    for _ in range(count):
        until = hosts.not_reached(connection, HOST, now=now).until
        found.append(max(0.0, (until - now).total_seconds()))
        now = max(now, until) + SECOND
    return found


def test_a_dead_host_is_left_alone_for_ten_minutes_and_then_longer_up_to_six_hours(connection: Connection) -> None:
    assert rests(connection, 9) == [0, 0, 600, 1200, 2400, 4800, 9600, 19200, 21600]
    assert [one.dead for one in hosts.back_offs(connection)] == [True]


def test_any_answer_shows_that_a_host_is_alive(connection: Connection) -> None:
    assert rests(connection, 2) == [0, 0]
    hosts.reached(connection, HOST)
    assert rests(connection, 3) == [0, 0, 600]
    hosts.end_back_off(connection, HOST)
    assert hosts.back_offs(connection) == []


def test_failures_that_were_under_way_when_a_host_was_given_up_change_nothing(connection: Connection) -> None:
    for _ in range(9):
        until = hosts.not_reached(connection, HOST, now=NOON).until
    assert until == NOON + timedelta(minutes=10)
