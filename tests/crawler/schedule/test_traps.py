"""The ways in which schedulers were seen to lose a night or to crawl it twice."""

import os
import signal
import threading
from pathlib import Path

from crawler.schedule.scheduler import Scheduler
from storage import database, runs
from storage.runs import RunLock

from .conftest import House


def test_a_source_is_crawled_at_its_time_and_not_before(house: House) -> None:
    house.start()
    house.hands.move("2026-11-11T02:59")
    house.tick()
    assert house.fires() == []
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    assert house.started == ["crawl ledger"]
    assert house.states() == ["done"]
    assert house.fires()[0].run == 1


def test_nights_that_passed_while_nobody_was_up_are_caught_up_once(house: House) -> None:
    house.stop(house.start())
    house.hands.move("2026-11-14T09:00")
    house.start()
    house.tick()
    house.wait_for_end()
    house.tick()
    assert [fire.scheduled_at.isoformat() for fire in house.fires()] == ["2026-11-14T03:00:00+00:00"]
    house.hands.move("2026-11-15T03:00")
    house.tick()
    house.wait_for_end()
    assert len(house.started) == 2


def test_a_night_is_caught_up_after_the_job_store_was_lost(house: House) -> None:
    first = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    house.stop(first)
    house.folder.timetable.unlink()
    house.hands.move("2026-11-12T08:00")
    house.start()
    house.tick()
    house.wait(lambda: len(house.started) == 2)
    assert house.fires()[1].scheduled_at.isoformat() == "2026-11-12T03:00:00+00:00"


def test_a_new_cron_line_does_not_crawl_for_times_that_were_never_promised(house: House) -> None:
    scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    house.schedule("0 4 * * *")
    house.hands.move("2026-11-11T12:00")
    scheduler.keep_house()
    house.tick()
    assert len(house.fires()) == 1
    house.hands.move("2026-11-12T04:00")
    house.tick()
    house.wait_for_end()
    assert len(house.fires()) == 2


def test_three_schedulers_on_one_archive_crawl_a_night_once(house: House) -> None:
    for _ in range(3):
        house.start()
    for night in range(11, 15):
        house.hands.move(f"2026-11-{night}T03:00")
        house.tick()
        house.wait_for_end()
    assert len(house.started) == 4
    assert house.states() == ["done"] * 4


def test_three_schedulers_that_look_at_the_same_moment_crawl_once(house: House) -> None:
    schedulers = [house.start() for _ in range(3)]
    house.hands.move("2026-11-11T03:00")
    together = threading.Barrier(3)

    def look(scheduler: Scheduler) -> None:
        together.wait()
        scheduler.tick()

    threads = [threading.Thread(target=look, args=(scheduler,)) for scheduler in schedulers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.wait_for_end()
    assert (house.states(), len(house.started)) == (["done"], 1)


def test_a_clock_that_was_years_ahead_does_not_stop_the_schedule(house: House) -> None:
    house.hands.move("2031-01-01T00:00")
    scheduler = house.start()
    house.hands.move("2031-01-02T03:00")
    house.tick()
    house.wait_for_end()
    house.hands.move("2026-11-10T12:00")
    scheduler.keep_house()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    assert [fire.scheduled_at.year for fire in house.fires()] == [2031, 2026]
    assert house.states() == ["done", "done"]


def test_starting_often_makes_no_second_job(house: House) -> None:
    for _ in range(3):
        house.stop(house.start())
    assert [job.id for job in house.start()._timetable.get_jobs()] == ["crawl:ledger"]


def test_half_past_two_is_crawled_once_in_the_night_that_has_it_twice(house: House) -> None:
    house.hands.move("2026-10-24T12:00")
    house.schedule("30 2 * * *", "Europe/Berlin")
    house.start()
    for moment in ("00:30", "01:30", "02:30"):
        house.hands.move(f"2026-10-25T{moment}")
        house.tick()
        house.wait_for_end()
    assert [fire.scheduled_at.isoformat() for fire in house.fires()] == ["2026-10-25T00:30:00+00:00"]


def test_half_past_two_is_crawled_in_the_night_that_has_none(house: House) -> None:
    house.hands.move("2026-03-28T12:00")
    house.schedule("30 2 * * *", "Europe/Berlin")
    house.start()
    house.hands.move("2026-03-29T12:00")
    house.tick()
    house.wait_for_end()
    assert [fire.scheduled_at.isoformat() for fire in house.fires()] == ["2026-03-29T01:30:00+00:00"]


def test_a_fire_during_a_crawl_of_the_source_is_recorded_as_skipped(house: House) -> None:
    house.schedule("0 * * * *")
    house.behave("stay", "done")
    house.start()
    house.hands.move("2026-11-10T13:00")
    house.tick()
    house.wait((house.folder.path / "ready").exists)
    house.hands.move("2026-11-10T14:00")
    house.tick()
    assert house.states() == ["running", "skipped"]
    assert "still under way" in str(house.fires()[1].error)
    (house.folder.path / "go").touch()
    house.wait_for_end()
    house.hands.move("2026-11-10T15:00")
    house.tick()
    house.wait_for_end()
    assert house.states() == ["done", "skipped", "done"]


def test_a_crawl_by_hand_at_the_time_is_a_skip_too(house: House) -> None:
    scheduler = house.start()
    lock = RunLock(house.folder.locks)
    with database.writing(scheduler.engine) as connection:
        source = runs.source_id(connection, "ledger", None, house.hands.at)
        runs.begin(connection, lock, "crawl", source, "ledger", now=house.hands.at)
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    assert house.states() == ["skipped"]
    assert house.fires()[0].error == "another process was crawling ledger"


def test_a_killed_crawl_is_seen_and_its_run_goes_on(house: House) -> None:
    house.behave("die", "done")
    scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait(lambda: any("died" in line for line in house.said))
    scheduler.keep_house()
    house.wait_for_end()
    assert house.states() == ["done"]
    assert (house.fires()[0].run, house.fires()[0].deaths) == (1, 1)
    assert len(house.started) == 2


def test_a_crawl_that_dies_each_time_is_given_up(house: House) -> None:
    house.behave("die-before")
    scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    for deaths in range(1, 4):
        house.wait(lambda deaths=deaths: sum("its process died (exit" in line for line in house.said) >= deaths)  # type: ignore[misc]
        house.wait(lambda: scheduler.crawls.running == 0)
        scheduler.keep_house()
    assert house.states() == ["failed"]
    assert house.fires()[0].error == "its process died 3 times"
    assert len(house.started) == 3


def test_a_crawl_outlives_its_scheduler_and_is_not_started_twice(house: House) -> None:
    house.behave("stay")
    dead = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait((house.folder.path / "ready").exists)
    house.abandon(dead)
    other = house.start()
    other.keep_house()
    assert house.states() == ["running"]
    (house.folder.path / "go").touch()
    house.wait(lambda: dead.crawls.running == 0)
    other.keep_house()
    assert house.states() == ["done"]
    assert len(house.started) == 1
    dead.close()


def test_when_scheduler_and_crawl_were_killed_another_goes_on(house: House) -> None:
    house.behave("stay", "done")
    dead = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait((house.folder.path / "ready").exists)
    (child,) = dead.crawls._children.values()
    house.abandon(dead)
    os.kill(child.pid, signal.SIGKILL)
    house.wait(lambda: dead.crawls.running == 0)
    house.start()
    house.wait_for_end()
    assert house.states() == ["done"]
    assert len(house.started) == 2
    dead.close()


def test_a_stop_ends_a_crawl_cleanly_and_the_next_start_goes_on(house: House) -> None:
    house.behave("stay", "done")
    scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait((house.folder.path / "ready").exists)
    house.stop(scheduler)
    assert house.states() == ["interrupted"]
    house.start()
    house.wait_for_end()
    assert house.states() == ["done"]
    assert len(house.started) == 2


def test_a_crawl_that_does_not_end_is_killed_and_goes_on_at_the_next_start(house: House) -> None:
    house.behave("deaf", "done")
    scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait((house.folder.path / "ready").exists)
    scheduler.crawls.stop(0.2)
    assert house.states() == ["interrupted"]
    house.stop(scheduler)
    house.start()
    house.wait_for_end()
    assert house.states() == ["done"]
    assert (house.fires()[0].run, len(house.started)) == (1, 2)


def test_a_fire_that_the_database_refused_is_tried_again(house: House) -> None:
    scheduler = house.start()
    blocker = database.open_engine(house.folder.database, write=True)
    scheduler.engine.dispose()
    connection = blocker.connect()
    connection.exec_driver_sql("ALTER TABLE fire RENAME TO fire_away")
    connection.commit()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    assert any("is tried again" in line for line in house.said)
    connection.exec_driver_sql("ALTER TABLE fire_away RENAME TO fire")
    connection.commit()
    connection.close()
    blocker.dispose()
    scheduler.keep_house()
    house.wait_for_end()
    assert house.states() == ["done"]


def test_a_mistake_in_the_sources_is_said_once_and_the_old_plan_stays(house: House) -> None:
    scheduler = house.start()
    house.folder.sources.write_text('[sources.ledger]\nhome = "https://ledger.example/"\nschedule = "0 25 * * *"\n')
    scheduler.keep_house()
    scheduler.keep_house()
    assert len([line for line in house.said if "line 3" in line and "no hour" in line]) == 1
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    assert house.states() == ["done"]


def test_a_source_that_is_taken_out_is_not_crawled_any_more(house: House) -> None:
    scheduler = house.start()
    house.folder.sources.write_text("")
    scheduler.keep_house()
    house.hands.move("2026-11-12T03:00")
    house.tick()
    assert house.fires() == []


def test_fresh_pages_are_looked_at_in_between(house: House) -> None:
    house.schedule("0 3 * * *", more="fresh_every = 15")
    house.start()
    for minute in range(0, 60, 5):
        house.hands.move(f"2026-11-10T12:{minute:02}")
        house.tick()
        house.wait(lambda: "running" not in house.states())
    assert house.started == ["crawl --fresh ledger"] * len(house.started)
    assert 3 <= len(house.started) <= 4


def test_the_crawl_of_a_scheduler_leaves_what_it_said(house: House) -> None:
    scheduler: Scheduler = house.start()
    house.hands.move("2026-11-11T03:00")
    house.tick()
    house.wait_for_end()
    log: Path = scheduler.folder.logs / "ledger.log"
    assert "crawl ledger" in log.read_text()
