"""In a real Chromium: nothing that axe-core calls serious, nothing from other hosts, no sideways scroll on a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

from storage.queue import Queue
from tests.web.browser import Watched, chromium
from tests.web.made_up import DAY, GONE, QUAY, START, VERSIONS, Frozen, harbour
from tests.web.serving import served
from web.app import create_app
from web.doors.bound import with_keys
from web.doors.keys import Keys
from web.settings import Settings

PAGE = f"/page?url={quote(QUAY, safe='')}"
PATHS = (
    "/", "/?day=2026-03-03", "/?day=2020-01-01", "/new", "/changes", "/gone", "/sources", "/sources/ledger", PAGE,
    f"/page?url={quote(GONE, safe='')}", "/snapshots/1", "/snapshots/1?cut=1", "/compare?from=1&to=6",
    "/compare?from=1&to=6&view=side&whole=1", "/search", "/search?q=treasurer&scope=all", "/search?q=xylophone",
    "/stories", "STORY", "/runs", "/runs/1", "/queue", "/queue/1", "/nowhere", "/snapshots/999",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = harbour(tmp_path_factory.mktemp("harbour") / "archive")
    app = create_app(folder, clock=Frozen(when=START + VERSIONS * DAY))
    queue: Queue = app.state.queue
    queue.ask("https://ledger.example/asked/for/at/an/address/that/is/rather/long/so/that/it/does/not/fit", now=START)
    with served(app) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as made:
        yield made


def story(page: Any, address: str) -> str:
    page.goto(f"{address}/stories")
    link: str = page.locator("main a").first.get_attribute("href")
    return link


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
def test_every_page_can_be_read_by_everybody(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme)
    watched = Watched(context)
    page, axe = watched.page, Axe()
    found = []
    for path in PATHS:
        path = story(page, address) if path == "STORY" else path
        page.goto(address + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path}: scrolls sideways")
        if page.locator("h1").count() != 1:
            found.append(f"{path}: {page.locator('h1').count()} h1")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for violation in axe.run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append(f"{path}: {violation['id']}: {violation['nodes'][0]['html']}")
    context.close()
    assert found == []
    assert watched.strangers(address) == []
    assert watched.dialogs == []
    assert [line for line in watched.said if "404" not in line] == []


def test_the_pages_can_be_walked_by_keyboard_and_without_scripts(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.goto(address + PAGE)
    page.select_option("#from", "4")
    page.select_option("#to", "6")
    page.get_by_role("button", name="Compare").click()
    assert "/compare?from=4&to=6" in page.url
    page.goto(f"{address}/search")
    page.fill("#q", "treasurer")
    page.get_by_role("button", name="Search").click()
    assert page.locator("mark").first.inner_text() == "treasurer"
    page.locator("svg a").first.click()
    assert "from=2026-03" in page.url
    page.goto(f"{address}/queue")
    page.fill("#url", "https://ledger.example/by/hand")
    page.get_by_role("button", name="Archive it").click()
    assert page.locator("h1").inner_text() == "Waiting"
    context.close()


def test_a_page_in_print_is_black_on_white(browser: Any, address: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(address + "/snapshots/1")
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert len(page.pdf()) > 5_000
    context.close()


def test_a_reader_logs_in_asks_for_a_page_and_logs_out(browser: Any, tmp_path: Path) -> None:
    folder = harbour(tmp_path / "archive")
    Keys(folder).set_password("nine herons on the quay")
    settings = with_keys(Settings(), folder)
    context = browser.new_context(viewport={"width": 360, "height": 760})
    watched, axe = Watched(context), Axe()
    page = watched.page
    with served(create_app(folder, settings=settings)) as address:
        page.goto(address + "/queue")
        for password in ("eight herons", "nine herons on the quay"):
            serious = [
                one["id"] for one in axe.run(page).response["violations"] if one["impact"] in ("serious", "critical")
            ]
            assert (serious, page.locator("h1").inner_text()) == ([], "Log in")
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Log in").click()
        page.get_by_label("Its address").fill("https://ledger.example/by/hand")
        page.get_by_role("button", name="Archive it").click()
        assert page.locator("h1").inner_text() == "Waiting"
        page.goto(address + "/login")
        assert [one["id"] for one in axe.run(page).response["violations"]] == []
        page.get_by_role("button", name="Log out").click()
        page.goto(address + "/runs")
        assert page.locator("h1").inner_text() == "Log in"
        assert page.evaluate("document.cookie") == ""
        assert watched.strangers(address) == []
    context.close()
