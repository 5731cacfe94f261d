import re
from pathlib import Path

import pydantic
import pytest

from storage.errors import SourceFileError
from storage.sources import _MUST_BE, RESERVED_NAMES, Defaults, Source, read_sources

DOCS = Path(__file__).parents[2] / "docs"
KEYS = [key for key in Source.model_fields if key != "name"]
HEAD = '[sources.ledger]\nhome = "https://ledger.example/"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def read(file: Path, text: str) -> dict[str, Source]:
    file.write_text(text, encoding="utf-8")
    return read_sources(file)


def refusal(file: Path, text: str) -> tuple[int | None, str]:
    with pytest.raises(SourceFileError) as caught:
        read(file, text)
    message = str(caught.value)
    assert "\n" not in message
    assert str(file) in message
    return caught.value.line, message


def test_a_missing_file_and_an_empty_file_hold_no_sources(file: Path) -> None:
    assert read_sources(file) == {}
    assert read(file, "# nothing yet\n") == {}


def test_a_home_is_enough_and_the_rest_has_defaults(file: Path) -> None:
    source = read(file, HEAD)["ledger"]
    assert source.name == "ledger"
    assert source.home == "https://ledger.example/"
    assert (source.title, source.user_agent, source.robots_sitemaps) == (None, None, None)
    assert (source.feeds, source.sitemaps, source.sections, source.include, source.exclude) == ((), (), (), (), ())
    assert (source.delay, source.concurrency, source.max_age_days) == (2.0, 1, 30)
    assert (source.allow_private, source.enabled) == (False, True)


def test_sources_come_in_the_order_of_the_file(file: Path) -> None:
    text = "".join(f'[sources.{name}]\nhome = "https://{name}.example/"\n' for name in ("zeta", "alpha", "4-mid_dle"))
    assert list(read(file, text.replace("4-mid_dle.example", "mid.example"))) == ["zeta", "alpha", "4-mid_dle"]


def test_defaults_hold_where_a_source_does_not_say_otherwise(file: Path) -> None:
    text = "[defaults]\ndelay = 7\ntimeout = 9\n"
    text += 'max_age_days = 3\nuser_agent = "Archive/1"\nallow_private = true\nconcurrency = 2\n'
    found = read(file, HEAD + 'delay = 0.5\n[sources.other]\nhome = "https://other.example/"\n' + text)
    assert found["ledger"].delay == 0.5
    assert found["other"].timeout == 9.0
    assert found["other"].delay == 7.0
    for source in found.values():
        assert (source.max_age_days, source.user_agent, source.concurrency) == (3, "Archive/1", 2)
        assert source.allow_private


def test_an_age_of_zero_days_means_no_limit_even_against_defaults(file: Path) -> None:
    found = read(file, "[defaults]\nmax_age_days = 5\n" + HEAD + "max_age_days = 0\n")
    assert found["ledger"].max_age_days is None


@pytest.mark.parametrize("key", ["feeds", "sitemaps", "sections"])
def test_a_source_discovers_until_something_is_listed(file: Path, key: str) -> None:
    bare = read(file, HEAD)["ledger"]
    assert bare.discovers and bare.follows_robots_sitemaps
    listed = read(file, HEAD + f'{key} = ["https://ledger.example/x"]\n')["ledger"]
    assert not listed.discovers and not listed.follows_robots_sitemaps


def test_robots_sitemaps_can_be_asked_for_and_left_out(file: Path) -> None:
    asked = read(file, HEAD + 'feeds = ["https://ledger.example/f"]\nrobots_sitemaps = true\n')["ledger"]
    assert asked.follows_robots_sitemaps
    left_out = read(file, HEAD + "robots_sitemaps = false\n")["ledger"]
    assert left_out.discovers and not left_out.follows_robots_sitemaps


def test_dotted_keys_inline_tables_and_quoted_names_are_read(file: Path) -> None:
    text = (
        'sources.one.home = "https://one.example/"\n'
        "sources.\"two\" = { home = 'https://two.example/', delay = 1 }\n"
        "[ sources . 'three' ]\n"
        '"h\\u006fme" = "https://three.example/"\n'
    )
    assert {name: source.home for name, source in read(file, text).items()} == {
        "one": "https://one.example/",
        "two": "https://two.example/",
        "three": "https://three.example/",
    }


def test_a_byte_order_mark_and_windows_line_ends_are_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert list(read_sources(file)) == ["ledger"]
    file.write_bytes((HEAD + "# two\nfeed = 1\n").replace("\n", "\r\n").encode())
    with pytest.raises(SourceFileError, match="line 4"):
        read_sources(file)


def test_a_source_cannot_be_changed(file: Path) -> None:
    with pytest.raises(pydantic.ValidationError):
        read(file, HEAD)["ledger"].delay = 0


MISTAKES = {
    "unknown key": (HEAD + "sitemap = []", 3, "unknown key `sitemap` in source 'ledger'; perhaps you mean `sitemaps`"),
    "key far from any": (HEAD + "zzz = 1", 3, "unknown key `zzz` in source 'ledger'; there are "),
    "misspelt home": ("[sources.ledger]\nhoem = 'https://ledger.example/'", 2, "perhaps you mean `home`"),
    "name as a key": (HEAD + 'name = "x"', 3, "a source's name stands in its table's head"),
    "subtable": (HEAD + "[sources.ledger.pace]\ndelay = 1", 3, "unknown key `pace`"),
    "no home": ("\n[sources.ledger]\ntitle = 'x'", 2, "source 'ledger' has no `home`"),
    "home not a URL": ("[sources.ledger]\nhome = 'ledger.example'", 2, "it has no scheme"),
    "home not a text": ("[sources.ledger]\nhome = 3", 2, "this is the number 3; `home` must be a whole http://"),
    "text for a number": (HEAD + 'delay = "2"', 3, "`delay` of source 'ledger': this is the text '2'"),
    "truth for a number": (HEAD + "concurrency = true", 3, "this is true; `concurrency` must be a whole number"),
    "number for a truth": (HEAD + "enabled = 1", 3, "this is the number 1; `enabled` must be true or false"),
    "too long a delay": (HEAD + "delay = 3601", 3, "a number of seconds from 0 to 3600"),
    "no time at all": (HEAD + "timeout = 0", 3, "a number of seconds from 0.1 to 600"),
    "negative delay": (HEAD + "delay = -1", 3, "a number of seconds from 0 to 3600"),
    "no number": (HEAD + "delay = nan", 3, "this is the number nan"),
    "no requests": (HEAD + "concurrency = 0", 3, "from 1 to 16"),
    "too many requests": (HEAD + "concurrency = 17", 3, "from 1 to 16"),
    "endless age": (HEAD + "max_age_days = 0x" + "f" * 6000, 3, "a number with too many digits"),
    "date for a text": (HEAD + "title = 1979-05-27 07:32:00", 3, "a date or time without quotes"),
    "empty title": (HEAD + "title = ' '", 3, "some text, on one line"),
    "header on two lines": (HEAD + 'user_agent = "a\\r\\nb"', 3, "some text, on one line"),
    "header not ASCII": (HEAD + 'user_agent = "Möwe"', 3, "only hold ASCII"),
    "text for a list": (HEAD + 'feeds = "https://ledger.example/f"', 3, "`feeds` must be a list"),
    "item not a text": (HEAD + 'feeds = [\n  "https://ledger.example/]", # ]\n  5,\n]', 5, "item 2 of `feeds`"),
    "item not a URL": (HEAD + "sections = [\n  'https://ledger.example/',\n 'ftp://x']", 5, "its scheme is 'ftp'"),
    "bad expression": (HEAD + "include = [\n'''/a\n''',\n'(']", 6, "'(' is not a regular expression"),
    "empty expression": (HEAD + "exclude = ['']", 3, "an empty expression matches every address"),
    "reserved name": ("\n[sources.watch]\nhome = 'https://ledger.example/'", 2, "'watch' is reserved"),
    "large letters": ("[sources.Ledger]\nhome = 'https://ledger.example/'", 1, "'Ledger' cannot name a source"),
    "quoted name": ("[sources.'a b']\nhome = 'https://ledger.example/'", 1, "'a b' cannot name a source"),
    "text for a source": ("[sources]\nledger = 'https://ledger.example/'", 2, "starts with [sources.ledger]"),
    "key for a source": ("[sources]\nhome = 'https://ledger.example/'", 2, "starts with [sources.NAME]"),
    "list of sources": ("[[sources]]\nhome = 'https://ledger.example/'", 1, "`sources` is a list"),
    "number for defaults": ("defaults = 1", 1, "`defaults` is the number 1"),
    "unknown in defaults": ("[defaults]\ndely = 1", 2, "unknown key `dely` in [defaults]; perhaps you mean `delay`"),
    "not for defaults": ("[defaults]\nfeeds = []", 2, "`feeds` cannot stand in [defaults]"),
    "wrong in defaults": ("[defaults]\n\ndelay = 'x'", 3, "`delay` of [defaults]: this is the text 'x'"),
    "unknown table": ("# one\n[source.ledger]", 2, "unknown table or key `source`; perhaps you mean `sources`"),
    "key outside": ("delay = 2\n" + HEAD, 1, "put it below [defaults] or [sources.NAME]"),
    "source twice": (HEAD + HEAD, 3, "source 'ledger' is given twice, first in line 1"),
    "source twice, dotted": ("[sources]\na.home = 'x'\n[sources.a]", 3, "is given twice"),
    "key twice": (
        HEAD + 'feeds = []\nfeeds = [\n"https://a.example/"\n]',
        4,
        "`feeds` of source 'ledger' is given twice",
    ),
    "no quotes": (HEAD + "title = Ledger", 3, "this is not valid TOML: Invalid value at column 9; texts are in quotes"),
    "backslash": (HEAD + 'include = ["\\d"]', 3, "put regular expressions in single quotes"),
    "open list": (HEAD + "feeds = [\n\n", 3, "this is not valid TOML"),
    "in an inline table": ("sources.a = {home = 'https://a.example/', delay = -1}", 1, "`delay` of source 'a'"),
    "in a dotted key": ("sources.a.home = 'https://a.example/'\nsources.a.delay = -1", 2, "`delay` of source 'a'"),
    "below a look-alike": (HEAD + 'title = """\ndelay = 3\\""" # """\n\ndelay = -1', 6, "`delay` of source"),
}


@pytest.mark.parametrize(("text", "line", "why"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line(file: Path, text: str, line: int, why: str) -> None:
    told, message = refusal(file, text)
    assert why in message
    assert told == line
    assert f"line {line}:" in message
    assert ".." not in message and "?." not in message


def test_the_first_of_several_mistakes_is_told(file: Path) -> None:
    line, message = refusal(file, HEAD + "delay = -1\nconcurrency = 99\n[defaults]\nnope = 1\n")
    assert line == 3 and "`delay`" in message
    line, message = refusal(file, HEAD + "concurrency = 1\nnope = 1\ndelay = -1\n[other]\n")
    assert line == 4 and "`nope`" in message


def test_text_and_comments_that_look_like_keys_do_not_mislead_the_line(file: Path) -> None:
    text = (
        "# delay = -1\n"
        "[sources.ledger] # [sources.ledger]\n"
        'home = "https://ledger.example/#delay=1" # delay = 9\n'
        "exclude = [\n"
        "  '''\ndelay = 5\n''', # delay = 5 ]\n"
        '  """x\\"""", "#]",\n'
        "]\n"
        "delay = -1\n"
    )
    assert refusal(file, text)[0] == text.split("\n").index("delay = -1") + 1


def test_a_password_in_an_address_is_not_repeated(file: Path) -> None:
    line, message = refusal(file, "[sources.a]\nhome = 'https://user:hunter2@a.example/'")
    assert line == 2
    assert "hunter2" not in message


def test_a_file_that_is_not_utf8_is_refused_at_its_line(file: Path) -> None:
    file.write_bytes(HEAD.encode() + b'title = "M\xf6we"\n')
    with pytest.raises(SourceFileError, match="line 3: this is not UTF-8"):
        read_sources(file)
    file.write_text(HEAD, encoding="utf-16")
    with pytest.raises(SourceFileError, match="line 1: this is not UTF-8"):
        read_sources(file)


def test_a_folder_is_refused(file: Path) -> None:
    file.mkdir()
    with pytest.raises(SourceFileError, match="this is a folder") as caught:
        read_sources(file)
    assert caught.value.line is None


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "1" * 5000], ids=["nested", "digits"])
def test_text_made_to_break_a_reader_is_refused_too(file: Path, text: str) -> None:
    refusal(file, text)


@pytest.mark.parametrize("name", [*RESERVED_NAMES, "", "-a", "A", "a.b", "ä", "a\n"])
def test_a_source_made_in_code_obeys_the_same_rules(name: str) -> None:
    with pytest.raises(pydantic.ValidationError):
        Source(name=name, home="https://ledger.example/")


def test_every_key_has_a_sentence_for_wrong_values() -> None:
    assert set(_MUST_BE) == set(KEYS)


def test_the_example_loads_and_shows_every_key() -> None:
    found = read_sources(DOCS / "sources.example.toml")
    shown: set[str] = set().union(*(source.model_fields_set for source in found.values()))
    assert shown == set(Source.model_fields)


@pytest.mark.parametrize("key", KEYS)
def test_the_manual_describes_every_key_with_its_default(key: str) -> None:
    rows = re.findall(rf"^\| `{key}` \|([^|]+)\|([^|]+)\|([^|]+)\|$", (DOCS / "sources.md").read_text("utf-8"), re.M)
    assert len(rows) == 1
    written, default = rows[0][1].strip(), Source.model_fields[key].default
    match default:
        case bool():
            assert written == f"`{str(default).lower()}`"
        case int() | float():
            assert written == f"`{default}`"
        case ():
            assert written == "`[]`"


def test_the_manual_names_what_defaults_can_hold() -> None:
    part = (DOCS / "sources.md").read_text("utf-8").split("## Keys of `[defaults]`")[1].split("## ")[0]
    assert set(re.findall(r"`(\w+)`", part)) == set(Defaults.model_fields)


def test_the_manuals_toml_loads_and_holds_the_example_file(file: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / "sources.md").read_text("utf-8"), re.S)
    for block in blocks:
        assert read(file, block)
    assert (DOCS / "sources.example.toml").read_text("utf-8") in blocks


def test_the_manuals_error_is_the_real_one(file: Path) -> None:
    text = '[sources.harbour-ledger]\nhome = "https://harbour-ledger.example/"\nsitemap = []\n'
    shown = re.search(r"archive/sources\.toml, (line 3: .*?) The keys", (DOCS / "sources.md").read_text("utf-8"))
    assert shown and shown[1] in refusal(file, text)[1]


def test_a_source_is_crawled_nightly_unless_it_says_otherwise(file: Path) -> None:
    source = read(file, HEAD)["ledger"]
    assert (source.schedule, source.timezone, source.fresh_every) == ("@nightly", "UTC", None)
    text = '[defaults]\nschedule = "H 3 * * *"\ntimezone = "Europe/Berlin"\nfresh_every = 15\n'
    source = read(file, text + HEAD)["ledger"]
    assert (source.schedule, source.timezone, source.fresh_every) == ("H 3 * * *", "Europe/Berlin", 15)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('schedule = "0 25 * * *"', "'25' is no hour: it must be from 0 to 23"),
        ('schedule = "0 3 31 2 *"', "a day that never comes"),
        ("schedule = 3", "must be a cron line in quotes"),
        ('timezone = "Mars/Olympus"', "is no time zone"),
        ('timezone = "../../etc/passwd"', "is no time zone"),
        ("fresh_every = 0", "a whole number of minutes from 1 to 1440"),
        ("fresh_every = 15.5", "a whole number of minutes from 1 to 1440"),
    ],
)
def test_a_time_that_is_none_is_a_mistake_with_its_line(file: Path, line: str, why: str) -> None:
    with pytest.raises(SourceFileError, match="line 3") as error:
        read(file, HEAD + line)
    assert why in str(error.value)
