"""Sources behind a proxy: names are looked up there, nothing goes past it, and its password stays here."""

import gzip
import json
from typing import Any

import pytest

NAME = "news.brackwater.org"
STORY = "/story/behind-the-wall"


def configure(backissue: Any, more: str, *, scheme: str = "http") -> None:
    backissue.archive.mkdir(parents=True, exist_ok=True)
    text = f'[sources.paper]\nhome = "{scheme}://{NAME}/"\nsitemaps = ["{scheme}://{NAME}/map.xml"]\ndelay = 0\n'
    (backissue.archive / "sources.toml").write_text(text + more, encoding="utf-8")


def publish(site: Any, *urls: str) -> None:
    items = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    site.made["/map.xml"] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</urlset>'.encode()


def outcomes(backissue: Any) -> dict[str, dict[str, Any]]:
    done = backissue("crawl", "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return {row["url"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("kind", ["socks5h", "socks5"])
def test_socks_looks_the_name_up_and_the_capture_is_as_ever(site: Any, socks: Any, backissue: Any, kind: str) -> None:
    socks.login = ("reader", "pa:ss word")
    publish(site, f"http://{NAME}{STORY}")
    configure(backissue, f'proxy = "{kind}://reader:pa%3Ass%20word@127.0.0.1:{socks.port}"\n')
    row = outcomes(backissue)[f"http://{NAME}{STORY}"]
    assert (row["outcome"], row["title"]) == ("new", "Story behind-the-wall")
    assert set(socks.asked) == {(NAME, 80)}
    records = b"".join(gzip.decompress(file.read_bytes()) for file in (backissue.archive / "warc").iterdir())
    assert b"WARC-IP-Address" not in records


def test_an_http_proxy_does_the_same(site: Any, http_proxy: Any, backissue: Any) -> None:
    http_proxy.login = ("reader", "secret")
    publish(site, f"http://{NAME}{STORY}")
    configure(backissue, f'proxy = "http://reader:secret@127.0.0.1:{http_proxy.port}"\n')
    assert outcomes(backissue)[f"http://{NAME}{STORY}"]["outcome"] == "new"
    assert set(http_proxy.asked) == {(NAME, 80)}


@pytest.mark.usefixtures("certified")
@pytest.mark.parametrize("kind", ["socks5h", "http"])
def test_https_goes_through_as_well_and_the_certificate_is_checked(
    site: Any, socks: Any, http_proxy: Any, backissue: Any, kind: str
) -> None:
    proxy = socks if kind == "socks5h" else http_proxy
    proxy.names[NAME, 443] = site.server_address[1]
    proxy.names["other.brackwater.org", 443] = site.server_address[1]
    wrong = f"https://other.brackwater.org{STORY}"
    publish(site, f"https://{NAME}{STORY}", wrong)
    configure(backissue, f'proxy = "{kind}://127.0.0.1:{proxy.port}"\n', scheme="https")
    rows = outcomes(backissue)
    assert rows[f"https://{NAME}{STORY}"]["outcome"] == "new"
    assert rows[wrong]["outcome"] == "failed"


def test_what_leads_into_a_network_is_refused_though_the_proxy_itself_is_on_this_machine(
    site: Any, socks: Any, backissue: Any
) -> None:
    inside = [
        site.url(STORY),
        f"http://127.0.0.1:{socks.port}/story/inside",
        "http://localhost/story/a",
        "http://printer.local/story/b",
    ]
    publish(site, f"http://{NAME}{STORY}", *inside)
    configure(backissue, f'proxy = "socks5h://127.0.0.1:{socks.port}"\n')
    rows = outcomes(backissue)
    assert {rows[url]["outcome"] for url in inside} == {"refused"}
    assert rows[f"http://{NAME}{STORY}"]["outcome"] == "new"
    assert set(socks.asked) == {(NAME, 80)}


@pytest.mark.parametrize("kind", ["socks5h", "http"])
def test_a_proxy_that_is_not_there_is_named_without_its_password(
    site: Any, backissue: Any, closed_proxy: int, kind: str
) -> None:
    configure(backissue, f'proxy = "{kind}://reader:hunter2@127.0.0.1:{closed_proxy}"\n')
    done = backissue("crawl")
    assert done.returncode == 1
    assert f"The proxy 127.0.0.1:{closed_proxy} did not let the request through" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert site.hits == []


def test_a_host_that_the_proxy_does_not_find_fails_and_others_go_on(site: Any, socks: Any, backissue: Any) -> None:
    lost = "http://gone.brackwater.org/a"
    publish(site, lost, f"http://{NAME}{STORY}")
    configure(backissue, f'proxy = "socks5://127.0.0.1:{socks.port}"\n')
    rows = outcomes(backissue)
    assert rows[lost]["outcome"] == "failed"
    assert "Host unreachable" in rows[lost]["error"]
    assert rows[f"http://{NAME}{STORY}"]["outcome"] == "new"


def test_what_the_environment_names_is_no_proxy(site: Any, backissue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert backissue.archived(site.url(STORY), code=0)[site.url(STORY)]["outcome"] == "new"
