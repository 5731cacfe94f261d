"""No page is larger than 100 KB with its styles, whatever somebody wrote; what is long goes on in a next part."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from storage.archive import Archive
from storage.folder import Folder
from storage.queue import Queue
from tests.web.browser import chromium
from tests.web.made_up import DAY, LINES, START, Frozen, MadeUp
from tests.web.serving import client_of, served
from web.app import create_app

NAME = "ledger"
BOOK = "https://ledger.example/book"
MANY = "https://ledger.example/many"
PARAGRAPH = " ".join(LINES)
# Two million characters, of which some are written longer in a page; and a quarter of them for the ordinary suite.
TEXT = [f"{number} of the book & its <pages>: {PARAGRAPH}" for number in range(2_900)]
SHORT = 700
# One paragraph without an end, and a word without one.
ENDLESS = " ".join([PARAGRAPH] * 250) + " " + "\N{KATAKANA LETTER A}" * 30_000
TITLE = 'He said "no" & left. ' * 100
LONG = "https://ledger.example/" + "\N{CYRILLIC SMALL LETTER A}" * 200 + "?" + "q&" * 200 + "{}"


def made_of(path: Path) -> Folder:
    """A book in two editions; a page in many versions; and sixty pages with headlines and addresses without an end."""
    made = MadeUp(path)
    publish(made, TEXT[:SHORT])
    first = made.begin(NAME, START)
    for number in range(60):
        at = START + timedelta(seconds=number)
        made.sees(
            first, LONG.format(number), at, title=f"{TITLE}{number}", authors=[TITLE] * 3,
            lines=(*LINES, f"It is {number}."),
        )  # fmt: skip
    made.end(first, START + timedelta(hours=1))
    for number in range(110):
        crawl = made.begin(f"{NAME} {number:03}" if number else NAME, START + number * DAY)
        at = START + DAY + timedelta(hours=number)
        made.sees(crawl, MANY, at, title=f"{TITLE}{number}", lines=(*LINES, f"Version {number}"))
        if number < 60:
            for day in range(2):
                made.visit(crawl, LONG.format(number), at + day * DAY, status=404)
        made.end(crawl, at, error=f"It failed. {TITLE}" * 3, state="failed")
    made.link()
    made.close()
    queue = Queue(Archive.open(made.folder.path))
    for number in range(40):
        queue.ask(f"{LONG.format(number)}new", now=START)
    queue.close()
    return made.folder


def publish(made: MadeUp, text: list[str]) -> None:
    """The book, and its second edition."""
    first = made.begin(NAME, START)
    made.sees(first, BOOK, START, title=TITLE, lines=[*text, ENDLESS], captions=[PARAGRAPH] * 90, cut=ENDLESS)
    made.end(first, START + timedelta(hours=1))
    edition = made.begin(NAME, START + 200 * DAY)
    edited = [line if number % 3 else line.replace("mend", "pull down") for number, line in enumerate(text)]
    edited.append(ENDLESS.replace("quay", "mole"))
    made.sees(edition, BOOK, START + 200 * DAY, title=f"New: {TITLE}", lines=edited, authors=[TITLE] * 3)
    made.end(edition, START + 201 * DAY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return made_of(tmp_path_factory.mktemp("long") / "archive")


@pytest.fixture(scope="module")
def client(folder: Folder) -> Iterator[TestClient]:
    with client_of(create_app(folder, clock=Frozen(when=START + 202 * DAY))) as made:
        yield made


def links(text: str) -> list[str]:
    return [unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', text)]


def size(client: TestClient, answer: Any) -> int:
    return len(answer.content) + len(client.get("/static/style.css").content)


def newest(client: TestClient) -> tuple[int, int]:
    """The book's two snapshots."""
    page = client.get("/api/v1/history", params={"url": BOOK}).json()["items"]
    numbers = sorted(one["snapshot"] for one in page)
    return numbers[0], numbers[-1]


def walk(client: TestClient, path: str, most: int = 200) -> Iterator[tuple[str, str]]:
    """A page and those that its links to the next part lead to."""
    for _ in range(most):
        text = client.get(path).text
        yield path, text
        following = re.search(r'<a (?:rel="next" )?href="([^"]*)">(?:The next part|Older|More)</a>', text)
        if following is None:
            return
        path = unescape(following[1])
    raise AssertionError(f"{path} has no end")


@pytest.mark.parametrize(
    "path",
    [
        "/new", "/changes", "/gone", "/stories", "/sources", f"/page?url={quote(MANY, safe='')}", "/runs", "/queue",
        f"/sources/{NAME}", "/search?q=quay&scope=all",
    ],
)  # fmt: skip
def test_a_list_of_what_is_long_is_in_parts_and_leaves_nothing_out(client: TestClient, path: str) -> None:
    found = list(walk(client, path))
    sheet = len(client.get("/static/style.css").content)
    assert [(at, len(text)) for at, text in found if len(text.encode()) + sheet > 100_000] == []
    items = {
        "/new": 62, "/gone": 60, "/sources": 110, f"/page?url={quote(MANY, safe='')}": 110, f"/sources/{NAME}": 62,
        "/queue": 40,
    }  # fmt: skip
    if path in items:
        entry = r'<li class="item">|<p class="when">|<tr><th scope="row"[^>]*><a href="/(?:queue|sources)'
        assert sum(len(re.findall(entry, text)) for _, text in found) == items[path]


def test_every_page_that_is_linked_fits(client: TestClient) -> None:
    old, new = newest(client)
    left = ["/", f"/snapshots/{old}", f"/compare?from={old}&to={new}", f"/queue?url={'%26' * 2500}",
            f"/search?q={'%22' * 900}&source={'%26' * 900}"]  # fmt: skip
    seen: dict[str, int] = {}
    while left and len(seen) < 250:
        path = left.pop(0)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            seen[path] = size(client, answer)
            kinds = {re.sub(r"\d+|url=.*|q=.*", "", one) for one in [*seen, *left]}
            # One of a kind, and not all days.
            for link in links(answer.text):
                kind = re.sub(r"\d+|url=.*|q=.*", "", link)
                if "part=all" not in link and kind not in kinds:
                    left.append(link)
                    kinds.add(kind)
    assert len(seen) > 25
    assert {path: size for path, size in seen.items() if size > 100_000} == {}


def blocks(text: str) -> list[str]:
    text = text.partition('class="text"')[2] or text.partition('id="captions"')[2]
    return [unescape(one) for one in re.findall(r'<(?:p|li)[^>]* dir="auto">([^<]*)</', text)]


def read_through(client: TestClient, lines: list[str]) -> None:
    """The book part by part, without a word lost."""
    old, _ = newest(client)
    found = list(walk(client, f"/snapshots/{old}"))
    assert len(lines) / 80 < len(found) < len(lines) / 30
    assert all(size(client, client.get(path)) <= 100_000 for path, _ in found)
    assert "".join("".join(blocks(text)) for _, text in found).replace(" ", "") == "".join(
        [*lines, ENDLESS, *[PARAGRAPH] * 90]
    ).replace(" ", "")
    anchors = [int(one) for _, text in found for one in re.findall(r' id="b(\d+)"', text)]
    assert anchors == sorted(set(anchors))
    assert len(anchors) == len(lines) + 1 + 90
    second = found[1][1]
    assert "Part 2 of " in second
    assert "The part before" in second
    whole = client.get(f"/snapshots/{old}?part=all").text
    assert blocks(whole)[: len(lines)] == lines
    assert client.get(f"/snapshots/{old}?cut=1&part=2").text.count("Cut: ") > 0


def compare_through(client: TestClient, lines: list[str]) -> None:
    """The two editions part by part."""
    old, new = newest(client)
    path = f"/compare?from={old}&to={new}"
    found = list(walk(client, path))
    assert len(found) > len(lines) / 200
    assert all(len(text.encode()) < 86_000 for _, text in found)
    told = " ".join(text for _, text in found)
    assert told.count("pull down") >= len(lines) // 3
    assert all(f"{number} of the book" in told for number in range(0, len(lines), 3))
    for more in ("&view=side", "&whole=1", "&whole=1&view=side"):
        text = client.get(path + more).text
        count = int(re.findall(r"Part 1 of (\d+)", text)[0])
        for part in (1, 2, count // 2, count):
            answer = client.get(f"{path}{more}&part={part}")
            assert (answer.status_code, size(client, answer) <= 100_000) == (200, True), (more, part)
        # A word without an end is in several pieces, and the last of it is in the last part.
        assert "\N{KATAKANA LETTER A}" * 100 in answer.text


def test_a_long_article_is_read_part_by_part_without_a_word_lost(client: TestClient) -> None:
    read_through(client, TEXT[:SHORT])


def test_a_long_comparison_is_read_part_by_part(client: TestClient) -> None:
    compare_through(client, TEXT[:SHORT])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_article_of_two_megabytes_is_read_and_compared_part_by_part(tmp_path: Path) -> None:
    made = MadeUp(tmp_path / "archive")
    publish(made, TEXT)
    made.close()
    assert sum(map(len, TEXT)) > 1_900_000
    with client_of(create_app(made.folder, clock=Frozen(when=START + 202 * DAY))) as client:
        read_through(client, TEXT)
        compare_through(client, TEXT)


@pytest.mark.parametrize("part", ["0", "x", "-1", "99999", "1e3", "\N{ARABIC-INDIC DIGIT TWO}", "9" * 40])
def test_a_part_that_there_is_not_is_refused(client: TestClient, part: str) -> None:
    old, new = newest(client)
    for path in (f"/snapshots/{old}?part={part}", f"/compare?from={old}&to={new}&part={part}"):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "a part from 1 to" in unescape(answer.text)


def test_parts_are_walked_in_a_browser_without_scripts_and_the_whole_is_printed(folder: Folder) -> None:
    with chromium() as browser, served(create_app(folder, clock=Frozen(when=START + 202 * DAY))) as address:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
        page: Page = context.new_page()
        page.goto(f"{address}/snapshots/1")
        page.get_by_role("link", name="The next part").first.click()
        assert page.url.endswith("/snapshots/1?part=2")
        assert page.locator(".text p").count() > 20
        page.get_by_role("link", name="All of it, to print").first.click()
        assert page.locator(".text p").count() > SHORT
        page.go_back()
        assert page.url.endswith("part=2")
        context.close()
