"""When a cron line fires, by the wall clock of its zone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from storage.cron import Cron, next_beat

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fires(line: str, zone: ZoneInfo, first: str, last: str, name: str = "") -> list[str]:
    """All times of a line between two moments, in UTC."""
    cron, moment, found = Cron.parse(line, name), utc(first), []
    while (following := cron.next_after(moment, zone)) is not None and following <= utc(last):
        found.append(f"{following:%m-%d %H:%M}")
        moment = following
    return found


def test_a_nightly_line_goes_by_the_wall_clock_in_summer_and_winter() -> None:
    assert fires("0 3 * * *", BERLIN, "2026-10-24T00:00", "2026-10-26T12:00") == [
        "10-24 01:00",
        "10-25 02:00",
        "10-26 02:00",
    ]


def test_half_past_two_fires_once_in_the_night_that_has_it_twice() -> None:
    assert fires("30 2 * * *", BERLIN, "2026-10-24T12:00", "2026-10-26T12:00") == ["10-25 00:30", "10-26 01:30"]


def test_half_past_two_is_not_lost_in_the_night_that_has_none() -> None:
    # At half past three, which is what the clock shows two and a half hours after midnight.
    assert fires("30 2 * * *", BERLIN, "2026-03-28T12:00", "2026-03-30T12:00") == ["03-29 01:30", "03-30 00:30"]


def test_times_that_the_gap_puts_together_fire_once() -> None:
    assert fires("0 2,3 * * *", BERLIN, "2026-03-28T12:00", "2026-03-29T12:00") == ["03-29 01:00"]


def test_a_fire_within_the_gap_does_not_hide_an_earlier_one_of_the_day() -> None:
    found = fires("0,30 1,2,3 * * *", BERLIN, "2026-03-28T12:00", "2026-03-29T12:00")
    assert found == ["03-29 00:00", "03-29 00:30", "03-29 01:00", "03-29 01:30"]


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-06-01", 24)])
def test_an_hourly_line_keeps_its_pace_when_the_clock_is_set(day: str, hours: int) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=BERLIN)
    end = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=BERLIN)
    cron, moment, found = Cron.parse("5 * * * *"), start.astimezone(UTC), []
    while (moment := cron.next_after(moment, BERLIN)) < end:  # type: ignore[assignment,operator]
        found.append(moment)
    assert len(found) == hours
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Asia/Kathmandu", "America/New_York", "UTC"])
def test_every_day_of_a_year_has_its_one_fire_in_any_zone(zone: str) -> None:
    days = fires("30 2 * * *", ZoneInfo(zone), "2026-01-01T00:00", "2026-12-31T23:59")
    assert len(days) == 365


def test_sunday_is_0_and_7_and_may_be_named() -> None:
    sundays = [
        fires(f"0 3 * * {day}", ZoneInfo("UTC"), "2026-11-01T12:00", "2026-11-16T00:00") for day in ("0", "7", "sun")
    ]
    assert sundays == [["11-08 03:00", "11-15 03:00"]] * 3


def test_either_day_suffices_where_both_are_given_as_in_crontab() -> None:
    found = fires("0 0 13 * fri", ZoneInfo("UTC"), "2026-11-01T12:00", "2026-11-21T00:00")
    assert found == ["11-06 00:00", "11-13 00:00", "11-20 00:00"]


def test_steps_ranges_lists_and_names() -> None:
    found = fires("*/20 9-10 * nov mon-tue", ZoneInfo("UTC"), "2026-11-01T00:00", "2026-11-03T00:00")
    assert found == [f"11-02 {hour}:{minute}" for hour in ("09", "10") for minute in ("00", "20", "40")]
    assert fires("0 0 1,15 * *", ZoneInfo("UTC"), "2026-11-02T00:00", "2026-12-02T00:00") == [
        "11-15 00:00",
        "12-01 00:00",
    ]


def test_the_name_chooses_the_minute_of_the_night_always_the_same() -> None:
    night = ("2026-11-01T00:00", "2026-11-01T23:59")
    times = {name: fires("@nightly", ZoneInfo("UTC"), *night, name) for name in (f"source-{n}" for n in range(100))}
    assert all(len(found) == 1 and "01:00" <= found[0][6:] < "05:00" for found in times.values())
    assert len({found[0] for found in times.values()}) > 70
    assert times["source-7"] == fires("@nightly", ZoneInfo("UTC"), *night, "source-7")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0 3 * *", "4 fields"),
        ("0 3 * * * *", "6 fields"),
        ("60 3 * * *", "no minute: it must be from 0 to 59"),
        ("0 24 * * *", "no hour"),
        ("0 3 * * mond", "no day of the week"),
        ("0 3 30 2 *", "a day that never comes"),
        ("0 3 5-1 * *", "ends before it begins"),
        ("*/0 3 * * *", "a step"),
        ("0 3 * * mon#2", "no day of the week"),
        ("@yearly", "of those with @ there are"),
        ("", "0 fields"),
    ],
)
def test_a_line_that_is_none_says_what_is_wrong(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Cron.parse(line)


def test_a_leap_day_is_found_years_ahead() -> None:
    assert Cron.parse("0 0 29 2 *").next_after(utc("2026-11-01T00:00"), BERLIN) == utc("2028-02-28T23:00")


def test_beats_are_the_same_for_every_process_and_differ_between_sources() -> None:
    moments = [utc("2026-11-01T10:00") + timedelta(seconds=7 * n) for n in range(120)]
    beats = {next_beat(15, "ledger", moment) for moment in moments}
    assert {later - earlier for earlier, later in pairwise(sorted(beats))} == {timedelta(minutes=15)}
    assert all(moment < next_beat(15, "ledger", moment) <= moment + timedelta(minutes=15) for moment in moments)
    assert len({next_beat(15, f"source-{n}", moments[0]) for n in range(20)}) > 10
