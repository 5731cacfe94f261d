"""Who gets in: names, pages of other sites, passwords, tokens, sessions, rates, and what is open to others at all."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from storage.clock import Clock
from storage.folder import Folder
from tests.conftest import Command
from tests.web.made_up import DAY, START, VERSIONS, Frozen, harbour
from tests.web.serving import client_of, form_token_of
from web.app import create_app
from web.doors import passwords
from web.doors.bound import is_this_machine, with_keys
from web.doors.keys import BadKeyFile, Keys
from web.doors.rates import LOGINS, POSTS_A_MINUTE, Rate
from web.replay import create_replay_app
from web.settings import Settings

LAST = START + VERSIONS * DAY
PASSWORD = "nine herons on the quay"
SITE = "http://127.0.0.1:8090"
FAR = {"client": ("192.0.2.7", 40_000)}


class Hands(Clock):
    """A clock that is set by hand."""

    def now(self) -> datetime:
        return HANDS[0]


HANDS = [LAST]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return harbour(tmp_path_factory.mktemp("harbour") / "archive")


@pytest.fixture
def keys(folder: Folder) -> Iterator[Keys]:
    yield Keys(folder)
    folder.doors.unlink(missing_ok=True)


@pytest.fixture
def locked(folder: Folder, keys: Keys) -> Callable[..., TestClient]:
    """A client of the archive with a password."""
    keys.set_password(PASSWORD)

    def made(*, clock: Clock | None = None, client: dict[str, Any] | None = None, **more: Any) -> TestClient:
        settings = with_keys(Settings(**more), folder)
        app = create_app(folder, settings=settings, clock=clock or Frozen(when=LAST))
        return client_of(app, follow_redirects=False, **(client or {}))

    return made


def log_in(client: TestClient, password: str = PASSWORD, after: str = "/") -> Any:
    sent = form_token_of(client, "/login")
    return client.post("/login", data={"form_token": sent, "password": password, "next": after})


# Names and other sites


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8090", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8090", 200), ("127.0.0.1.", 200),
        ("archive.example.org", 200), ("archive.example.org.:443", 200), ("evil.example", 421), ("192.0.2.1", 421),
        ("localhost.evil.example", 421), ("", 400), ("a b", 400), ("localhost@evil.example", 400), ("[::1", 400),
        ("localhost:80:80", 400), ("localhost/evil", 400), ("x" * 300, 421),
    ],
)  # fmt: skip
def test_only_names_that_were_told_are_answered_to(folder: Folder, host: str, status: int) -> None:
    settings = Settings(host_names=("Archive.example.org",))
    for app, fine in (
        (create_app(folder, settings=settings), 200),
        (create_replay_app(folder, settings=settings), 404),
    ):
        answer = client_of(app).get("/", headers={"Host": host})
        assert answer.status_code == (fine if status == 200 else status)
        if status != 200:
            assert "--host-name" in answer.text or "Host header" in answer.text


def test_who_listens_on_all_addresses_answers_to_any_of_them_and_to_no_other_name(folder: Folder) -> None:
    with client_of(create_app(folder, settings=Settings(host="0.0.0.0", public=True))) as client:
        assert client.get("/runs", headers={"Host": "192.0.2.1:8090"}).status_code == 200
        assert client.get("/runs", headers={"Host": "evil.example"}).status_code == 421


def test_what_a_page_of_another_site_asks_for_is_refused(folder: Folder) -> None:
    with client_of(create_app(folder), follow_redirects=False) as client:
        form = {"form_token": form_token_of(client), "url": "https://ledger.example/asked"}
        for headers in (
            {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:8091"},
            {"Origin": "http://127.0.0.1:8090.evil.example"}, {"Origin": "http://[::1"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"}, {"Origin": "file://127.0.0.1:8090"}, {"Origin": ""},
        ):  # fmt: skip
            answer = client.post("/queue", data=form, headers=headers)
            assert answer.status_code == 403, headers
            assert "a page of another site" in answer.text
        assert client.get("/runs", headers={"Origin": "http://evil.example"}).status_code == 403
        # A link on another site is a way in like any other.
        assert client.get("/runs", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
        own = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
        assert client.post("/queue", data=form, headers=own).status_code == 303


def test_a_form_without_its_token_is_refused(folder: Folder) -> None:
    with client_of(create_app(folder), follow_redirects=False) as client:
        sent = form_token_of(client)
        for token in (None, "", "x", sent[:-1], sent.upper(), "é" * 64):
            data = {"url": "https://ledger.example/"} | ({} if token is None else {"form_token": token})
            answer = client.post("/queue", data=data)
            assert answer.status_code == 403
            assert "load the page again" in answer.text
    other = create_app(folder)
    with client_of(other) as client:
        assert client.post("/queue", data={"form_token": sent, "url": "https://ledger.example/"}).status_code == 403


# Passwords, tokens and sessions


def test_readers_are_led_to_the_login_page_and_back(locked: Callable[..., TestClient]) -> None:
    with locked() as client:
        asked = client.get("/search?q=quay&scope=all")
        assert asked.status_code == 303
        assert asked.headers["location"] == "/login?next=%2Fsearch%3Fq%3Dquay%26scope%3Dall"
        assert 'name="next" value="/search?q=quay&amp;scope=all"' in client.get(asked.headers["location"]).text
        wrong = log_in(client, "ten herons on the quay")
        assert (wrong.status_code, "This is not the password." in wrong.text) == (403, True)
        assert client.get("/runs").status_code == 303
        right = log_in(client, after="/search?q=quay&scope=all")
        assert (right.status_code, right.headers["location"]) == (303, "/search?q=quay&scope=all")
        assert client.get(right.headers["location"]).status_code == 200


def test_the_sessions_cookie_is_for_our_own_pages_alone(locked: Callable[..., TestClient]) -> None:
    with locked() as client:
        plain = log_in(client).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(plain.split("; "))
    assert "Secure" not in plain
    with locked(client={"base_url": "https://127.0.0.1:8090"}) as client:
        assert "Secure" in log_in(client).headers["set-cookie"].split("; ")


def test_a_session_ends_by_itself_by_logging_out_and_by_a_new_password(
    locked: Callable[..., TestClient], keys: Keys
) -> None:
    with locked(clock=Hands()) as client:
        log_in(client)
        assert client.get("/runs").status_code == 200
        HANDS[0] += timedelta(days=7, seconds=1)
        assert client.get("/runs").status_code == 303
        log_in(client)
        stolen = dict(client.cookies)
        out = client.post("/logout", data={"form_token": form_token_of(client, "/login")})
        assert out.status_code == 303
        client.cookies = stolen
        assert client.get("/runs").status_code == 303
        client.cookies.clear()
        log_in(client)
        assert client.get("/runs").status_code == 200
        keys.set_password("another password")
        assert client.get("/runs").status_code == 303


def test_a_cookie_that_was_tampered_with_is_none(locked: Callable[..., TestClient]) -> None:
    with locked() as client:
        log_in(client)
        ((name, good),) = dict(client.cookies).items()
        until, number, signature = good.split(".")
        client.cookies.clear()
        for cookie in (
            "", "x", "..", good[:-1], good + "0", f"ffffffff.{number}.{signature}", f"{until}.{'0' * 32}.{signature}",
            f"{until}.{number}.{'0' * 64}", good.upper(), "%00", "é",
        ):  # fmt: skip
            answer = client.get("/runs", headers=[("Cookie", f"{name}={cookie}".encode())])  # type: ignore[arg-type]
            assert answer.status_code == 303, cookie
        assert client.get("/runs", headers={"Cookie": f"{name}={good}"}).status_code == 200


@pytest.mark.parametrize(
    "after",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login", "/a\r\nX: 1", ""],
)
def test_nobody_is_led_to_another_site_after_logging_in(locked: Callable[..., TestClient], after: str) -> None:
    with locked() as client:
        assert log_in(client, after=after).headers["location"] == "/"


def test_programs_show_a_token_which_can_be_revoked_at_once(
    folder: Folder, locked: Callable[..., TestClient], keys: Keys
) -> None:
    token = keys.add_token("newsdesk", now=LAST)
    assert token not in folder.doors.read_text()
    bearer = {"Authorization": f"Bearer {token}"}
    with locked() as client:
        refused = client.get("/cdx?url=ledger.example/*")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert refused.headers["content-type"] == "application/problem+json"
        for wrong in ("Bearer x", f"Bearer {token[:-1]}", "Bearer", f"Bearer {PASSWORD}", "Basic !", "Basic YTpi"):
            assert client.get("/cdx?url=ledger.example/*", headers={"Authorization": wrong}).status_code == 401
        assert client.get("/cdx?url=ledger.example/*", headers=bearer).status_code == 200
        assert client.get("/runs", headers=bearer).status_code == 200
        asked = client.post("/queue", data={"url": "https://ledger.example/by/a/program"}, headers=bearer)
        assert asked.status_code == 303
        # A feed reader knows user names and passwords only; a browser would send those along with a form.
        assert client.get("/runs", auth=("any", token)).status_code == 200
        assert client.post("/queue", data={"url": "https://ledger.example/"}, auth=("any", token)).status_code == 401
        keys.revoke("newsdesk")
        assert client.get("/runs", headers=bearer).status_code == 401


def test_everything_is_locked_but_the_login_page_and_its_style(locked: Callable[..., TestClient]) -> None:
    with locked() as client:
        paths = [route.path for route in client.app.routes if hasattr(route, "path")]  # type: ignore[attr-defined]
        opened = [path for path in paths if client.get(re.sub(r"\{[^}]*\}", "1", path)).status_code not in (303, 401)]
        assert [path for path in opened if path != "/logout"] == ["/login", "/login"]
        assert client.get("/static/style.css").status_code == 200
        assert client.get("/nowhere").status_code == 303
        assert client.post("/queue", data={}).status_code == 401


def test_what_a_reader_saw_is_not_left_in_the_browser(locked: Callable[..., TestClient], folder: Folder) -> None:
    with locked() as client:
        log_in(client)
        assert client.get("/runs").headers["cache-control"] == "no-store"
        assert client.get("/snapshots/1").headers["cache-control"] == "no-store"
    with client_of(create_app(folder)) as client:
        assert "no-store" not in client.get("/runs").headers.get("cache-control", "")


def test_a_damaged_file_of_keys_lets_nobody_in(locked: Callable[..., TestClient], folder: Folder, keys: Keys) -> None:
    with locked() as client:
        log_in(client)
        for damaged in ("password = 3", "[tokens.a]\ndigest = 1", "password = 'x'\nsigning_key = ''", "[", "\0"):
            folder.doors.write_text(damaged)
            with pytest.raises(BadKeyFile, match="set the password and tokens anew"):
                Keys(folder).known()
            answer = client.get("/runs")
            assert answer.status_code == 503
            assert str(folder.path) not in answer.text
        folder.doors.unlink()
        assert client.get("/runs").status_code == 303
        keys.set_password(PASSWORD)
        folder.doors.chmod(0o644)
        with pytest.raises(BadKeyFile, match="chmod 600"):
            Keys(folder).known()


def test_a_password_is_kept_as_a_slow_hash() -> None:
    kept = passwords.hashed(PASSWORD)
    assert PASSWORD not in kept
    assert kept != passwords.hashed(PASSWORD)
    assert passwords.is_right(PASSWORD, kept)
    assert not passwords.is_right(PASSWORD + " ", kept)
    # One letter, typed as one sign or as two.
    assert passwords.is_right("Cafe\u0301 am Kanal", passwords.hashed("Caf\u00e9 am Kanal"))
    for wrong in ("", "short", "x" * 1001):
        with pytest.raises(passwords.BadPassword, match="10 to 1,000"):
            passwords.hashed(wrong)


# Rates


def test_a_password_can_be_tried_a_few_times_only(locked: Callable[..., TestClient]) -> None:
    with locked() as client:
        for _ in range(LOGINS):
            assert log_in(client, "wrong, all of them").status_code == 403
        answer = log_in(client)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
        assert "Try again in" in answer.text


def test_one_client_cannot_ask_for_everything_and_this_machine_can(folder: Folder) -> None:
    app = create_app(folder, settings=Settings(requests_a_minute=5, public=True))
    with client_of(app, **FAR) as far, client_of(app) as near:
        codes = [far.get("/static/icon.svg").status_code for _ in range(6)]
        assert codes == [200, 200, 200, 200, 200, 429]
        assert int(far.get("/static/icon.svg").headers["retry-after"]) >= 1
        assert {near.get("/static/icon.svg").status_code for _ in range(9)} == {200}
    app = create_app(folder, settings=Settings(public=True))
    with client_of(app, **FAR) as far:
        assert [far.post("/queue").status_code for _ in range(POSTS_A_MINUTE + 1)][-2:] == [415, 429]


def test_a_bucket_fills_up_again_and_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.doors.rates.MOST_CLIENTS", 3)
    now = [0.0]
    rate = Rate(2, 10, clock=lambda: now[0])
    assert [rate.take("a") for _ in range(3)] == [0, 0, 5]
    now[0] = 5.0
    assert [rate.take("a") for _ in range(2)] == [0, 5]
    for other in "bcd":
        rate.take(other)
    assert rate.take("a") == 0


# What is open to others


def test_read_only_takes_nothing_but_the_password(locked: Callable[..., TestClient]) -> None:
    with locked(read_only=True) as client:
        assert log_in(client).status_code == 303
        sent = form_token_of(client, "/login")
        refused = client.post("/queue", data={"form_token": sent, "url": "https://ledger.example/"})
        assert refused.status_code == 403
        assert "read-only" in refused.text
        assert client.post("/logout", data={"form_token": sent}).status_code == 303


def test_every_answer_tells_the_browser_what_it_may_do(folder: Folder) -> None:
    app = create_app(folder, settings=Settings(replay_port=8091))
    with client_of(app) as client:
        for path in ("/", "/nowhere", "/static/style.css", "/cdx", "/snapshots/999", "/runs/"):
            headers = client.get(path).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["referrer-policy"] == "same-origin"
        assert "frame-src http://127.0.0.1:8091" in client.get("/snapshots/1/replay").headers["content-security-policy"]
        assert "'unsafe" not in client.get("/").headers["content-security-policy"]
        app.state.archive = None  # A bug, as a test can have one.
        app.state.cache = None
        broken = client.get("/runs")
        assert broken.status_code == 500
        assert "Traceback" not in broken.text
        assert "default-src 'none'" in broken.headers["content-security-policy"]


def test_what_others_can_reach_needs_a_password_or_to_be_public(backissue: Command, folder: Folder) -> None:
    def serve(*words: str) -> str:
        done = backissue("--archive", str(folder.path), "serve", "--port", "0", "--replay-port", "0", *words)
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1
        return done.stderr

    for words in (("--host", "0.0.0.0"), ("--host", "::"), ("--host-name", "archive.example.org")):
        said = serve(*words)
        assert "backissue doors password" in said
        assert "--public" in said
    assert is_this_machine("127.0.0.2")
    assert is_this_machine("localhost")
    assert not is_this_machine("0.0.0.0")
    assert not is_this_machine("")


def test_the_command_sets_and_lists_and_revokes(backissue: Command, tmp_path: Path) -> None:
    assert backissue("doors", "list").returncode == 2
    assert not backissue.archive.exists()
    folder = harbour(backissue.archive)
    assert "Nobody is asked for anything." in backissue("doors", "list").stderr
    assert "10 to 1,000" in backissue("doors", "password", given="short\n").stderr
    assert not folder.doors.exists()
    assert backissue("doors", "password", given=f"{PASSWORD}\n").returncode == 0
    assert folder.doors.stat().st_mode & 0o777 == 0o600
    kept = Keys(folder).known().password
    assert kept is not None
    assert passwords.is_right(PASSWORD, kept)
    token = backissue("doors", "token", "newsdesk").stdout.strip()
    assert Keys(folder).has(token)
    assert "is a token already" in backissue("doors", "token", "newsdesk").stderr
    assert "is no name" in backissue("doors", "token", "News desk").stderr
    assert [row["token"] for row in backissue.json("doors", "list", "--json")] == ["newsdesk"]
    assert "is no token" in backissue("doors", "revoke", "other").stderr
    assert backissue("doors", "revoke", "newsdesk").returncode == 0
    assert not Keys(folder).has(token)
    assert backissue("doors", "password", "--remove").returncode == 0
    assert not Keys(folder).known().locked
