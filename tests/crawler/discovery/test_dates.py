import time
from datetime import UTC, datetime

import pytest

from crawler.discovery.dates import from_struct, from_w3c


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", datetime(2024, 1, 1)),
        ("2024-05", datetime(2024, 5, 1)),
        ("2024-05-14", datetime(2024, 5, 14)),
        ("2024-5-4", datetime(2024, 5, 4)),
        ("2024-05-14T10:30Z", datetime(2024, 5, 14, 10, 30)),
        ("2024-05-14T10:30+02:00", datetime(2024, 5, 14, 8, 30)),
        ("2024-05-14T10:30:15-05:30", datetime(2024, 5, 14, 16, 0, 15)),
        ("2024-05-14T10:30:15.5Z", datetime(2024, 5, 14, 10, 30, 15, 500_000)),
        ("2024-05-14T10:30:15.123456789+0200", datetime(2024, 5, 14, 8, 30, 15, 123_456)),
        ("2024-05-14T10:30:15", datetime(2024, 5, 14, 10, 30, 15)),
        ("2024-05-14 10:30:15 UTC", datetime(2024, 5, 14, 10, 30, 15)),
        ("2024-05-14 9:05", datetime(2024, 5, 14, 9, 5)),
        ("2024-05-14t10:30:15z", datetime(2024, 5, 14, 10, 30, 15)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59)),
        ("  2024-05-14\n", datetime(2024, 5, 14)),
    ],
)
def test_a_date_is_read_in_all_its_forms(text: str, expected: datetime) -> None:
    assert from_w3c(text) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "14.05.2024",
        "2024-13",
        "2024-02-30",
        "2024-05-14T25:00Z",
        "0000",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "2024-05-14T10:30+99:99",
        "20240514T",
        "٢٠٢٤x",
        "2024-05-14T10:30:15" + "0" * 10_000,
    ],
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert from_w3c(text) is None


def test_a_time_of_feedparser_becomes_utc() -> None:
    assert from_struct(time.struct_time((2024, 5, 14, 8, 30, 61, 1, 135, 0))) == datetime(
        2024, 5, 14, 8, 30, 59, tzinfo=UTC
    )
    assert from_struct(None) is None
    assert from_struct(time.struct_time((0, 0, 0, 0, 0, 0, 0, 0, 0))) is None
