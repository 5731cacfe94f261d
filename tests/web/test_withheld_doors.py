"""What is withheld is behind no door: whoever walks every link and asks every list meets neither name nor address."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from prometheus_client import generate_latest
from starlette.testclient import TestClient

from crawler.metrics.figures import Figures
from storage import withheld_log
from storage.archive import Archive
from storage.folder import Folder
from storage.queue import Queue
from tests.web.made_up import COPY, DAY, GONE, START, VERSIONS, Frozen, harbour
from tests.web.serving import client_of, form_token_of
from web.app import create_app

LAST = START + VERSIONS * DAY
# The source of that name, a page of another one by its address and its title, and a snapshot's headline.
HIDDEN = re.compile(r"\bwire\b|harbour/gone|The boats are counted")
LISTS = (
    "sources", "runs", "status", "jobs", "changes", "pages", "stories", "takedowns", "search?q=boats", "search?q=quay",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    made = harbour(tmp_path_factory.mktemp("harbour") / "archive")
    queue = Queue(Archive.open(made.path))
    for url in (GONE, COPY, "https://ledger.example/asked"):
        queue.ask(url, now=START)
    queue.close()
    withheld_log.withhold(made, GONE, source=None, reason="A court said so")
    withheld_log.withhold(made, None, source="wire", reason="Its publisher objects")
    return made


@pytest.fixture(scope="module")
def client(folder: Folder) -> Iterator[TestClient]:
    with client_of(create_app(folder, clock=Frozen(when=LAST)), follow_redirects=False) as made:
        yield made


def walk(client: TestClient) -> dict[str, str]:
    """Every page that a link of another one leads to, from the front page on."""
    found: dict[str, str] = {}
    left = [
        "/",
        "/?day=2026-03-02",
        "/?day=2026-03-03",
        "/?day=2026-03-04",
        "/search?q=boats",
        "/search?q=quay&scope=all",
    ]
    while left:
        path = left.pop()
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = answer.text
        if answer.headers["content-type"].startswith("text/html"):
            links = {unescape(link).partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', answer.text)}
            # The days before a day have no end.
            left += [link for link in links if link not in found and link not in left and "?day=" not in link]
    return found


def test_no_link_leads_to_what_is_withheld_and_no_page_names_it(client: TestClient) -> None:
    found = walk(client)
    assert len(found) > 60
    assert [(path, said[0]) for path, text in found.items() if (said := HIDDEN.search(unescape(text)))] == []


def test_no_list_for_programs_names_it(client: TestClient) -> None:
    for name in LISTS:
        answer = client.get(f"/api/v1/{name}")
        assert answer.status_code == 200, name
        assert not HIDDEN.search(answer.text), name
    jobs = client.get("/api/v1/jobs").json()["items"]
    assert [one["url"] for one in jobs] == ["https://ledger.example/asked"]


def test_the_metrics_do_not_name_it(folder: Folder) -> None:
    said = generate_latest(Figures(folder, lambda: 0)).decode()
    assert 'source="ledger"' in said
    assert not HIDDEN.search(said)


@pytest.mark.parametrize(
    "path",
    [
        f"/page?url={quote(GONE, safe='')}", "/sources/wire", "/queue/1", "/queue/2", "/api/v1/jobs/1",
        "/api/v1/sources/wire", "/feeds/all.atom?source=wire", "RUN", "/api/v1RUN",
    ],
)  # fmt: skip
def test_who_asks_for_it_by_its_name_gets_the_reason(client: TestClient, folder: Folder, path: str) -> None:
    run = next(one["run"] for one in Archive.open(folder.path).status()["runs"] if one["source"] == "wire")
    answer = client.get(path.replace("RUN", f"/runs/{run}"))
    assert answer.status_code == 451
    assert ("A court said so" in answer.text) != ("Its publisher objects" in answer.text)


def test_who_asks_for_a_source_that_there_is_not_is_told_of_those_that_are_shown(client: TestClient) -> None:
    asked = ("/changes", "/gone", "/search", "/feeds/all.atom", "/api/v1/changes", "/api/v1/takedowns")
    for path in ("/sources/wyre", "/api/v1/sources/wyre", *(f"{one}?source=wyre" for one in asked)):
        text = client.get(path).text
        assert not HIDDEN.search(text.replace("wyre", "")), path
    assert "there are: ledger)" in client.get("/api/v1/sources/wyre").json()["detail"]


def test_it_is_not_taken_onto_the_queue(client: TestClient) -> None:
    form: Any = {"url": f"{GONE}#top", "form_token": form_token_of(client)}
    answer = client.post("/queue", data=form)
    assert answer.status_code == 451
    assert "A court said so" in answer.text
    assert client.post("/api/v1/archive", json={"url": GONE}).status_code == 451


def test_plots_do_not_count_it(client: TestClient) -> None:
    # Three pages were new on the first day and one on the second, of which two are withheld.
    assert "2 new articles and 11 edits" in client.get("/").text


def test_its_owner_is_told_of_it_on_the_command_line(folder: Folder) -> None:
    state = Archive.open(folder.path).status()
    assert {one["source"]: one["withheld_since"] is not None for one in state["sources"]} == {
        "ledger": False,
        "wire": True,
    }
    assert any(one["source"] == "wire" for one in state["runs"])


def test_a_damaged_record_tells_no_path(tmp_path: Path, site: Any, backissue: Any) -> None:
    done = backissue.archived(site.url("/story/one"))
    (file,) = (backissue.archive / "warc").glob("*.warc.gz")
    file.write_bytes(bytes(len(file.read_bytes())))
    stamp = "".join(sign for sign in done[site.url("/story/one")]["captured_at"] if sign.isdigit())
    with client_of(create_app(backissue.archive)) as client:
        answer = client.get(f"/web/{stamp}id_/{site.url('/story/one')}")
    assert answer.status_code == 500
    assert "is damaged" in answer.json()["detail"]
    assert str(backissue.archive) not in answer.text
    assert file.name not in answer.text
