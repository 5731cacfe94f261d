"""What is in the archive is text: whatever a title, an author, an address, a source or a query holds, nothing runs."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from storage.folder import Folder
from tests.web.browser import Framed, Watched, chromium
from tests.web.made_up import DAY, START, Frozen, MadeUp
from tests.web.serving import client_of, served
from web.app import create_app

HOSTILE = Path(__file__).parents[3] / "shared" / "hostile"
OWN = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title><svg onload=alert(1)>",
    "</style><script>document.cookie='a=b'</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% for x in () %} ${7*7} #{7*7}",
    "<base href=//elsewhere.example/><link rel=stylesheet href=//elsewhere.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//elsewhere.example/'>",
    "]]><!--<iframe src=//elsewhere.example/></iframe>-->",
)
NAME = "\"><script>alert('source')</script>"
WIDE_LINES = ("A line that has nothing to hide stands first.", "Another one stands last, and says as little.")


def one_line(text: str) -> str:
    return " ".join(text.replace("\0", " ").split()).encode("utf-8", "ignore").decode()


def strings() -> list[str]:
    """All of them, each on one line."""
    found = list(OWN)
    if not HOSTILE.is_dir():
        pytest.skip("shared/hostile is not on this machine")
    found += json.loads((HOSTILE / "blns" / "blns.json").read_text(encoding="utf-8"))
    for file in sorted((HOSTILE / "xss").glob("*.txt")):
        found += file.read_text(encoding="utf-8", errors="replace").splitlines()
    return list(dict.fromkeys(filter(None, map(one_line, found))))


def made_of(path: Path, texts: Sequence[str]) -> Folder:
    """An archive in which each text is a title, an author and an address, and all of them are one article."""
    made = MadeUp(path)
    crawl = made.begin(NAME, START)
    for number, text in enumerate(texts):
        at = START + timedelta(seconds=number)
        made.sees(
            crawl, f"https://ledger.example/{number}?q={quote(text, safe='')[:1500]}", at, title=text,
            authors=(text,), lines=(f"{number}. {text}",), captions=(text,), cut=text,
        )  # fmt: skip
    made.end(crawl, START + timedelta(hours=1))
    later = made.begin(NAME, START + DAY)
    for day, lines in ((0, WIDE_LINES), (1, (WIDE_LINES[0], *texts, WIDE_LINES[1]))):
        at = START + DAY + timedelta(hours=day)
        made.sees(later, "https://ledger.example/all", at, title=texts[day], lines=lines, captions=texts[:50])
    made.end(later, START + 2 * DAY)
    made.close()
    return made.folder


def paths(texts: Sequence[str], count: int) -> list[str]:
    """Where they are shown; `count`: snapshots before the last two."""
    last = count + 2
    every = quote("https://ledger.example/all", safe="")
    return [
        "/", "/new", "/changes", f"/sources/{quote(NAME, safe='')}", f"/page?url={every}", f"/snapshots/{last}",
        f"/compare?from={last - 1}&to={last}", f"/compare?from={last - 1}&to={last}&view=side",
        *(f"/snapshots/{number}?cut=1" for number in range(1, count + 1)),
        *(f"/search?q={quote(text, safe='')}&source={quote(text, safe='')}" for text in texts),
        *(f"/page?url={quote(text, safe='')}" for text in texts),
        *(f"/queue?url={quote(text, safe='')}" for text in texts),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


def look(browser: Browser, folder: Folder, wanted: Sequence[str]) -> None:
    """Open pages, and see that nothing has run."""
    with served(create_app(folder, clock=Frozen(when=START + 3 * DAY))) as address:
        context = browser.new_context()
        watched = Watched(context)
        for path in wanted:
            answer = watched.page.goto(address + path, wait_until="load")
            assert answer.status < 500, path
            assert watched.page.url.startswith(address), path
            assert watched.page.locator("main").count() == 1, path
            assert watched.page.locator("script, iframe, object, embed, base").count() == 0, path
        assert watched.dialogs == []
        assert watched.strangers(address) == []
        assert context.cookies() == []
        context.close()


def test_hostile_strings_are_text_to_a_browser(browser: Browser, tmp_path: Path) -> None:
    texts = [one_line(text) for text in OWN]
    look(browser, made_of(tmp_path / "archive", texts), paths(texts, len(texts)))


def written(browser: Browser, folder: Folder, texts: Sequence[str]) -> None:
    """Every page in a frame, without any policy: nothing but how it is written holds what it says."""
    with served(create_app(folder, clock=Frozen(when=START + 3 * DAY))) as address:
        framed = Framed(browser, address, policies=False)
        framed.page.goto(f"{address}/runs")
        with client_of(create_app(folder, clock=Frozen(when=START + 3 * DAY))) as client:
            wanted = paths(texts, len(texts))
            for start in range(0, len(wanted), 200):
                some = wanted[start : start + 200]
                answers = [client.get(path) for path in some]
                assert {answer.status_code for answer in answers} <= {200, 400, 404, 414}
                found = framed.write([answer.text for answer in answers])
                assert [one for one in zip(some, found, strict=True) if one[1]] == []
                assert framed.did == []
        assert framed.context.cookies() == []
        framed.context.close()


def test_hostile_strings_stand_on_a_page_as_they_are(browser: Browser, tmp_path: Path) -> None:
    texts = strings()[::100]
    folder = made_of(tmp_path / "archive", texts)
    with client_of(create_app(folder, clock=Frozen(when=START + 3 * DAY))) as client:
        shown = client.get(f"/snapshots/{len(texts) + 2}").text
    for text in texts:
        # Jinja and the standard library write the two quotation marks in two ways.
        assert escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in shown, text
    written(browser, folder, texts)


def test_a_page_that_is_written_otherwise_would_have_been_noticed(browser: Browser) -> None:
    framed = Framed(browser, policies=False)
    framed.page.set_content("<body>")
    texts = (*OWN, "<link rel=stylesheet href=http://elsewhere.example/x.css>")
    found = framed.write([f"<!doctype html><main><p title='{text}'>{text}</p></main>" for text in texts])
    assert [number for number, bad in enumerate(found) if not bad] == [5, 6, 10]
    assert {"ran alert 1", "request http://elsewhere.example/x.css"} <= set(framed.did)
    framed.context.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_hostile_string_of_thousands_runs_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    texts = strings()
    for start in range(0, len(texts), 400):
        some = texts[start : start + 400]
        written(browser, made_of(tmp_path / f"archive-{start}", some), some)
