"""The JSON API: every answer is as its document says, lists go on by cursors, and mistakes are one sentence."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from storage.folder import Folder
from storage.withheld_log import lift, withhold
from tests.conftest import Command
from tests.web.made_up import GONE, QUAY, START, Frozen, harbour
from tests.web.serving import client_of
from web.api import OPERATIONS
from web.app import create_app
from web.settings import Settings

SHARED = Path(__file__).parents[3] / "shared" / "hostile"
API = "/api/v1"
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return harbour(tmp_path_factory.mktemp("api") / "archive")


@pytest.fixture(scope="module")
def client(folder: Folder) -> Iterator[TestClient]:
    with client_of(create_app(folder, clock=Frozen(when=START))) as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/openapi.json").json()
    return found


def story_of(client: TestClient) -> str:
    return str(client.get(f"{API}/stories").json()["items"][0]["story"])


def questions(client: TestClient) -> dict[str, str]:
    """An address for each operation that finds something."""
    of = f"url={quote(QUAY, safe='')}"
    return {
        "index": "/", "search": "/search?q=quay", "counts": "/counts?q=quay", "pages": "/pages", "page": f"/page?{of}",
        "memento": f"/memento?{of}&at=2026-03-05", "history": f"/history?{of}&limit=3", "snapshot": "/snapshots/1",
        "blame": f"/blame?{of}", "first-seen": f"/first-seen?{of}&phrase=day+3", "changes": "/changes?limit=2",
        "takedowns": "/takedowns?since=2026", "diff": "/diff?from=1&to=5", "stories": "/stories",
        "story": f"/stories/{story_of(client)}", "sources": "/sources", "source": "/sources/ledger",
        "runs": "/runs?limit=3", "run": "/runs/1", "status": "/status", "jobs": "/jobs", "job": "/jobs/1",
    }  # fmt: skip


def validator(document: dict[str, Any], name: str) -> Any:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def test_every_operation_answers_as_its_document_says(client: TestClient, document: dict[str, Any]) -> None:
    asked = client.post(f"{API}/archive", content=json.dumps({"url": "https://ledger.example/new"}), headers=JSON)
    assert asked.status_code == 202
    assert asked.headers["location"] == f"{API}/jobs/{asked.json()['id']}"
    validator(document, "Job").validate(asked.json())
    paths = questions(client)
    names = {one["get"]["operationId"]: one["get"] for one in document["paths"].values() if "get" in one}
    assert set(paths) == set(names) == {"index", *(one.name for one in OPERATIONS)}
    for name, path in paths.items():
        answer = client.get(API + path)
        assert answer.status_code == 200, (name, answer.text)
        schema = names[name]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        validator(document, schema.rpartition("/")[2]).validate(answer.json())
        # Whoever has it already gets nothing; HEAD gets the headers.
        tag = answer.headers["etag"]
        for given in (tag, f'"other", W/{tag}', "*"):
            again = client.get(API + path, headers={"If-None-Match": given})
            assert (again.status_code, again.content) == (304, b""), name
        head = client.head(API + path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
        if isinstance(answer.json(), dict) and "items" in answer.json():
            assert answer.json()["items"], name


def test_the_document_is_openapi_and_the_manual_shows_all_of_it(client: TestClient, document: dict[str, Any]) -> None:
    from schemathesis import openapi

    schema = openapi.from_dict(document)
    assert schema.specification.version.startswith("3.1")
    shown = client.get(f"{API}/docs").text
    for path in document["paths"]:
        assert f"{path}</code>" in shown
    manual = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    assert [path for path in document["paths"] if f"`{path.removeprefix(API)}" not in manual] == []


def test_a_list_goes_on_where_it_was_to_its_end(client: TestClient) -> None:
    for path, whole in (
        ("/pages", 4), ("/pages?source=ledger", 3), (f"/history?url={QUAY}", 12), ("/changes", 11), ("/runs", 14),
        ("/search?q=quay&scope=all", 13),
    ):  # fmt: skip
        seen: list[Any] = []
        address: str | None = f"{API}{path}{'&' if '?' in path else '?'}limit=2"
        parts = 0
        while address is not None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.text
            seen += answer.json()["items"]
            link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("link", ""))
            assert (link is None) == (answer.json()["next"] is None)
            address, parts = (link[1] if link else None), parts + 1
        assert len(seen) == whole and parts >= whole // 2, path
        assert len({json.dumps(one, sort_keys=True) for one in seen}) == whole


def test_a_history_in_parts_has_the_same_changes_as_in_one(client: TestClient) -> None:
    whole = client.get(f"{API}/history?url={QUAY}&limit=50").json()["items"]
    first = client.get(f"{API}/history?url={QUAY}&limit=5").json()
    second = client.get(f"{API}/history?url={QUAY}&limit=50&cursor={first['next']}").json()
    assert [*first["items"], *second["items"]] == whole
    assert whole[5]["change"] is not None


def test_the_fields_are_those_of_the_commands(client: TestClient, folder: Folder) -> None:
    command = Command(folder.path)
    assert client.get(f"{API}/history?url={QUAY}").json()["items"] == command.json("history", "--json", QUAY)
    assert client.get(f"{API}/snapshots/1").json() == command.json("show", "--json", "1")[0]
    assert client.get(f"{API}/diff?from=1&to=5").json() == command.json("diff", "--json", QUAY, "1", "5")[0]
    assert client.get(f"{API}/pages").json()["items"] == command.json("list", "--json")
    found = client.get(f"{API}/search?q=quay").json()["items"]
    assert [{name: one[name] for name in one if name != "folded"} for one in found] == command.json(
        "search", "--json", "quay"
    )
    said = command.json("changes", "--json")
    got = client.get(f"{API}/changes").json()["items"]
    assert [{name: one[name] for name in one if name not in ("source", "title")} for one in got] == said


def test_dates_may_be_cut_short(client: TestClient) -> None:
    def new(query: str) -> int:
        return len(client.get(f"{API}/changes?{query}").json()["items"])

    assert [new(f"since={one}") for one in ("2026", "2026-03", "2026-03-13", "2027", "2026-03-13T03:01:01Z")] == [
        11,
        11,
        1,
        0,
        0,
    ]
    assert [new(f"until={one}") for one in ("2025", "2026-03-03", "2026-03-03T03:01Z", "9999")] == [0, 1, 1, 11]
    assert client.get(f"{API}/memento?url={QUAY}&at=2026-03-02").json()["snapshot"] == 1
    zone = client.get(f"{API}/changes?since=2026-03-13T05:00:00%2B02:00").json()
    assert len(zone["items"]) == 1


PROBLEMS = [
    ("GET", "/nowhere", 404, "There is nothing at this address"),
    ("GET", "/snapshots/99", 404, "holds nothing"),
    ("GET", "/snapshots/99999999999999999999", 400, "is no number"),
    ("GET", "/runs/99", 404, "There is no run 99"),
    ("GET", "/jobs/99", 404, "nothing numbered 99"),
    ("GET", "/stories/none", 404, "There is no story"),
    ("GET", "/sources/none", 404, "none"),
    ("GET", "/page?url=https://nowhere.example/", 404, "holds nothing"),
    ("GET", "/page?url=%00", 404, "holds nothing"),
    ("GET", "/page", 400, "url is missing"),
    ("GET", "/memento?url=1", 404, "holds nothing"),
    ("GET", f"/memento?url={QUAY}&at=soon", 400, "is no date"),
    ("GET", f"/memento?url={QUAY}&at=2020", 400, "has no snapshot"),
    ("GET", "/pages?limit=1000000000000", 400, "is no number from 1 to 200"),
    ("GET", "/pages?limit=-1", 400, "is no number from 1 to 200"),
    ("GET", "/pages?limt=1", 400, "There is no parameter 'limt'"),
    ("GET", "/pages?limit=1&limit=2", 400, "is there twice"),
    ("GET", "/pages?source=ledger&since=2026", 400, "Leave since and until out"),
    ("GET", "/pages?cursor=AAAA", 400, "no place in this list"),
    ("GET", "/pages?cursor=%C3%A9", 400, "no place in this list"),
    ("GET", "/search?q=quay&cursor=AAAA", 400, "cursor does not belong"),
    ("GET", "/search?q=after:soon", 400, "soon"),
    ("GET", f"/search?q={'a' * 3000}", 400, "is longer than"),
    ("GET", "/diff?from=1", 400, "to='' is no snapshot's number"),
    ("GET", "/diff?from=1&to=99", 404, "holds nothing"),
    ("GET", f"/diff?url={GONE}", 400, "has one snapshot"),
    ("GET", "/changes?stealth=perhaps", 400, "neither true nor false"),
    ("POST", "/pages", 405, "Read it with GET"),
    ("GET", "/archive", 405, "with POST"),
    ("DELETE", "/snapshots/1", 405, "Read it with GET"),
]


@pytest.mark.parametrize(("method", "path", "status", "said"), PROBLEMS)
def test_a_mistake_is_a_problem_in_one_sentence(
    client: TestClient, document: dict[str, Any], method: str, path: str, status: int, said: str
) -> None:
    answer = client.request(method, API + path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    validator(document, "Problem").validate(answer.json())
    assert said in answer.json()["detail"] and answer.json()["status"] == status
    assert "Traceback" not in answer.text


def test_a_cursor_belongs_to_its_list_and_its_filters(client: TestClient) -> None:
    cursor = client.get(f"{API}/changes?limit=1").json()["next"]
    assert client.get(f"{API}/changes?limit=5&cursor={cursor}").status_code == 200
    for path in (f"/changes?stealth=true&cursor={cursor}", f"/pages?cursor={cursor}", f"/changes?cursor={cursor[:-1]}"):
        assert client.get(API + path).status_code == 400, path


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        (b'{"url": "ftp://x/"}', JSON, 422, "Give a whole http:// or https://"),
        (b'{"url": 1}', JSON, 422, "not an object with a url"),
        (b'{"url": "https://a.example/", "more": 1}', JSON, 422, "nothing else"),
        (b'{"url": "https://a.example/\\ud800"}', JSON, 422, "characters that no address has"),
        (b"[" * 10_000, JSON, 400, "no JSON"),
        (b"\xff", JSON, 400, "no JSON"),
        (b"url=x", {"content-type": "application/x-www-form-urlencoded"}, 415, "takes application/json"),
        (b"{}", {}, 415, "takes application/json"),
        (b'{"url": "' + b"a" * 20_000 + b'"}', JSON, 413, "more than 16,384 bytes"),
    ],
)
def test_what_cannot_be_archived_is_not_asked_for(
    client: TestClient, body: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answer = client.post(f"{API}/archive", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_a_read_only_archive_takes_nothing(folder: Folder) -> None:
    with client_of(create_app(folder, settings=Settings(read_only=True)), raise_server_exceptions=True) as client:
        answer = client.post(f"{API}/archive", content=b'{"url": "https://a.example/"}', headers=JSON)
        assert answer.status_code == 403
        assert "read-only" in answer.json()["detail"]
        assert client.get(f"{API}/pages").status_code == 200


def test_what_is_withheld_is_451_with_its_reason_and_in_no_list(client: TestClient, folder: Folder) -> None:
    story = story_of(client)
    withhold(folder, QUAY, reason="A court has ordered it")
    try:
        for path in (
            f"/page?url={QUAY}",
            f"/history?url={QUAY}",
            f"/memento?url={QUAY}",
            "/snapshots/1",
            "/diff?from=1&to=5",
        ):
            answer = client.get(API + path)
            assert answer.status_code == 451, path
            assert "A court has ordered it" in answer.json()["detail"]
            assert "backissue lift" not in answer.json()["detail"]
        for path in (
            "/pages",
            "/pages?source=ledger",
            "/search?q=treasurer",
            "/changes",
            f"/stories/{story}",
        ):
            assert "treasurer" not in client.get(API + path).text
            assert QUAY not in client.get(API + path).text, path
    finally:
        lift(folder, QUAY)


def test_every_naughty_string_is_an_answer_and_no_failure(client: TestClient) -> None:
    files = [file for kind in ("blns", "xss") for file in (SHARED / kind).rglob("*") if file.is_file()]
    if not files:
        pytest.skip("the hostile strings are not on this machine")
    lines = [line for file in files for line in file.read_bytes().decode("utf-8", "replace").splitlines()]
    for line in lines[::29]:
        for path, name in (
            ("/search", "q"),
            ("/page", "url"),
            ("/pages", "source"),
            ("/changes", "since"),
            ("/pages", "cursor"),
        ):
            answer = client.get(API + path, params={name: line[:300]})
            assert answer.status_code < 500, (path, line, answer.text)
            assert "json" in answer.headers["content-type"]
        assert client.get(f"{API}/sources/{quote(line[:100], safe='')}").status_code < 500
