"""Collects what has happened and sends what is due. A notice that fails never fails what it tells of."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import attrs
from sqlalchemy import Engine

from crawler.notices import mail, services, webhook
from storage import database, outbox
from storage.archive import Archive
from storage.clock import Clock, iso
from storage.errors import BackissueError, NoticeFailed, NoticeFileError
from storage.folder import Folder
from storage.notice_file import NoticeFile, Rule, filled_in, read_notices
from storage.outbox import Digest
from storage.runs import RunLock

logger = logging.getLogger(__name__)

# The file whose lock keeps two processes from sending one digest at the same moment.
_LOCK = "notices"


@attrs.frozen
class Way:
    """One way by which a rule's digests go out."""

    called: str
    """For people, without secrets."""
    key: str
    send: Callable[[Digest], None]
    """Raises NoticeFailed."""


@attrs.define
class Sent:
    """What became of the notices."""

    collected: int = 0
    sent: int = 0
    failures: list[str] = attrs.field(factory=list)
    """A line for each way that failed, and for what kept all of it from being done."""


def ways(rule: Rule, file: NoticeFile, environment: Mapping[str, str]) -> Iterator[Way]:
    """The ways of a rule. That a secret is not in the environment shows when it is used."""

    def secret(text: str, called: str) -> str:
        try:
            return filled_in(text, environment)
        except KeyError as error:
            raise NoticeFailed(called, f"the environment has no {error.args[0]}") from None

    if rule.webhook is not None:
        hook = rule.webhook
        yield Way("webhook", outbox.way_key(hook), lambda digest: webhook.post(digest, secret(hook, "webhook")))
    if rule.email and file.smtp is not None:
        smtp, to = file.smtp, rule.email

        def by_mail(digest: Digest) -> None:
            password = secret(smtp.password, "e-mail") if smtp.password is not None else None
            mail.send(digest, smtp, password, to)

        yield Way("e-mail", outbox.way_key(",".join(to)), by_mail)
    for address in rule.apprise:

        def by_service(digest: Digest, address: str = address) -> None:
            services.send(digest, secret(address, "apprise"))

        yield Way("apprise", outbox.way_key(address), by_service)


def notify(folder: Folder, *, clock: Clock | None = None, send: bool = True) -> Sent:
    """Collect and, unless not to `send`, send. Raises nothing: what went wrong is in the result, and in `status`."""
    result = Sent()
    if not folder.notices.exists() or not folder.database.is_file():
        return result
    try:
        file = read_notices(folder.notices)
        _notify(folder, file, (clock or Clock()).now(), send, result)
    except BackissueError as error:
        result.failures.append(str(error))
    except Exception as error:
        # A crawl has ended well, whatever happens here.
        logger.exception("notices")
        result.failures.append(f"Notices failed ({type(error).__name__}). `backissue notices --test` tries each way.")
    return result


def _notify(folder: Folder, file: NoticeFile, now: datetime, send: bool, result: Sent) -> None:
    lock = RunLock(folder.locks)
    if not lock.take(_LOCK):
        # Another process is at it, and takes what there is.
        return
    engine = database.open_engine(folder.database, write=True)
    archive = Archive.open(folder.path)
    try:
        rules = list(file.rules.values())
        result.collected = outbox.collect(archive, engine, rules, now=now)
        if not send:
            return
        with database.writing(engine) as connection:
            outbox.give_up(connection, file.rules, now=now)
            outbox.make_digests(connection, rules, now=now)
        with database.reading(engine) as connection:
            due = outbox.to_send(connection, now=now)
        for digest in due:
            _send(engine, digest, file, now, result)
    finally:
        archive.close()
        engine.dispose()
        lock.drop(_LOCK)


def _send(engine: Engine, digest: Digest, file: NoticeFile, now: datetime, result: Sent) -> None:
    reached, failed = list(digest.reached), []
    # All that an empty one had to tell has been withheld since.
    for way in ways(file.rules[digest.rule], file, os.environ) if digest.notices else ():
        if way.key in reached:
            continue
        try:
            way.send(digest)
        except NoticeFailed as error:
            failed.append(str(error))
            continue
        reached.append(way.key)
        # At once: what comes after may be killed.
        with database.writing(engine) as connection:
            outbox.note_reached(connection, digest, reached)
    with database.writing(engine) as connection:
        if failed:
            outbox.note_failure(connection, digest, " ".join(failed), now=now)
        else:
            outbox.note_sent(connection, digest, now=now)
    result.sent += bool(digest.notices) and not failed
    result.failures += failed


def try_ways(folder: Folder, clock: Clock | None = None) -> Iterator[tuple[str, str, str | None]]:
    """Send a test by every way of every rule: rule, way, and why it failed (None: it did not).

    Raises NoticeFileError.
    """
    file, now = read_notices(folder.notices), (clock or Clock()).now()
    if not file.rules:
        raise NoticeFileError(folder.notices, None, "there is no rule yet; one starts with [notices.NAME]")
    for rule in file.rules.values():
        notice = {"on": "test", "at": iso(now), "source": None, "url": None, "snapshot": None, "title": None}
        digest = Digest(
            id=0,
            rule=rule.name,
            message_id=f"test-{outbox.way_key(f'{rule.name} {now}')}",
            made_at=now,
            notices=(notice | {"authors": [], "message": "This is a test. Notices of this rule come this way."},),
            more=0,
            reached=(),
            failures=0,
        )
        for way in ways(rule, file, os.environ):
            try:
                way.send(digest)
            except NoticeFailed as error:
                yield rule.name, way.called, str(error).replace(" It is tried again.", "")
            else:
                yield rule.name, way.called, None
