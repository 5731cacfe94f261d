"""Headers, cookies and passwords of a source: its site gets them, and nothing and nobody else."""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from crawler.secrets import Secrets
from storage.errors import SourceFileError
from storage.sources import Source, read_sources

CANARIES = ("canary-header-7f3a", "canary-cookie-91bd", "canary-password-c04e", "canary-renewed-55aa")
HOST = "news.brackwater.org"


def source(**more: Any) -> Source:
    return Source(
        name="paper", home="https://paper.example/", headers={"X-Key": "k"}, cookies={"a": "1", "b": "2"}, **more
    )


def test_they_go_to_the_sources_own_sites_encrypted_and_to_no_other() -> None:
    secrets = Secrets.of(source(mirrors=("http://old-paper.example:8080/copy/",)))
    seen = {
        url: secrets.may_see(url)
        for url in (
            "https://www.paper.example/a",
            "https://api.paper.example/a",
            "http://paper.example/a",
            "http://old-paper.example:8080/copy/a",
            "http://below.old-paper.example:8080/copy/a",
            "https://notpaper.example/a",
            "https://elsewhere.example/a",
            "https://paper.example.elsewhere.example/a",
            "https://paper.example@elsewhere.example/",
        )
    }
    assert [url for url, sent in seen.items() if sent] == [
        "https://www.paper.example/a",
        "https://api.paper.example/a",
        "http://old-paper.example:8080/copy/a",
    ]


def test_they_are_put_on_a_copy_and_the_request_itself_never_has_them() -> None:
    secrets = Secrets.of(source())
    request = Request("https://paper.example/a", headers={"Accept": "text/html"})
    sent = secrets.put_on(request)
    assert (sent.headers[b"X-Key"], sent.headers[b"Cookie"]) == (b"k", b"a=1; b=2")
    assert b"X-Key" not in request.headers
    assert "Cookie" not in request.headers
    assert "a=1" not in repr(secrets)


def test_a_source_shows_its_secrets_to_nobody() -> None:
    one = source(proxy="socks5://u:canary@127.0.0.1:9050")
    shown = repr(one) + str(one) + json.dumps(one.model_dump(mode="json")) + one.model_dump_json()
    assert "canary" not in shown
    assert one.model_dump(mode="json")["proxy"] == "socks5://127.0.0.1:9050"
    assert one.model_dump(mode="json")["cookies"] == {"a": "(hidden)", "b": "(hidden)"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('headers = { X-Key = "canary\\nX-Other: 1" }', "the value of X-Key must be printable ASCII"),
        ('headers = { X-Key = "canäry" }', "the value of X-Key must be printable ASCII"),
        ("headers = { X-Key = 5 }", "`headers` of source 'paper': it must be names and values"),
        ('headers = "canary"', "it must be names and values"),
        ('headers = { Cookie = "canary" }', "put cookies into `cookies`"),
        ('headers = { Accept-Encoding = "canary" }', "has to be able to read"),
        ('headers = { "X Key" = "canary" }', "'X Key' cannot be the name of a header"),
        ('cookies = { a = "canary; b=2" }', "the value of a must be printable ASCII on one line, without a semicolon"),
        ('proxy = "ftp://u:canary@127.0.0.1:1"', "it must start with http://"),
        ('proxy = "socks5://u:canary@127.0.0.1"', "it must name a host and a port"),
        ('proxy = "socks5://u:canary@127.0.0.1:99999"', "this is not the address of a proxy"),
        ('proxy = "http://u:canary@127.0.0.1:1/path"', "nothing may follow the port"),
        ("proxy = 5", "it must be an address in quotes"),
        ('contact = "a; b"', "without ( ) and ;"),
        ('mirrors = ["old.example"]', "it has no scheme"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_without_the_secret(tmp_path: Path, line: str, why: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(f'[sources.paper]\nhome = "https://paper.example/"\n{line}\n', encoding="utf-8")
    with pytest.raises(SourceFileError) as caught:
        read_sources(file)
    assert caught.value.line == 3
    assert why in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_contact_is_part_of_who_calls() -> None:
    from crawler.run_settings import settings_of

    assert settings_of(source(contact="desk@archive.example"))["USER_AGENT"].endswith("; desk@archive.example)")
    named = source(contact="desk@archive.example", user_agent="Archive/1")
    assert settings_of(named)["USER_AGENT"] == "Archive/1 (desk@archive.example)"


def test_planted_secrets_reach_the_site_and_no_file_or_line(
    site: Any, second_site: Any, socks: Any, backissue: Any, tmp_path: Path
) -> None:
    header, cookie, password, renewed = CANARIES
    socks.login = ("reader", password)
    socks.names["elsewhere.org", 80] = second_site.server_address[1]
    site.publish("/story/kept", "Kept for readers", Set_Cookie=f"session={renewed}; Path=/")
    site.refusals["/story/moved-away"] = [
        (302, {"Location": "http://elsewhere.org/story/there", "Set-Cookie": f"s={renewed}"})
    ]
    urls = "".join(
        f"<url><loc>http://{HOST}/story/{name}</loc></url>" for name in ("kept", "moved-away", "broken-off/x")
    )
    site.made["/map.xml"] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
    site.refusals["/story/broken-off/x"] = [(500, {})] * 3
    backissue.archive.mkdir(parents=True)
    toml = backissue.archive / "sources.toml"
    toml.write_text(
        f'[sources.paper]\nhome = "http://{HOST}/"\nsitemaps = ["http://{HOST}/map.xml"]\ndelay = 0\n'
        f'proxy = "socks5h://reader:{password}@127.0.0.1:{socks.port}"\n'
        f'headers = {{ X-Subscriber = "{header}" }}\ncookies = {{ session = "{cookie}" }}\n',
        encoding="utf-8",
    )
    said = ""
    for words in (
        ("-v", "crawl", "--json"),
        ("sources", "list", "--json"),
        ("export", "--format", "jsonl"),
        ("status", "--json"),
    ):
        done = backissue(*words)
        said += done.stdout + done.stderr
    assert '"outcome": "new"' in said
    assert {one["X-Subscriber"] for one in site.sent} == {header}
    assert {one["Cookie"] for one in site.sent} == {f"session={cookie}"}
    assert second_site.sent
    assert not any("X-Subscriber" in one or "Cookie" in one for one in second_site.sent)
    kept = b""
    for file in backissue.archive.rglob("*"):
        if file.is_file() and file != toml:
            data = file.read_bytes()
            kept += gzip.decompress(data) if file.suffix == ".gz" else data
    with sqlite3.connect(backissue.archive / "archive.db") as connection:
        # The index of the search is read through them.
        for function in ("search_form", "search_names"):
            connection.create_function(function, 1, lambda text: text)
        kept += "\n".join(connection.iterdump()).encode()
    assert b"Kept for readers" in kept
    for canary in CANARIES:
        assert canary not in said
        assert canary.encode() not in kept
