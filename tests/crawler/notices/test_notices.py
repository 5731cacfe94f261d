"""Notices: what is told to whom, once, late rather than never, and without failing what it tells of."""

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from crawler.notices.sending import Sent, notify, try_ways
from storage import database, fires, runs
from storage.archive import Archive
from storage.folder import Folder
from storage.notice_tables import DigestRow, NoticeRow
from storage.runs import RunLock
from storage.tables import AliasRow, PageRow, RunRow, VisitRow
from storage.takedown_tables import TakedownRow

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Hook(ThreadingHTTPServer):
    """Takes what is posted to it, and answers as told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.status = 204
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/secret-token"

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(notice["on"], notice["url"] or notice["source"]) for post in self.got for notice in post["notices"]]


class _Hook(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status < 300:
            self.server.got.append(body)
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(self.server.status)
        self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Post(socketserver.ThreadingTCPServer):
    """A mail server that takes everything, or refuses the recipients."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.mails: list[Message] = []
        self.refuse = False
        server = f'host = "127.0.0.1"\nport = {self.server_address[1]}\nsecurity = "none"\n'
        self.table = f'[smtp]\n{server}sender = "a@archive.example"\n'
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class _Post(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line)
                self.server.mails.append(message_from_bytes(b"".join(lines), policy=default))
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            refused = word == b"RCPT" and self.server.refuse
            self.wfile.write(b"550 no such user\r\n" if refused else b"250 fine\r\n")


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.shutdown()
    hook.server_close()


@pytest.fixture
def post() -> Iterator[Post]:
    post = Post()
    yield post
    post.shutdown()
    post.server_close()


class Paper:
    """An archive in which things happen."""

    def __init__(self, path: Path):
        self.folder, self.hands = Folder(path), Hands()
        self.folder.make()
        self.engine = database.open_engine(self.folder.database, write=True)
        database.migrate(self.engine)
        self.runs = 0

    def rules(self, text: str) -> None:
        self.folder.notices.write_text(text)

    def notify(self, *, send: bool = True) -> Sent:
        return notify(self.folder, clock=self.hands, send=send)  # type: ignore[arg-type]

    def run(self, source: str = "ledger", state: str = "done", error: str | None = None) -> int:
        with database.writing(self.engine) as connection:
            identity = runs.source_id(connection, source, None, self.hands.at)
            values = {
                "kind": "crawl",
                "source_id": identity,
                "state": state,
                "started_at": self.hands.at,
                "skipped": {},
            }
            statement = insert(RunRow).values(**values, ended_at=self.hands.at, error=error, taken_up=0)
            run: int = connection.execute(statement.returning(RunRow.id)).scalar_one()
        return run

    def visit(self, path: str, outcome: str, source: str = "ledger") -> None:
        """A visit of a page, which is made where it is new."""
        url = f"https://{source}.example{path}"
        run = self.run(source)
        with database.writing(self.engine) as connection:
            alias = connection.execute(select(AliasRow.id).where(AliasRow.url == url)).scalar()
            if alias is None:
                identity = runs.source_id(connection, source, None, self.hands.at)
                key, at = url.removeprefix("https://"), self.hands.at
                page = {"key": key, "url": url, "site": f"{source}.example", "source_id": identity, "added_at": at}
                made = connection.execute(insert(PageRow).values(**page).returning(PageRow.id)).scalar_one()
                row = {"url": url, "key": key, "page_id": made, "added_at": at}
                alias = connection.execute(insert(AliasRow).values(**row).returning(AliasRow.id)).scalar_one()
            visit = {"run_id": run, "url": url, "alias_id": alias, "captured_at": self.hands.at, "outcome": outcome}
            connection.execute(insert(VisitRow).values(**visit))

    def confirm(self, path: str) -> None:
        """The last visit of a page confirms that it was taken down."""
        page = select(AliasRow.page_id).where(AliasRow.url == f"https://ledger.example{path}").scalar_subquery()
        times = {"suspected_at": self.hands.at - timedelta(days=1), "confirmed_at": self.hands.at}
        with database.writing(self.engine) as connection:
            connection.execute(insert(TakedownRow).values(page_id=page, sign="http_404", status=404, **times))

    def back(self, path: str) -> None:
        """The last visit of a page found it there again."""
        page = select(AliasRow.page_id).where(AliasRow.url == f"https://ledger.example{path}").scalar_subquery()
        with database.writing(self.engine) as connection:
            connection.execute(
                update(TakedownRow)
                .where(TakedownRow.page_id == page, TakedownRow.back_at.is_(None))
                .values(back_at=self.hands.at, back_status=200)
            )

    def count(self, *where: Any) -> int:
        with database.reading(self.engine) as connection:
            return len(connection.execute(select(NoticeRow.id).where(*where)).all())


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    paper = Paper(tmp_path / "archive")
    yield paper
    paper.engine.dispose()


def test_a_rule_begins_with_what_happens_from_now_on(paper: Paper, hook: Hook) -> None:
    paper.visit("/long-ago", "changed")
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.hands.move(minutes=5)
    paper.visit("/now", "changed")
    assert paper.notify().sent == 1
    assert hook.told == [("change", "https://ledger.example/now")]


def test_a_takedown_is_told_when_a_visit_confirms_it_and_once(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\non = ["takedown"]\nevery = 1\nwebhook = "{hook.url}"\n')
    paper.notify()
    for confirms, told in ((False, 0), (True, 1), (False, 1), (False, 1), (True, 2)):
        paper.hands.move(hours=1)
        paper.visit("/page", "gone")
        if confirms:
            paper.confirm("/page")
        paper.notify()
        assert len(hook.told) == told


def test_a_page_that_is_back_is_told_of_and_its_change_too(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\non = ["change", "back"]\nevery = 1\nwebhook = "{hook.url}"\n')
    paper.notify()
    for outcome, told in (("unchanged", ["back"]), ("changed", ["back", "change"])):
        hook.got.clear()
        paper.hands.move(hours=1)
        paper.visit("/page", "gone")
        paper.confirm("/page")
        paper.hands.move(hours=1)
        paper.visit("/page", outcome)
        paper.back("/page")
        paper.notify()
        assert sorted(on for on, _ in hook.told) == told


def test_the_end_of_what_was_only_suspected_is_no_news(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\non = ["back"]\nevery = 1\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "gone")
    paper.confirm("/page")
    with database.writing(paper.engine) as connection:
        connection.execute(update(TakedownRow).values(confirmed_at=None))
    paper.hands.move(hours=1)
    paper.visit("/page", "unchanged")
    paper.back("/page")
    paper.notify()
    assert hook.told == []


def test_many_notices_are_one_digest_and_an_interval_has_one_at_most(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\non = ["change"]\nevery = 60\nwebhook = "{hook.url}"\n')
    paper.notify()
    for n in range(130):
        paper.visit(f"/first-{n}", "changed")
    paper.hands.move(minutes=5)
    paper.notify()
    for minutes in range(6):
        paper.visit(f"/later-{minutes}", "changed")
        paper.hands.move(minutes=9)
        paper.notify()
    assert [(len(got["notices"]), got["more"]) for got in hook.got] == [(100, 30)]
    paper.hands.move(minutes=9)
    paper.notify()
    assert [(len(got["notices"]), got["more"]) for got in hook.got] == [(100, 30), (6, 0)]


def test_rules_ask_for_sources_and_pages(paper: Paper, hook: Hook) -> None:
    paper.rules(
        f'[notices.source]\nsources = ["ledger"]\nwebhook = "{hook.url}"\n'
        f'[notices.page]\npages = ["http://www.other.example/watched"]\nwebhook = "{hook.url}"\n'
    )
    paper.notify()
    for path, source in (("/a", "ledger"), ("/watched", "other"), ("/b", "other")):
        paper.visit(path, "changed", source)
    paper.notify()
    told = {got["rule"]: [notice["url"] for notice in got["notices"]] for got in hook.got}
    assert told == {"source": ["https://ledger.example/a"], "page": ["https://other.example/watched"]}


def test_a_failed_run_is_told_with_its_reason_and_not_to_rules_about_pages(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.all]\nwebhook = "{hook.url}"\n[notices.words]\nphrases = ["quay"]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.hands.move(minutes=1)
    paper.run(state="failed", error="the disk is full")
    paper.notify()
    (got,) = hook.got
    assert (got["rule"], got["notices"][0]["message"]) == ("all", "The crawl failed: the disk is full")
    paper.hands.move(hours=3)
    paper.notify()
    assert len(hook.got) == 1


def test_a_fire_that_came_to_nothing_is_told(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.all]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.hands.move(minutes=1)
    lock = RunLock(paper.folder.locks)
    with database.writing(paper.engine) as connection:
        fire = fires.claim(connection, lock, "crawl", "ledger", paper.hands.at, now=paper.hands.at)
        assert fire is not None
        fires.end(connection, fire, "failed", now=paper.hands.at, error="its process died 3 times")
    paper.notify()
    assert "died 3 times" in hook.got[0]["notices"][0]["message"]


def test_drift_is_told_once_and_again_after_a_week(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\non = ["drift"]\nevery = 1\nwebhook = "{hook.url}"\n')
    paper.notify()
    for _ in range(9):
        paper.hands.move(days=1)
        run = paper.run()
        with database.writing(paper.engine) as connection:
            connection.execute(update(RunRow).where(RunRow.id == run).values(facts={"articles": 0, "walled": 18}))
            visits = [
                {
                    "run_id": run,
                    "url": f"https://ledger.example/{n}",
                    "captured_at": paper.hands.at,
                    "outcome": "blocked",
                }
                for n in range(20)
            ]
            connection.execute(insert(VisitRow), visits)
        paper.notify()
    assert len(hook.told) == 2
    assert hook.got[0]["notices"][0]["message"].startswith("bot_wall: 18 of 18 visits")


def test_a_way_that_is_down_is_tried_again_and_the_others_are_not_used_twice(
    paper: Paper, hook: Hook, post: Post
) -> None:
    paper.rules(f'{post.table}[notices.desk]\nwebhook = "{hook.url}"\nemail = ["desk@paper.example"]\n')
    paper.notify()
    paper.visit("/page", "changed")
    hook.status = 503
    first = paper.notify()
    assert (first.sent, len(post.mails)) == (0, 1)
    assert first.failures == ["webhook on 127.0.0.1: it answered 503. It is tried again."]
    hook.status = 204
    assert paper.notify().sent == 0, "five minutes have not passed"
    paper.hands.move(minutes=5)
    assert paper.notify().sent == 1
    assert (len(hook.got), len(post.mails)) == (1, 1)
    assert len(set(hook.keys)) == 1
    paper.hands.move(days=1)
    paper.notify()
    assert (len(hook.got), len(post.mails)) == (1, 1)


def test_a_digest_that_was_made_and_not_sent_goes_out_after_a_crash(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "changed")
    hook.status = 500
    paper.notify()
    with database.writing(paper.engine) as connection:
        connection.execute(update(DigestRow).values(failures=0, next_try_at=paper.hands.at))
    hook.status = 204
    paper.notify()
    assert hook.told == [("change", "https://ledger.example/page")]


def test_two_processes_do_not_send_at_the_same_time(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "changed")
    other = RunLock(paper.folder.locks)
    assert other.take("notices")
    assert paper.notify() == Sent()
    other.drop("notices")
    assert paper.notify().sent == 1


def test_after_a_ctrl_c_it_is_collected_and_sent_later(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "changed")
    assert (paper.notify(send=False).collected, hook.got) == (1, [])
    assert paper.notify().sent == 1


def test_a_redirect_is_a_failure_and_is_not_followed(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "changed")
    hook.status = 307
    assert paper.notify().failures == ["webhook on 127.0.0.1: it answered 307. It is tried again."]
    assert len(hook.keys) == 1


def test_no_failure_repeats_a_secret(paper: Paper, closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:{closed_port}/s3cret-path")
    paper.rules(
        f'[smtp]\nhost = "127.0.0.1"\nport = {closed_port}\nuser = "me"\npassword = "s3cret-word"\n'
        'sender = "a@archive.example"\n'
        '[notices.desk]\nwebhook = "${HOOK}"\nemail = ["desk@paper.example"]\napprise = ["json://s3cret-user@127.0.0.1:1"]\n'
        '[notices.unset]\nwebhook = "${NO_SUCH_HOOK}"\n'
    )
    paper.notify()
    paper.visit("/page", "changed")
    failures = paper.notify().failures
    assert len(failures) == 4
    assert any("the environment has no NO_SUCH_HOOK" in failure for failure in failures)
    said = json.dumps([failures, Archive.open(paper.folder.path).status()])
    assert "s3cret" not in said
    assert "notices_failing" in said


def test_a_mistake_in_the_rules_fails_nothing_and_is_an_alarm(paper: Paper) -> None:
    paper.rules('[notices.desk]\nwebhok = "https://hook.example/"\n')
    (failure,) = paper.notify().failures
    assert "line 2" in failure
    assert "perhaps you mean `webhook`" in failure
    assert "notices_file" in [alarm["sign"] for alarm in Archive.open(paper.folder.path).status()["alarms"]]


def test_a_rule_that_is_taken_out_gives_its_digests_up(paper: Paper, hook: Hook) -> None:
    paper.rules(f'[notices.desk]\nwebhook = "{hook.url}"\n')
    paper.notify()
    paper.visit("/page", "changed")
    hook.status = 500
    paper.notify()
    paper.rules(f'[notices.other]\nwebhook = "{hook.url}"\n')
    paper.hands.move(hours=1)
    assert paper.notify().failures == []
    assert Archive.open(paper.folder.path).status()["notices"] == {
        "waiting": 0,
        "unsent": 0,
        "failing": 0,
        "given_up": 1,
    }


def test_a_mail_has_a_subject_a_text_and_a_lasting_id(paper: Paper, post: Post) -> None:
    paper.rules(f'{post.table}[notices.desk]\nemail = ["desk@paper.example", "night@paper.example"]\n')
    paper.notify()
    paper.visit("/page", "changed")
    paper.notify()
    (mail,) = post.mails
    assert mail["Subject"] == "Backissue (desk): 1 change: https://ledger.example/page"
    assert mail["To"] == "desk@paper.example, night@paper.example"
    assert mail["Message-ID"].endswith("@archive.example>")
    assert "https://ledger.example/page" in mail.get_payload()


def test_a_refused_recipient_is_a_failure(paper: Paper, post: Post) -> None:
    paper.rules(f'{post.table}[notices.desk]\nemail = ["nobody@paper.example"]\n')
    paper.notify()
    paper.visit("/page", "changed")
    post.refuse = True
    (failure,) = paper.notify().failures
    assert failure.startswith("e-mail by 127.0.0.1")


def test_apprise_reaches_its_services(paper: Paper) -> None:
    pytest.importorskip("apprise", reason="the extra `notices` is not installed")
    got: list[dict[str, Any]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        paper.rules(f'[notices.desk]\napprise = ["json://127.0.0.1:{server.server_address[1]}"]\n')
        paper.notify()
        paper.visit("/page", "changed")
        assert paper.notify().sent == 1
        server.shutdown()
    assert got[0]["title"].startswith("Backissue (desk)")


def test_the_ways_can_be_tried(paper: Paper, hook: Hook, closed_port: int) -> None:
    paper.rules(
        f'[notices.desk]\nwebhook = "{hook.url}"\n[notices.down]\nwebhook = "http://127.0.0.1:{closed_port}/"\n'
    )
    assert list(try_ways(paper.folder)) == [
        ("desk", "webhook", None),
        ("down", "webhook", "webhook on 127.0.0.1: it cannot be reached (ConnectionRefusedError)."),
    ]
    assert hook.got[0]["notices"][0]["on"] == "test"
