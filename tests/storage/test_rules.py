import pickle
import re
from pathlib import Path

import pytest

from storage.errors import SourceFileError
from storage.folder import Folder
from storage.rule_book import RuleBook
from storage.rules import KEYS, SiteRules, site_rules
from storage.selectors import read_selector
from storage.site_config import names_for, read_site_config
from storage.sources import read_source_file, read_sources

HEAD = '[sources.ledger]\nhome = "https://www.ledger.example/"\n'
RULES = HEAD + "[sources.ledger.rules]\n"


def rules_of(file: Path, text: str) -> SiteRules | None:
    file.write_text(text, encoding="utf-8")
    return read_sources(file)["ledger"].rules


def test_a_source_has_its_own_rules_as_one_selector_or_several(tmp_path: Path) -> None:
    rules = rules_of(tmp_path / "s.toml", RULES + "body = '.story'\ndrop = ['.promo', '//aside']\ntitle = 'h1'\n")
    assert rules is not None
    assert rules.as_table() == {"body": [".story"], "drop": [".promo", "//aside"], "title": ["h1"]}
    assert list(KEYS)[:3] == ["body", "keep", "drop"]


def test_a_source_without_rules_has_none(tmp_path: Path) -> None:
    assert rules_of(tmp_path / "s.toml", HEAD) is None
    assert rules_of(tmp_path / "s.toml", RULES) is None


MISTAKES = {
    "not a table": (HEAD + "rules = '.story'", 3, "starts with [sources.ledger.rules]"),
    "unknown key": (RULES + "drops = '.x'", 4, "unknown key `drops` in the rules of source 'ledger'; perhaps you mean"),
    "not a text": (RULES + "drop = 3", 4, "this is the number 3; it must be a CSS selector or an XPath"),
    "wrong CSS": (RULES + "drop = [\n'.a',\n'.b..c',\n]", 6, "item 2 of `drop` in the rules of source 'ledger'"),
    "wrong XPath": (RULES + "title = '//h1['", 4, "`title` in the rules of source 'ledger': '//h1[' is not an XPath"),
    "code": (RULES + "body = '//p[document(1)]'", 4, "document(), which is no function"),
    "a text": (
        RULES + "drop = 'meta[name=x] @content'",
        4,
        "reads a text; `drop` needs a selector that",
    ),
    "a number": (RULES + "keep = 'count(//p)'", 4, "reads a text; `keep` needs a selector"),
    "in an inline table": (HEAD + "\nrules = { body = 'a[[' }", 4, "`body` in the rules"),
    "too many": (RULES + "drop = [" + "'p'," * 501 + "]", 3, "501 selectors; at most 500"),
    "folder is not there": ("rules_folder = 'nowhere'\n" + HEAD, 1, "which is not a folder"),
    "folder is no text": ("rules_folder = 3\n" + HEAD, 1, "must be the path of a folder"),
}


@pytest.mark.parametrize(("text", "line", "why"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_rule_is_told_with_its_line(tmp_path: Path, text: str, line: int, why: str) -> None:
    with pytest.raises(SourceFileError) as caught:
        rules_of(tmp_path / "sources.toml", text)
    assert why in str(caught.value)
    assert caught.value.line == line


def test_the_digest_depends_on_the_rules_alone() -> None:
    one = site_rules("sources.toml", {"drop": [read_selector(".promo")], "title": [read_selector("h1")]})
    other = site_rules("ledger.example.txt", {"title": [read_selector("h1")], "drop": [read_selector(".promo")]})
    assert one.digest == other.digest == "8e0c2b53c9da"
    assert one.digest != site_rules("sources.toml", {"keep": [read_selector(".promo")]}).digest
    assert pickle.loads(pickle.dumps(one)) == one


CONFIG = """\
# Rules for the Ledger.
body: //div[@class='story']
title:  //h1
strip: //aside
strip://div[@class="late"]
strip_id_or_class: 'promo'

author: //span[@class='by']
date: //time/@datetime
prune: no
tidy: no
prune: yes
replace_string(<b>: (x)): <strong>
find_string: <i>
next_page_link: //a[@rel='next']
strip:
strip: //p[re:test(., 'x')]
no key here at all
test_url: https://www.ledger.example/1
test_url: https://www.ledger.example/1
"""


def test_a_shared_rule_file_is_read_and_what_is_not_used_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "ledger.example.txt"
    file.write_text("\ufeff" + CONFIG.replace("\n", "\r\n"), encoding="utf-8")
    config = read_site_config(file)
    assert config.rules.origin == "ledger.example.txt"
    assert config.rules.as_table() == {
        "body": ["//div[@class='story']"],
        "drop": ["//aside", '//div[@class="late"]', '[id*="promo"], [class*="promo"]'],
        "title": ["//h1"],
        "author": ["//span[@class='by']"],
        "date": ["//time/@datetime"],
    }
    assert config.test_urls == ("https://www.ledger.example/1",)
    assert config.unused == {
        "(no key)": 1,
        "find_string": 1,
        "next_page_link": 1,
        "prune": 2,
        "replace_string": 1,
        "strip (empty)": 1,
        "tidy": 1,
    }
    assert [line for line, _ in config.mistakes] == [17]
    assert "prefix re:" in config.mistakes[0][1]


def test_a_file_that_cannot_be_used_is_told_and_does_not_raise(tmp_path: Path) -> None:
    file = tmp_path / "ledger.example.txt"
    file.write_bytes(b"body: //p\nstrip: //\xff\n")
    assert read_site_config(file).mistakes == ((2, "this is not UTF-8"),)
    file.write_bytes(b"strip: //p\n" * 30_000)
    assert not read_site_config(file).rules
    file.write_bytes(b"strip: //p\n" * 502)
    assert [line for line, _ in read_site_config(file).mistakes] == [501, 502]
    assert read_site_config(tmp_path / "none.txt").mistakes[0][1].startswith("it cannot be read")


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("example.org", ["example.org.txt"]),
        ("WWW.example.org", ["www.example.org.txt", "example.org.txt"]),
        ("a.b.example.org", ["a.b.example.org.txt", ".b.example.org.txt", ".example.org.txt"]),
    ],
)
def test_a_file_holds_for_its_host_and_one_with_a_dot_for_those_below(host: str, names: list[str]) -> None:
    assert [name for name in names_for(host) if name in names] == names
    assert ".org.txt" not in names_for(host)


def test_own_rules_go_before_files_and_a_host_before_its_domain(tmp_path: Path) -> None:
    text = "rules_folder = 'shared'\n" + HEAD + "[sources.ledger.rules]\ndrop = '.own'\n"
    text += '[sources.post]\nhome = "https://post.example/"\n'
    (tmp_path / "shared").mkdir()
    (tmp_path / "sources.toml").write_text(text)
    for name in ("ledger.example", "post.example", ".post.example", "sport.post.example"):
        (tmp_path / "shared" / f"{name}.txt").write_text(f"strip: //p[. = '{name}']\n")
    (tmp_path / "shared" / "empty.example.txt").write_text("prune: no\n")
    (tmp_path / "shared" / "LICENSE.txt").write_text("Do what you like.\n")
    book = RuleBook.of(Folder(tmp_path))

    def drop(url: str, source: str | None = None) -> list[str] | None:
        rules = book.rules_for(url, source)
        return rules.as_table()["drop"] if rules else None

    assert drop("https://elsewhere.example/1", "ledger") == [".own"]
    assert drop("https://ledger.example/1") == [".own"]
    assert drop("https://post.example/1", "post") == ["//p[. = 'post.example']"]
    assert drop("https://www.post.example:8443/1") == ["//p[. = 'post.example']"]
    assert drop("https://sport.post.example/1") == ["//p[. = 'sport.post.example']"]
    assert drop("https://news.post.example/1") == ["//p[. = '.post.example']"]
    assert drop("https://ledger.example/1", "post") == ["//p[. = 'ledger.example']"]
    assert drop("https://empty.example/1") is None
    assert drop("https://other.example/1") is None
    assert drop("no url") is None
    assert len(list(book.files())) == 5


def test_rule_files_lie_in_site_rules_unless_another_folder_is_named(tmp_path: Path) -> None:
    assert RuleBook.of(Folder(tmp_path)).folder is None
    (tmp_path / "site_rules").mkdir()
    assert RuleBook.of(Folder(tmp_path)).folder == tmp_path / "site_rules"
    (tmp_path / "sources.toml").write_text("rules_folder = 'site_rules/../other'\n")
    (tmp_path / "other").mkdir()
    assert read_source_file(tmp_path / "sources.toml").rules_folder == tmp_path / "site_rules/../other"


def test_the_manual_describes_every_key_and_its_example_loads(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
    table = manual.split("## Keys of `[sources.NAME.rules]`")[1].split("## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == list(KEYS)
    (example,) = re.findall(r"```toml\n(.*?)```", manual, re.S)
    (tmp_path / "sources.toml").write_text(example, encoding="utf-8")
    rules = read_sources(tmp_path / "sources.toml")["harbour-ledger"].rules
    assert rules is not None and len(rules.as_table()) == 6
