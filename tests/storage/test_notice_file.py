"""`notices.toml`: what it can say, and what each mistake is told as."""

from pathlib import Path

import pytest

from storage.errors import NoticeFileError
from storage.notice_file import filled_in, read_notices

HOOK = 'webhook = "https://hook.example/x"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "notices.toml"


def test_without_a_file_nobody_is_told(file: Path) -> None:
    assert read_notices(file).rules == {}


def test_a_rule_asks_for_everything_unless_it_says_what(file: Path) -> None:
    file.write_text(f"[notices.desk]\n{HOOK}")
    rule = read_notices(file).rules["desk"]
    assert rule.on == ("change", "takedown", "back", "drift", "failed_run")
    assert (rule.every, rule.about_pages) == (60, False)


def test_a_rule_can_say_everything(file: Path) -> None:
    file.write_text(
        '[smtp]\nhost = "mail.example"\nport = 465\nsecurity = "tls"\nuser = "me"\npassword = "${WORD}"\n'
        'sender = "archive@example.org"\n'
        '[notices.desk]\non = ["change"]\nsources = ["ledger"]\npages = ["https://ledger.example/a"]\n'
        'authors = ["Jo March"]\nphrases = ["quay wall"]\nevery = 15\n'
        'email = ["desk@example.org"]\napprise = ["${CHAT}", "tgram://x/y"]\n' + HOOK
    )
    found = read_notices(file)
    assert found.smtp is not None
    assert (found.smtp.port, found.smtp.security) == (465, "tls")
    assert found.rules["desk"].about_pages
    assert found.rules["desk"].every == 15


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("[notices.desk]\n", 1, "tells nobody"),
        (f"[notices.desk]\n{HOOK}evry = 5\n", 3, "perhaps you mean `every`"),
        (f"[notices.desk]\n{HOOK}every = 0\n", 3, "a whole number of minutes from 1"),
        (f'[notices.desk]\n{HOOK}on = ["chnge"]\n', 3, "a list of change, takedown, back, drift, failed_run"),
        (
            f'[notices.desk]\n{HOOK}pages = [\n  "https://ok.example/",\n  "ftp://no.example/",\n]\n',
            5,
            "item 2 of `pages`",
        ),
        ('[notices.desk]\nwebhook = "hook.example"\n', 2, "a whole http:// or https:// address"),
        ('[notices.desk]\nemail = ["a@b.example"]\n', 2, "needs a mail server"),
        ('[notices.desk]\nemail = ["a b@c"]\n', 2, "is no e-mail address"),
        (f"[notices.Desk]\n{HOOK}", 1, "cannot name a rule"),
        (
            f'[smtp]\nhost = "m"\nsender = "a@b.example"\nsecurity = "ssl"\n[notices.d]\n{HOOK}',
            4,
            '"starttls", "tls" or "none"',
        ),
        (f'[smtp]\nsender = "a@b.example"\n[notices.d]\n{HOOK}', 1, "has no `host`"),
        ("[notice.desk]\n", 1, "perhaps you mean `notices`"),
        ("notices = 3\n", 1, "each rule is a table"),
        (f"[notices.desk]\n{HOOK}{HOOK}", 3, "`webhook` of rule 'desk' is given twice, first in line 2"),
        ("[notices.desk\n", 1, "not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(file: Path, text: str, line: int, why: str) -> None:
    file.write_text(text)
    with pytest.raises(NoticeFileError) as error:
        read_notices(file)
    assert error.value.line == line
    assert why in str(error.value)
    assert "docs/notices.md" in str(error.value)


def test_no_mistake_repeats_a_secret(file: Path) -> None:
    for text in ('[notices.d]\nwebhook = "s3cret"\n', '[notices.d]\napprise = ["s3cret"]\n', "[smtp]\npassword = 53\n"):
        file.write_text(text)
        with pytest.raises(NoticeFileError) as error:
            read_notices(file)
        assert "s3cret" not in str(error.value)
        assert "53" not in str(error.value)


def test_secrets_come_from_the_environment() -> None:
    assert filled_in("https://hook.example/${A}/${B}", {"A": "1", "B": "2"}) == "https://hook.example/1/2"
    with pytest.raises(KeyError, match="MISSING"):
        filled_in("${MISSING}", {})
