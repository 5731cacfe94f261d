"""The outbox: notices that wait, the digests that they go out in, and what became of those.

What has happened is looked up once and put here in one transaction with the mark that says how far was looked, so that
no notice is lost and none is made twice. A digest is fixed, with its notices and its number, before anything is sent.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage import database, happenings
from storage.archive import Archive
from storage.clock import iso
from storage.errors import InvalidURL, Withheld
from storage.happenings import Happening
from storage.memory import in_parts
from storage.notice_file import On, Rule
from storage.notice_tables import DigestRow, NoticeMarkRow, NoticeRow
from storage.tables import AliasRow, PageRow, VisitRow
from storage.urls import key
from storage.withholding import is_anything, untouched

# A lasting alarm is told of again after a week.
REMINDED = timedelta(days=7)

# More than this nobody reads; the rest is counted. All of them are marked as told.
MOST_IN_DIGEST = 100

# A way that is down is tried again after five minutes, then after twice as long each time, at most six hours.
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)

# How far was looked: the number of the last visit, the second since which a rule is there, and that of the last look
# at the sources.
_VISIT, _SINCE, _LOOKED = "visit", "since", "looked"

# A run's row may be committed somewhat after the time that it bears.
OVERLAP = timedelta(minutes=10)


@attrs.frozen(kw_only=True)
class Digest:
    """The notices of one rule, to be sent together."""

    id: int
    rule: str
    message_id: str
    """The same at every attempt."""
    made_at: datetime
    notices: tuple[dict[str, Any], ...]
    """At most MOST_IN_DIGEST, oldest first, as `Happening.as_json` makes them. None of a page that was withheld, or of
    which anything was, since it was collected; nothing is left where that were all."""
    more: int
    """Those beyond."""
    reached: tuple[str, ...]
    """Ways that it has gone out already."""
    failures: int


def collect(archive: Archive, engine: Engine, rules: Iterable[Rule], *, now: datetime) -> int:
    """Put what has happened since the last look into the outbox. Returns how many notices are new.

    A rule that is new begins now: what happened before is no news. Raises DatabaseFailed.
    """
    added = 0
    for rule in rules:
        with database.reading(engine) as connection:
            after, since = _mark(connection, rule, _VISIT), _mark(connection, rule, _SINCE)
            looked = _mark(connection, rule, _LOOKED)
            until = happenings.last_visit(connection)
        if after is None or since is None:
            with database.writing(engine) as connection:
                _move(connection, rule, _VISIT, until)
                _move(connection, rule, _SINCE, int(now.timestamp()))
            continue
        found = [
            *_of_pages(archive, engine, rule, after, until),
            *_of_sources(engine, rule, datetime.fromtimestamp(since, UTC), looked),
        ]
        with database.writing(engine) as connection:
            added += sum(_put(connection, rule, happening, now) for happening in found)
            _move(connection, rule, _VISIT, until)
            _move(connection, rule, _LOOKED, int(now.timestamp()))
    return added


def _of_pages(archive: Archive, engine: Engine, rule: Rule, after: int, until: int) -> list[Happening]:
    if not {"change", "takedown", "back"} & set(rule.on) or until <= after:
        return []
    keys = frozenset(key(page) for page in rule.pages)
    with database.reading(engine) as connection:
        rows = happenings.of_pages(connection, after, until)
    found = []
    for bare in (happening for row in rows for happening in _happenings(row)):
        # What is cheap first: the texts of a page are read only where the rest fits.
        if not happenings.fits(rule.model_copy(update={"authors": (), "phrases": ()}), bare, keys, _key):
            continue
        try:
            whole = _with_texts(archive, bare)
        except Withheld:
            # All that the page has is withheld by now.
            continue
        if happenings.fits(rule, whole, keys, _key):
            found.append(whole)
    return found


def _happenings(row: Any) -> Iterator[Happening]:
    """What a visit found: a page may be back with another text."""
    kinds: tuple[tuple[On, str, bool], ...] = (
        ("takedown", f"visit:{row.id}", row.gone),
        ("change", f"visit:{row.id}", row.outcome == "changed" and not row.gone),
        ("back", f"visit:{row.id}:back", row.back),
    )
    for on, event, happened in kinds:
        if happened:
            yield Happening(
                event=event,
                on=on,
                at=row.captured_at,
                source=row.source,
                url=row.url,
                snapshot=row.snapshot_id,
                message="",
            )


def _key(url: str) -> str:
    try:
        return key(url)
    except InvalidURL:
        return url


def _with_texts(archive: Archive, bare: Happening) -> Happening:
    snapshots, _ = archive.history(bare.url or "")
    views = [view for view, _ in snapshots if view.captured_at <= bare.at]
    if not views:
        return bare
    newest = views[-1]
    if bare.on == "change":
        change = next((made for view, made in snapshots if view.snapshot == bare.snapshot), None)
        message = f"Changed: {change.summary}" if change else "Changed."
        told = views[-2:]
    elif bare.on == "back":
        edited = ", with another text" if newest.captured_at == bare.at else ""
        message = f"There again{edited}, after a takedown. The last snapshot is {newest.snapshot}."
        told = views[-2:]
    else:
        message = f"Gone since {iso(bare.at)}, seen twice. The last snapshot is {newest.snapshot}."
        told = views[-1:]
    return attrs.evolve(
        bare,
        message=message,
        snapshot=newest.snapshot,
        title=newest.title,
        authors=tuple(dict.fromkeys(author for view in told for author in view.authors)),
        texts=tuple(text for view in told for text in (view.title or "", view.text)),
    )


def _of_sources(engine: Engine, rule: Rule, since: datetime, looked: int | None) -> list[Happening]:
    if rule.about_pages or not {"drift", "failed_run"} & set(rule.on):
        return []
    with database.reading(engine) as connection:
        found = happenings.failed_runs(connection, since) if "failed_run" in rule.on else []
        if "drift" in rule.on:
            # Only of sources that were crawled since: the habit of all of them is not worked out every half minute.
            last = max(since, datetime.fromtimestamp(looked or 0, UTC) - OVERLAP)
            found += happenings.drifts(connection, last)
    return [one for one in found if happenings.fits(rule, one, frozenset(), _key)]


def _put(connection: Connection, rule: Rule, happening: Happening, now: datetime) -> bool:
    if happening.on == "drift":
        about = happening.event.rpartition(":")[0]
        told = select(NoticeRow.id).where(
            NoticeRow.rule == rule.name,
            NoticeRow.event.startswith(f"{about}:", autoescape=True),
            NoticeRow.at > happening.at - REMINDED,
        )
        if connection.execute(told).first() is not None:
            return False
    values = {
        "rule": rule.name,
        "event": happening.event,
        "on": happening.on,
        "at": happening.at,
        "fields": happening.as_json(),
        "added_at": now,
    }
    statement = sqlite_insert(NoticeRow).values(**values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount > 0


def _mark(connection: Connection, rule: Rule, what: str) -> int | None:
    query = select(NoticeMarkRow.reached).where(NoticeMarkRow.name == f"{what}:{rule.name}")
    return connection.execute(query).scalar()


def _move(connection: Connection, rule: Rule, what: str, reached: int) -> None:
    statement = sqlite_insert(NoticeMarkRow).values(name=f"{what}:{rule.name}", reached=reached)
    # Another process may have looked further meanwhile.
    further = func.max(NoticeMarkRow.reached, statement.excluded.reached)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"reached": further}))


def make_digests(connection: Connection, rules: Iterable[Rule], *, now: datetime) -> int:
    """Make a digest of what waits, for each rule whose interval has passed. Returns how many."""
    made = 0
    for rule in rules:
        waiting = (NoticeRow.rule == rule.name, NoticeRow.digest_id.is_(None))
        last = connection.execute(select(func.max(DigestRow.made_at)).where(DigestRow.rule == rule.name)).scalar()
        if last is not None and now < last + timedelta(minutes=rule.every):
            continue
        if connection.execute(select(NoticeRow.id).where(*waiting).limit(1)).first() is None:
            continue
        values = {"rule": rule.name, "message_id": uuid.uuid4().hex, "made_at": now, "next_try_at": now}
        digest = connection.execute(
            insert(DigestRow).values(**values, failures=0, reached=[]).returning(DigestRow.id)
        ).scalar_one()
        connection.execute(update(NoticeRow).where(*waiting).values(digest_id=digest))
        made += 1
    return made


def to_send(connection: Connection, *, now: datetime) -> list[Digest]:
    """The digests that are to be sent by now, oldest first."""
    query = select(DigestRow).where(
        DigestRow.sent_at.is_(None), DigestRow.given_up_at.is_(None), DigestRow.next_try_at <= now
    )
    return [_digest(connection, row) for row in connection.execute(query.order_by(DigestRow.id)).all()]


def _digest(connection: Connection, row: Any) -> Digest:
    query = select(NoticeRow.id, NoticeRow.event).where(NoticeRow.digest_id == row.id)
    told = connection.execute(query.order_by(NoticeRow.at, NoticeRow.id)).all()
    hidden = _hidden(connection, [one.event for one in told])
    shown = [one.id for one in told if one.event not in hidden]
    fields = select(NoticeRow.fields).where(NoticeRow.id.in_(shown[:MOST_IN_DIGEST]))
    notices = connection.execute(fields.order_by(NoticeRow.at, NoticeRow.id)).scalars().all()
    return Digest(
        id=row.id,
        rule=row.rule,
        message_id=row.message_id,
        made_at=row.made_at,
        notices=tuple(notices),
        more=len(shown) - len(notices),
        reached=tuple(row.reached),
        failures=row.failures,
    )


def _hidden(connection: Connection, events: Sequence[str]) -> set[str]:
    """Of what has happened that about which nothing is told: of its page something is withheld. A notice's message may
    quote the snapshot before, too."""
    if not is_anything(connection):
        return set()
    visits = [int(event.removeprefix("visit:")) for event in events if event.startswith("visit:")]
    query = (
        select(VisitRow.id)
        .join(AliasRow, AliasRow.id == VisitRow.alias_id)
        .join(PageRow, PageRow.id == AliasRow.page_id)
        .where(~untouched())
    )
    return {
        f"visit:{visit}"
        for part in in_parts(visits)
        for visit in connection.execute(query.where(VisitRow.id.in_(part))).scalars()
    }


def way_key(address: str) -> str:
    """A way by which a digest goes out, without the address, which may hold a secret."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def note_reached(connection: Connection, digest: Digest, reached: Sequence[str]) -> None:
    """Note the ways that a digest has gone out by now, so that none is used twice."""
    connection.execute(update(DigestRow).where(DigestRow.id == digest.id).values(reached=list(reached)))


def note_sent(connection: Connection, digest: Digest, *, now: datetime) -> None:
    """A digest has gone out by all of its ways."""
    connection.execute(update(DigestRow).where(DigestRow.id == digest.id).values(sent_at=now, error=None))


def note_failure(connection: Connection, digest: Digest, error: str, *, now: datetime) -> None:
    """A way failed: the digest is tried again later, by the ways that it has not gone out."""
    wait = min(FIRST_RETRY * (1 << min(digest.failures, 10)), LONGEST_RETRY)
    values = {"failures": digest.failures + 1, "error": error, "next_try_at": now + wait}
    connection.execute(update(DigestRow).where(DigestRow.id == digest.id).values(**values))


def give_up(connection: Connection, rules: Iterable[str], *, now: datetime) -> int:
    """Give up the digests of rules that are not there any more. Returns how many."""
    statement = update(DigestRow).where(
        DigestRow.sent_at.is_(None), DigestRow.given_up_at.is_(None), DigestRow.rule.not_in(list(rules))
    )
    return connection.execute(statement.values(given_up_at=now, error="its rule is gone")).rowcount
