"""Every page shows what the archive holds, and says in a sentence what it has not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from storage import queue, withholding
from storage.folder import Folder
from tests.web.made_up import DAY, GONE, PLEA, QUAY, START, VERSIONS, Frozen, MadeUp, harbour
from tests.web.serving import client_of, form_token_of
from web.app import create_app
from web.settings import Settings

LAST = START + VERSIONS * DAY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return harbour(tmp_path_factory.mktemp("harbour") / "archive")


@pytest.fixture
def client(folder: Folder) -> Iterator[TestClient]:
    app = create_app(folder, clock=Frozen(when=LAST))
    with client_of(app) as made:
        yield made


def text_of(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert len(answer.content) + len(client.get("/static/style.css").content) < 100_000
    return answer.text


def test_a_day_shows_what_changed_and_what_is_new_and_gone(client: TestClient) -> None:
    first = text_of(client, "/?day=2026-03-02")
    assert "Monday, 2 March 2026" in first
    assert "The boats are counted" in first
    assert "No edit was seen on this day." in first
    second = text_of(client, "/?day=2026-03-03")
    assert "answers 404, not found" in second
    assert "On day 1 the treasurer" in second
    assert "Nothing new was captured" not in second  # the wire's copy


def test_without_a_day_the_last_one_with_a_run_is_shown(client: TestClient) -> None:
    assert "Friday, 13 March 2026" in text_of(client, "/")


def test_a_failed_crawl_stands_at_the_top_of_the_front_page(client: TestClient) -> None:
    shown = text_of(client, "/")
    assert "What looks wrong" in shown
    assert "the disk was full" in shown


def test_a_page_shows_each_of_its_versions_and_edits(client: TestClient) -> None:
    shown = text_of(client, f"/page?url={quote(QUAY, safe='')}")
    assert f"{VERSIONS} snapshots" in shown
    assert shown.count('<p class="when">') == VERSIONS
    assert "11 edits from 2 Mar 2026 to 13 Mar 2026" in shown
    assert "Ada Okonkwo, Lev Brandt" in shown
    assert "Other pages have this text" in shown


def test_a_page_that_is_gone_says_so_at_its_top(client: TestClient) -> None:
    shown = text_of(client, f"/page?url={quote(GONE, safe='')}")
    assert "This page is gone: it answers 404, not found" in shown


def test_a_snapshot_shows_its_text_and_what_was_cut_only_when_asked(client: TestClient) -> None:
    plain, whole = text_of(client, "/snapshots/1"), text_of(client, "/snapshots/1?cut=1")
    assert "The eastern quay at low tide" in plain
    assert "1 passage was cut" in plain
    assert PLEA not in plain
    assert PLEA in whole
    assert "Cut: repeated on 9 other articles of the site" in whole
    assert ".warc.gz" in plain


def test_any_two_snapshots_are_compared_as_one_text_or_side_by_side(client: TestClient) -> None:
    one, side = text_of(client, "/compare?from=1&to=6"), text_of(client, "/compare?from=1&to=6&view=side")
    for shown in (one, side):
        assert "<ins>" in shown
        assert "treasurer of the harbour" in shown
    assert '<table class="diff side">' in side
    assert '<table class="diff side">' not in one
    assert "unchanged" in one
    assert LINE_IN_THE_MIDDLE in text_of(client, "/compare?from=1&to=6&whole=1")
    assert LINE_IN_THE_MIDDLE not in one
    swapped = text_of(client, "/compare?from=6&to=1")
    assert "<del>" in swapped


LINE_IN_THE_MIDDLE = "Fishermen had asked for the repair"


def test_the_form_to_pick_two_snapshots_works_without_a_script(client: TestClient) -> None:
    shown = text_of(client, f"/page?url={quote(QUAY, safe='')}")
    assert '<form class="filters pick" method="get" action="/compare">' in shown
    assert shown.count("<script") == 0


def test_changes_can_be_filtered(client: TestClient) -> None:
    assert text_of(client, "/changes").count('<li class="item">') == VERSIONS - 1
    assert text_of(client, "/changes?headline=1").count('<li class="item">') == 1
    assert text_of(client, "/changes?source=wire").count('<li class="item">') == 0
    assert client.get("/changes?source=nobody").status_code == 404


def test_sources_show_their_pages_runs_and_habits(client: TestClient) -> None:
    assert "ledger" in text_of(client, "/sources")
    shown = text_of(client, "/sources/ledger")
    assert "A wall at the harbour" in shown
    assert "teaser: only the beginning" in shown
    assert "How long after publication it edits" in shown
    assert "within 2 days" in shown


def test_a_story_shows_the_pages_that_have_its_text(client: TestClient) -> None:
    listed = text_of(client, "/stories")
    assert "2 pages on 2 sites" in listed
    link = listed.partition('href="/stories/')[2].partition('"')[0]
    shown = text_of(client, f"/stories/{link}")
    assert "wire.example" in shown
    assert "Had it first" in shown


def test_a_search_shows_where_it_was_found_and_when(client: TestClient) -> None:
    shown = text_of(client, "/search?q=treasurer")
    assert "1 snapshot found" in shown
    assert "<mark>treasurer</mark>" in shown
    every = text_of(client, "/search?q=treasurer&scope=all")
    assert "11 snapshots found" in every
    assert 'href="/search?q=treasurer&amp;from=2026-03&amp;to=2026-03&amp;scope=all"' in every
    assert "11 snapshots found" in text_of(client, "/search?q=treasurer&from=2026-03&to=2026-03&scope=all")
    assert "0 snapshots found" in text_of(client, "/search?q=treasurer&from=2026-04&scope=all")
    assert "0 snapshots found" in text_of(client, "/search?q=treasurer&source=wire")
    assert "Fewer words find more" in text_of(client, "/search?q=xylophone")
    assert client.get("/search?q=treasurer&from=soon").status_code == 400
    assert client.get("/search?q=treasurer&to=soon").status_code == 400
    assert client.get("/search?q=quay&after=tampered").status_code == 400
    assert client.get("/search").status_code == 200


def test_a_filter_holds_whatever_is_typed(client: TestClient) -> None:
    for typed in ('"quay', "quay) OR (boats", "quay OR boats", "((((", '")(', '"(" ) OR boats', ") boats"):
        answer = client.get("/search", params={"q": typed, "source": "wire"})
        assert answer.status_code == 200
        assert "The boats are counted" not in answer.text, typed


def test_runs_show_that_every_url_ended_in_one_outcome(client: TestClient) -> None:
    assert "failed" in text_of(client, "/runs")
    shown = text_of(client, "/runs/1")
    assert "Every URL ended in one outcome" in shown
    assert '<td class="figure">3</td>' in shown


def test_plots_can_be_read_without_eyes(client: TestClient) -> None:
    shown = text_of(client, f"/page?url={quote(QUAY, safe='')}")
    svg = shown.partition("<svg")[2].partition("</svg>")[0]
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "<desc" in svg
    assert "The size of each edit, as a table" in shown


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/page", 400),
        ("/page?url=nothing", 404),
        ("/page?url=https://nobody.example/", 404),
        ("/snapshots/999", 404),
        ("/snapshots/x", 404),
        ("/snapshots/99999999999999999999999", 404),
        ("/snapshots/-1", 404),
        ("/compare", 400),
        ("/compare?from=1&to=x", 400),
        ("/compare?from=1&to=999", 404),
        ("/?day=yesterday", 400),
        ("/?day=9999-12-31", 200),
        ("/?day=0001-01-01", 200),
        ("/new?after=x", 400),
        ("/new?after=1-1-1", 400),
        ("/new?after=999999999999999999-1", 400),
        ("/new?after=%00", 400),
        ("/stories/none", 404),
        ("/sources/none", 404),
        ("/sources/none?after=1-2", 404),
        ("/runs/0", 404),
        ("/runs/999", 404),
        ("/runs?before=x", 400),
        ("/queue/999", 404),
        ("/queue/x", 404),
        ("/static/../app.py", 404),
        ("/static/..%2fapp.py", 404),
        ("/nowhere", 404),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert "Traceback" not in answer.text
    if status != 200:
        assert "<h1>" in answer.text


def test_what_is_not_there_is_told_to_a_reader_who_has_no_command_line(client: TestClient) -> None:
    for path in ("/snapshots/999", "/page?url=https://never.example/", "/runs/999", "/stories/none"):
        text = client.get(path).text
        assert "The archive holds nothing for" in text
        assert "Search for it" in text
        assert "backissue" not in text.partition("<main")[2]


def test_a_long_list_goes_on_where_its_link_says(tmp_path: Path) -> None:
    made = MadeUp(tmp_path / "archive")
    crawl = made.begin("ledger", START)
    for number in range(120):
        lines = [f"{line} It was number {number} of them." for line in ("One line is enough for a page here.",)]
        url = f"https://ledger.example/{number}"
        made.sees(crawl, url, START + timedelta(seconds=number), title=f"Page {number}", lines=lines)
    made.end(crawl, START + DAY)
    made.close()
    with client_of(create_app(made.folder)) as client:
        seen: list[str] = []
        path = "/new"
        while path:
            shown = text_of(client, path)
            seen += [part.partition("</a>")[0].rpartition(">")[2] for part in shown.split('<h2 class="headline"')[1:]]
            more = shown.partition('rel="next" href="')[2].partition('"')[0]
            path = more.replace("&amp;", "&")
    assert seen == [f"Page {number}" for number in reversed(range(120))]


def test_an_answer_is_kept_until_the_archive_changes(tmp_path: Path) -> None:
    folder = harbour(tmp_path / "archive")
    with client_of(create_app(folder, clock=Frozen(when=LAST))) as client:
        first = client.get("/snapshots/1")
        tag = first.headers["etag"]
        assert client.get("/snapshots/1", headers={"If-None-Match": tag}).status_code == 304
        made = MadeUp(folder.path)
        crawl = made.begin("ledger", LAST)
        made.sees(crawl, "https://ledger.example/late", LAST, title="A late page", lines=LATE)
        made.transact(
            lambda c: withholding.add(
                c,
                withholding.Withholding(
                    kind="snapshot", target=1, name="1", reason="A court has ordered it", withheld_at=LAST
                ),
            )
        )
        made.close()
        assert "A late page" in client.get("/new").text
        refused = client.get("/snapshots/1", headers={"If-None-Match": tag})
        assert refused.status_code == 451
        assert "A court has ordered it" in refused.text
        page = client.get(f"/page?url={quote(QUAY, safe='')}").text
        assert "Snapshot 1 of" in page
        assert 'href="/snapshots/1"' not in page


LATE = ("The late boat came in at nine, with nobody on deck but the dog of the harbour master, who barked once.",)


def test_a_page_is_asked_for_by_a_form_and_goes_on_the_queue(tmp_path: Path) -> None:
    folder = harbour(tmp_path / "archive")
    with client_of(create_app(folder), follow_redirects=False) as client:
        sent = form_token_of(client)
        asked = client.post("/queue", data={"form_token": sent, "url": " https://ledger.example/asked#part "})
        assert asked.status_code == 303
        shown = client.get(asked.headers["location"])
        assert "Waiting" in shown.text
        assert shown.headers["refresh"] == "3"
        assert "refresh" not in client.get(asked.headers["location"] + "?still=1").headers
        again = client.post("/queue", data={"form_token": sent, "url": "http://www.ledger.example/asked"})
        assert again.headers["location"] == asked.headers["location"]
        for wrong in ("hello", "", "javascript:alert(1)", "file:///etc/passwd", "https://" + "a" * 3000):
            refused = client.post("/queue", data={"form_token": sent, "url": wrong})
            assert refused.status_code == 400
            assert 'role="alert"' in refused.text
        assert client.post("/queue", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
        assert client.post("/queue/1").status_code == 405


def test_a_queue_that_is_full_takes_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = harbour(tmp_path / "archive")
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    with client_of(create_app(folder), follow_redirects=False) as client:
        sent = form_token_of(client)
        codes = [
            client.post("/queue", data={"form_token": sent, "url": f"https://ledger.example/{n}"}).status_code
            for n in range(3)
        ]
    assert codes == [303, 303, 503]


def test_what_is_shown_read_only_has_no_form(folder: Folder) -> None:
    with client_of(create_app(folder, settings=Settings(read_only=True))) as client:
        assert client.get("/queue").status_code == 403
        assert client.post("/queue", data={"url": "https://ledger.example/"}).status_code == 403
        assert "/queue" not in client.get("/").text
