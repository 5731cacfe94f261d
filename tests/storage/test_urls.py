"""Which URLs are one page. The groups are data: `url_groups.txt`."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from storage.errors import InvalidURL, UrlRulesError
from storage.url_rules import OWN_FILE, read_url_rules
from storage.urls import host, key, parsed, site, use_rules_of, without_fragment

LINES = [
    line
    for line in Path(__file__).with_name("url_groups.txt").read_text(encoding="utf-8").splitlines()
    if line and line[0] in "=!"
]
SHARED = Path(__file__).resolve().parents[3] / "shared" / "hostile"
HOSTILE = Path(os.environ.get("BACKISSUE_HOSTILE") or SHARED) / "url" / "urltestdata.json"


@pytest.mark.parametrize("line", LINES)
def test_a_group_of_urls_is_one_page_or_as_many_as_it_has(line: str) -> None:
    sign, *urls = line.split()
    assert len({key(url) for url in urls}) == (1 if sign == "=" else len(urls)), [key(url) for url in urls]


def test_there_are_enough_groups_and_half_of_them_stay_apart() -> None:
    counted = Counter(line[0] for line in LINES)
    assert sum(counted.values()) >= 120
    assert abs(counted["="] - counted["!"]) < 12


def test_a_key_is_not_what_is_fetched() -> None:
    url = "https://m.example.com/Story/amp?utm_source=rss&id=5#top"
    assert without_fragment(url) == "https://m.example.com/Story/amp?utm_source=rss&id=5"
    assert key(url) == "example.com/Story?id=5"


def test_the_site_of_a_wrapper_is_that_of_the_page_inside() -> None:
    assert site("https://www.google.com/amp/s/news.example.co.uk/story") == "example.co.uk"


@pytest.mark.parametrize(
    "url", ["http://", "http://exa mple.com/", "http://f:b/c", "http://[::1", "http://1.2.3.4.5/", "ftp://example.com/",
            "http://a%00b.com/", "http://user:secret@example.com/", "http://example.com:0/", "//example.com", "",
            "http://example.com/" + "a" * 3000],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused_without_its_secrets(url: str) -> None:
    for function in (parsed, key, without_fragment):
        with pytest.raises(InvalidURL) as refused:
            function(url)
        assert "secret" not in str(refused.value)


@pytest.mark.skipif(not HOSTILE.is_file(), reason=f"the hostile input of {HOSTILE} is not here")
def test_hosts_are_those_of_the_url_standard() -> None:
    wrong = []
    for case in json.loads(HOSTILE.read_text(encoding="utf-8")):
        if not isinstance(case, dict):
            continue
        if not case.get("failure") and not (
            case["protocol"] in ("http:", "https:") and case["input"].strip().lower().startswith("http")
        ):
            continue
        try:
            found = host(case["input"])
        except InvalidURL:
            found = None
        # "http:path" is relative to a base of the same scheme, and we take absolute URLs only.
        relative = "//" not in case["input"].replace("\\", "/")[:10] and case.get("base")
        if found != case.get("host") and not relative:
            wrong.append((case["input"], case.get("host"), found))
    assert wrong == []


def test_another_file_of_rules_takes_the_place_of_ours(tmp_path: Path) -> None:
    ours = use_rules_of(tmp_path)
    rules = {"providers": {"all": {"urlPattern": ".*", "rules": ["cid"], "referralMarketing": ["utm_source"]}}}
    (tmp_path / "url-rules.json").write_text(json.dumps(rules))
    try:
        assert use_rules_of(tmp_path) != ours
        assert key("https://example.com/a?cid=1&utm_source=b") == "example.com/a?utm_source=b"
    finally:
        (tmp_path / "url-rules.json").unlink()
        assert use_rules_of(tmp_path) == ours
    assert key("https://example.com/a?cid=1&utm_source=b") == "example.com/a?cid=1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no json", "not JSON"),
        ('{"providers": {"a": {"rules": ["x"]}}}', "no urlPattern"),
        ('{"providers": {"a": {"urlPattern": "(", "rules": []}}}', "a pattern that is none"),
        ('{"providers": {"a": {"urlPattern": ".*", "rules": "x"}}}', "not a list"),
        ('{"providers": {"a": {"urlPattern": ".*", "redirections": ["x"]}}}', "no group"),
        ('{"providers": {"a": {"urlPattern": ".*", "rulez": []}}}', "does not know"),
    ],
)
def test_a_mistake_in_a_file_of_rules_is_named(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "url-rules.json").write_text(text)
    with pytest.raises(UrlRulesError, match=why):
        use_rules_of(tmp_path)


def test_our_rules_hold_no_parameter_of_any_site_that_is_an_article_on_some() -> None:
    globals_ = read_url_rules(OWN_FILE).providers[0].names
    assert globals_ is not None
    for name in ("cid", "sid", "ref", "source", "at", "id", "p", "page", "v", "s", "t", "q", "story", "mod", "st"):
        assert not globals_.fullmatch(name)
