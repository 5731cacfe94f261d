"""What is withheld is behind no protocol of web archives, and comes back when it is lifted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from tests.conftest import Command
from tests.web.serving import client_of
from web.app import create_app


@contextmanager
def reader(command: Command) -> Iterator[TestClient]:
    with client_of(create_app(command.archive), follow_redirects=False) as client:
        yield client


def answers(client: TestClient, url: str, stamp: str) -> list[int]:
    paths = [f"/timegate/{url}", f"/timemap/link/{url}", f"/timemap/json/{url}", f"/web/2026/{url}"]
    return [client.get(path).status_code for path in (*paths, f"/web/{stamp}id_/{url}")]


def test_what_is_withheld_is_refused_with_its_reason_until_it_is_lifted(site: Any, backissue: Command) -> None:
    hidden, shown = site.url("/story/hidden"), site.url("/story/shown")
    done = backissue.archived(hidden, shown)
    stamp = "".join(sign for sign in done[hidden]["captured_at"] if sign.isdigit())
    listing = f"/cdx?url={site.url('/*')}&fl=original"
    with reader(backissue) as client:
        assert answers(client, hidden, stamp) == [302, 200, 200, 302, 200]
        assert sorted(client.get(listing).text.split()) == [hidden, shown]
        for what in (hidden, str(done[hidden]["snapshot"])):
            assert backissue("withhold", what, "--reason", "A court said so").returncode == 0
            assert answers(client, hidden, stamp) == [451, 451, 451, 451, 451]
            assert "A court said so" in client.get(f"/timegate/{hidden}").json()["detail"]
            assert client.get(listing).text.split() == [shown]
            assert client.get(f"{listing}&showNumPages=true").text == "1\n"
            assert client.get(f"/timegate/{shown}").status_code == 302
            assert backissue("lift", what).returncode == 0
        assert answers(client, hidden, stamp) == [302, 200, 200, 302, 200]
