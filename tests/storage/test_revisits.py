"""Revisits: the estimate of unseen edits, the budget that is spent by it, the floor, and signals of listings."""

import json
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from storage import database, frontier, revisit_plans, revisits
from storage.edit_model import EditModel, Learnt, Page, Seen
from storage.endings import Ended, Endings
from storage.outcome import Outcome
from storage.revisits import Due, Purse, choose
from storage.tables import FrontierRow, RevisitPlanRow, RunRow, table

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def model() -> EditModel:
    return EditModel(Learnt(), Learnt())


def test_a_fresh_page_is_likelier_to_be_edited_than_an_old_one_in_the_same_time() -> None:
    fresh, old = (model().likelihood(Page(), Seen(0.0, age, age + 1)) for age in (1.0, 100.0))
    assert fresh > 10 * old > 0


def test_the_moment_of_a_likelihood_has_that_likelihood() -> None:
    for start in (0.0, 2.5, 30.0, 400.0):
        when = model().when(Page(), 0.0, start, 0.1, 1e6)
        assert model().likelihood(Page(), Seen(0.0, start, when)) == pytest.approx(0.1, rel=0.02)


def test_a_page_that_was_edited_is_watched_more_closely_and_one_that_was_not_less() -> None:
    edited = unedited = Page()
    for hour in range(1, 6):
        edited = model().learn(edited, Seen(0.0, hour, hour + 1), changed=True)
        unedited = model().learn(unedited, Seen(0.0, hour, hour + 1), changed=False)
    whens = [model().when(page, 0.0, 6.0, 0.1, 1e6) for page in (edited, Page(), unedited)]
    assert whens == sorted(whens)
    assert whens[0] < whens[1] < whens[2]


def test_a_source_that_edits_more_is_told_from_one_that_edits_less() -> None:
    chance = random.Random(3)
    rates = []
    for share in (0.5, 0.02):
        learnt = Learnt()
        for _ in range(300):
            page = Page()
            for hour in (1, 2, 4):
                seen = Seen(0.0, hour, 2 * hour)
                page = EditModel(learnt, Learnt()).learn(page, seen, changed=chance.random() < share)
        rates.append(EditModel(Learnt.unpacked(learnt.packed()), Learnt()).likelihood(Page(), Seen(0.0, 2, 4)))
    assert rates[0] > 0.25
    assert rates[1] < 0.08


def test_the_hours_in_which_a_source_edits_are_learnt() -> None:
    learnt = Learnt()
    for day in range(2, 400):
        for hour in (3, 15):
            seen = Seen(0.0, day * 24 + hour, day * 24 + hour + 1)
            EditModel(learnt, Learnt()).learn(Page(), seen, changed=hour == 15 and day % 10 == 0)
    night, noon = (EditModel(learnt, Learnt()).likelihood(Page(), Seen(0.0, 2400 + h, 2401 + h)) for h in (3, 15))
    assert noon > 1.5 * night


def test_what_was_learnt_comes_back_from_the_database_and_other_bytes_are_nothing_learnt() -> None:
    learnt = Learnt()
    EditModel(learnt, Learnt()).learn(Page(), Seen(0.0, 1.0, 40.0), changed=True)
    assert Learnt.unpacked(learnt.packed()) == learnt
    assert Learnt.unpacked(b"older") == Learnt.unpacked(None) == Learnt()


def test_the_budget_goes_to_the_likeliest_and_what_is_owed_is_visited_in_any_case() -> None:
    due = [Due(n, n / 100, owed=n < 3) for n in range(20)]
    chosen, left = choose(due, Purse(8.0, NOW))
    assert {one.entry for one in chosen} == {0, 1, 2, 19, 18, 17, 16, 15}
    assert left.visits == 0
    chosen, left = choose([Due(n, 0.0, owed=True) for n in range(20)] + [Due(20, 0.5, owed=False)], Purse(2.0, NOW))
    assert len(chosen) == 21
    assert chosen[0].entry == 20


def test_a_purse_fills_to_a_week_and_the_fuller_it_is_the_less_likely_an_edit_must_be() -> None:
    purse = Purse(0.0, NOW).filled(100, NOW + 2 * DAY)
    assert purse.visits == 200
    assert purse.filled(100, NOW + 50 * DAY).visits == 700
    assert Purse(0.0, NOW).due_when(100) > purse.due_when(100) > Purse(700.0, NOW).due_when(100)
    assert Purse(0.0, NOW).filled(100, NOW - DAY).visits == 0


def test_the_purse_of_a_small_source_waits_for_its_next_article_and_none_is_filled_by_a_budget_of_nothing() -> None:
    assert Purse(0.0, NOW).filled(3, NOW + 60 * DAY).visits == 180
    assert Purse(0.0, NOW).filled(3, NOW + 200 * DAY).visits == 300
    assert Purse(0.0, NOW).filled(0, NOW + 200 * DAY).visits == 0
    assert Purse.half_full(0, NOW).visits == 0


def test_every_page_is_due_within_a_month_for_a_year() -> None:
    never_edited = Page(0.0, 50.0)
    for entry in range(50):
        born = NOW - timedelta(days=7 * entry)
        due = revisits.next_by_likelihood(model(), never_edited, entry=entry, born=born, now=NOW, due_when=0.6)
        assert timedelta(minutes=5) <= due - NOW <= timedelta(days=30)


def test_a_day_without_a_time_says_nothing_of_a_page_found_on_it() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    assert revisits.born(midnight, NOW) == NOW
    assert revisits.born(midnight - DAY, NOW) == midnight - DAY
    assert revisits.born(NOW + DAY, NOW) == revisits.born(None, NOW) == NOW
    assert revisits.born(NOW - HOUR, NOW) == NOW - HOUR


@pytest.mark.parametrize("seed", [2, 3])
def test_more_edits_are_seen_than_by_known_schedules_with_no_more_fetches_of_small_sources_too(seed: int) -> None:
    bench = Path(__file__).parents[2] / "bench" / "revisits.py"
    size = ["--sites", "12", "--pages", "120", "--days", "180", "--tick", "15"]
    command = [sys.executable, str(bench), "--json", "--seeds", str(seed), *size]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = {row["schedule"]: row for row in map(json.loads, made.stdout.splitlines())}
    for peer in ("NewsDiffs", "News Sniffer"):
        theirs, ours = rows[peer], rows[f"ours, as {peer}"]
        assert ours["seen"] > theirs["seen"]
        assert ours["within_a_day"] > theirs["within_a_day"]
        assert ours["fetches"] <= theirs["fetches"]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    made = database.open_engine(tmp_path / "archive.db", write=True)
    database.migrate(made)
    yield made
    made.dispose()


SCOPE = "source:1"
RUN = {"id": 1, "kind": "crawl", "state": "running", "started_at": NOW, "skipped": {}}


def set_up(connection: Connection, *, mode: Any = "adaptive", budget: int = 1000, pages: int = 3) -> list[int]:
    revisit_plans.configure(connection, SCOPE, mode=mode, budget=budget, now=NOW)
    frontier.add(connection, SCOPE, "article", [f"https://example.org/{n}" for n in range(pages)], now=NOW)
    entries = list(connection.execute(select(FrontierRow.id).order_by(FrontierRow.id)).scalars())
    for entry in entries:
        end(connection, entry, Ended(outcome=Outcome.NEW, now=NOW, changed_at=NOW))
    return entries


def end(connection: Connection, entry: int, ended: Ended) -> None:
    endings = Endings(connection, [entry])
    endings.end(entry, ended, error=None)
    endings.write()


def row(connection: Connection, entry: int) -> Any:
    return connection.execute(select(FrontierRow).where(FrontierRow.id == entry)).one()


def test_visits_teach_the_scope_and_the_page_in_their_own_transaction(engine: Any) -> None:
    with database.writing(engine) as connection:
        entry = set_up(connection)[0]
        before = row(connection, entry).due_at
        now = NOW + HOUR
        end(connection, entry, Ended(outcome=Outcome.CHANGED, now=now, changed_at=now))
        after = row(connection, entry)
        learnt = Learnt.unpacked(connection.execute(select(RevisitPlanRow.learnt)).scalar_one())
    assert before > NOW
    assert after.edits >= 1
    assert sum(learnt.edits) == pytest.approx(after.edits)
    assert after.seen_at == now


def test_visits_of_one_transaction_teach_what_they_do_one_by_one_and_one_that_fails_nothing(
    engine: Any,
) -> None:
    ends = [Ended(outcome=Outcome.CHANGED, now=NOW + HOUR), Ended(outcome=Outcome.UNCHANGED, now=NOW + HOUR)]
    learnt, due = [], []
    for together in (False, True):
        with database.writing(engine) as connection:
            entries = set_up(connection)
            if together:
                endings = Endings(connection, entries)
                with pytest.raises(TypeError):
                    endings.end(entries[2], Ended(outcome=Outcome.CHANGED, now=NOW.replace(tzinfo=None)), error=None)
                for entry, ended in zip(entries, ends, strict=False):
                    endings.end(entry, ended, error=None)
                endings.write()
            else:
                for entry, ended in zip(entries, ends, strict=False):
                    end(connection, entry, ended)
            learnt.append(connection.execute(select(RevisitPlanRow.learnt)).scalar_one())
            due.append([row(connection, entry).due_at for entry in entries])
            connection.execute(delete(FrontierRow))
            connection.execute(delete(RevisitPlanRow))
    assert learnt[0] == learnt[1]
    # Which row it is spreads the floor, and no more.
    assert [abs(one - other) < DAY for one, other in zip(*due, strict=True)] == [True] * 3


def test_tiers_stay_what_they_were(engine: Any) -> None:
    with database.writing(engine) as connection:
        entries = set_up(connection, mode="tiers")
        assert row(connection, entries[0]).due_at == NOW + timedelta(minutes=15)
        assert frontier.make_due(connection, SCOPE, now=NOW + HOUR) == len(entries)


def test_a_budget_of_nothing_pays_for_the_floor_alone(engine: Any) -> None:
    with database.writing(engine) as connection:
        entries = set_up(connection, budget=0)
        connection.execute(update(FrontierRow).values(due_at=NOW))
        assert frontier.make_due(connection, SCOPE, now=NOW + DAY) == 0
        assert all(row(connection, entry).due_at > NOW + DAY for entry in entries)
        connection.execute(update(FrontierRow).values(due_at=NOW))
        assert frontier.make_due(connection, SCOPE, now=NOW + 30 * DAY) == len(entries)


def test_a_listings_later_date_pulls_a_visit_forward_until_such_dates_have_been_wrong(engine: Any) -> None:
    with database.writing(engine) as connection:
        first, second, third = set_up(connection)
        now = NOW + timedelta(minutes=6)
        connection.execute(update(FrontierRow).values(due_at=NOW + 20 * DAY))
        dates = [("https://example.org/0", NOW + HOUR / 12), ("https://example.org/1", NOW - HOUR)]
        revisit_plans.signal(connection, SCOPE, dates, now=now)
        assert row(connection, first).due_at == now
        assert row(connection, second).due_at == row(connection, third).due_at == NOW + 20 * DAY
        assert frontier.make_due(connection, SCOPE, now=now) == 1
        for n in range(400):
            connection.execute(update(FrontierRow).where(FrontierRow.id == first).values(signalled_at=now))
            when = now + timedelta(minutes=n + 1)
            end(connection, first, Ended(outcome=Outcome.UNCHANGED, now=when))
        later = now + DAY
        revisit_plans.signal(connection, SCOPE, [("https://example.org/1", later)], now=later)
        assert row(connection, second).due_at > later
        assert row(connection, second).signalled_at == later


def test_only_what_was_due_again_is_leased_where_nothing_new_is_wanted(engine: Any) -> None:
    with database.writing(engine) as connection:
        entries = set_up(connection)
        frontier.add(connection, SCOPE, "article", ["https://example.org/new"], now=NOW)
        connection.execute(update(FrontierRow).where(FrontierRow.id == entries[0]).values(due_at=NOW))
        frontier.make_due(connection, SCOPE, now=NOW + 2 * HOUR)
        connection.execute(insert(table(RunRow)).values(**RUN))
        leased = frontier.lease(connection, SCOPE, 1, 10, only_again=True)
        assert entries[0] in {one.id for one in leased}
        assert not any(one.url.endswith("/new") for one in leased)
        assert frontier.count_left(connection, SCOPE) == frontier.count_left(connection, SCOPE, only_again=True) + 1
