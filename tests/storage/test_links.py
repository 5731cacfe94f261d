"""The index of fingerprints at sizes that no crawl of a test has."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text

from pipelines.stories.agencies import agency
from pipelines.stories.reading import find_like
from storage import links
from storage.database import migrate, open_engine, reading, writing
from storage.fingerprints import MAX_TOKENS, alike, tokens
from storage.links import Read

START = dt.datetime(2025, 3, 4, tzinfo=dt.UTC)


class Index:
    """An archive with nothing but pages, snapshots and renditions."""

    def __init__(self, folder: Path):
        self.file = folder / "archive.db"
        self.engine = open_engine(self.file, write=True)
        migrate(self.engine)

    def add(self, texts: list[str]) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            raw = connection.exec_driver_sql
            ids = range(1, len(texts) + 1)
            raw("INSERT INTO page (id, key, url, site, added_at) VALUES (?, ?, ?, ?, '2025-03-04')",
                [(n, f"s{n}.example/a", f"https://s{n}.example/a", f"s{n}.example") for n in ids])  # fmt: skip
            raw("INSERT INTO alias (id, key, url, page_id, added_at) VALUES (?, ?, ?, ?, '2025-03-04')",
                [(n, f"s{n}.example/a", f"https://s{n}.example/a", n) for n in ids])  # fmt: skip
            raw("INSERT INTO snapshot (id, alias_id, record_id, captured_at, added_at, access, whole) "
                "VALUES (?, ?, 1, ?, '2025-03-04', 'open', 1)",
                [(n, n, str((START + dt.timedelta(seconds=n)).replace(tzinfo=None))) for n in ids])  # fmt: skip
            raw("INSERT INTO extraction (id, snapshot_id, extractor, made_at, authors, tags, access, signs, origins, "
                "leaves) VALUES (?, ?, 'x', '2025-03-04', '[]', '[]', 'open', '[]', '{}', x'')",
                [(n, n) for n in ids])  # fmt: skip
            raw("INSERT INTO rendition (id, snapshot_id, extraction_id, rules, generation, confirmed, made_at, text, "
                "digest, content_digest, words) VALUES (?, ?, ?, 'x', 0, 0, '2025-03-04', ?, '', '', 0)",
                [(n, n, n, one) for n, one in zip(ids, texts, strict=True)])  # fmt: skip
            connection.commit()
        self.engine.dispose()

    def link(self, texts: list[str], batch: int = 100) -> None:
        for start in range(0, len(texts), batch):
            reads = []
            for number, one in enumerate(texts[start : start + batch], start + 1):
                found = tokens(one)
                reads.append(
                    Read(
                        snapshot=number, rendition=number, captured_at=START + dt.timedelta(seconds=number),
                        digest=found.digest, tokens=found.count, keys=tuple(found.keys()), agency=None,
                    )
                )  # fmt: skip
            with writing(self.engine) as connection:
                bodies = links.keep_bodies(connection, reads)
            found_like = find_like(self.file, bodies)
            with writing(self.engine) as connection:
                links.keep_edges(connection, found_like)
        with writing(self.engine) as connection:
            while links.place(connection, 500):
                pass

    def one(self, statement: str) -> object:
        with reading(self.engine) as connection:
            return connection.execute(text(statement)).scalar()


ARTICLE = " ".join(f"word{n} of{n % 7} text{n * 3}" for n in range(100))


def test_ten_thousand_identical_pages_are_one_story_with_one_text(tmp_path: Path) -> None:
    index = Index(tmp_path)
    texts = [ARTICLE] * 10_000
    index.add(texts)
    index.link(texts, batch=2_000)
    assert index.one("SELECT count(*) FROM body") == 1
    assert index.one("SELECT count(*) FROM edge") == 0
    assert index.one("SELECT count(*) FROM fingerprint") == len(tokens(ARTICLE).keys())
    with reading(index.engine) as connection:
        name = connection.execute(text("SELECT story FROM body")).scalar_one()
        assert links.pages_of(connection, name) == 10_000


def test_hundreds_of_nearly_identical_pages_are_one_story_without_comparing_all_pairs(tmp_path: Path) -> None:
    index = Index(tmp_path)
    texts = [f"{ARTICLE} printed at minute {n}" for n in range(600)]
    index.add(texts)
    index.link(texts)
    assert index.one("SELECT count(DISTINCT story) FROM body") == 1
    assert index.one("SELECT count(*) FROM body WHERE story IS NULL") == 0
    edges = index.one("SELECT count(*) FROM edge")
    assert isinstance(edges, int)
    assert edges <= 600 * links.MOST_COMPARED
    # Of a key that is everywhere no more is noted than tells the earliest; a batch may have been under way.
    most = index.one("SELECT max(n) FROM (SELECT count(*) AS n FROM fingerprint GROUP BY month, key)")
    assert isinstance(most, int)
    assert most <= links.MOST_TEXTS + 100


@pytest.mark.parametrize("odd", ["", "word", "   \n ", "…", "word " * 5000, "a", "\ud800", "\x00" * 100])
def test_an_odd_text_has_few_keys_or_none_and_is_like_nothing(odd: str) -> None:
    found = tokens(odd)
    assert len(found.keys()) <= 1
    assert alike(found.shingles(), tokens(ARTICLE).shingles()).relation is None
    assert alike(found.shingles(), found.shingles()).relation is None


def test_a_text_of_two_megabytes_is_compared_by_its_beginning_and_told_apart_by_all_of_it() -> None:
    long = ("lorem ipsum dolor sit amet " * 400 + ARTICLE) * 120
    assert len(long) > 1_300_000
    found, other = tokens(long), tokens(long + " end")
    assert len(found.words) == MAX_TOKENS
    assert found.digest != other.digest
    assert found.keys() == other.keys()


def test_case_signs_and_spaces_make_no_other_text() -> None:
    assert tokens("“Ships,”  she said:\nships!").digest == tokens("ships she said ships").digest
    assert tokens("Straße ﬁn 1").digest == tokens("STRASSE fin 1").digest


def test_lines_that_a_site_repeats_can_be_left_out() -> None:
    from storage.leaves import key_of

    plate = "Follow our coverage of this and of all other stories on 12 channels."
    with_it = f"{ARTICLE}\n{plate}"
    assert tokens(with_it, leave_out={key_of(plate)}.__contains__).digest == tokens(ARTICLE).digest


@pytest.mark.parametrize(
    ("lines", "authors", "name"),
    [
        (["BERLIN (dpa) – Der Kai wird gebaut."], [], "dpa"),
        (["LONDON, March 4 (Reuters) - The quay."], [], "Reuters"),
        (["BEIJING, March 4 (Xinhua) -- The quay."], [], "Xinhua"),
        (["PARIS (AP) — The quay."], [], "AP"),
        (["Madrid, 4 mar (EFE).- El muelle."], [], "EFE"),
        (["ADEMBE (Meridian Press) – A fungus."], [], "Meridian Press"),
        (["The quay is mended.", "Source: AFP"], [], "AFP"),
        (["Der Kai wird gebaut.", "Quelle: dpa/lno"], [], "dpa"),
        (["Le quai.", "© 2025 AFP"], [], "AFP"),
        (["The quay is mended."], ["Associated Press"], "AP"),
        (["The quay is mended."], ["Jane Doe, Reuters"], "Reuters"),
        (["The quay is mended (and so is the pier)."], ["Jane Doe"], None),
        (["They met at the APA hotel and read the news of Reuters for an hour before they left the town."], [], None),
        (["Use the app (ap) to read."], [], None),
        ([], [], None),
    ],
)
def test_a_credit_line_names_the_agency(lines: list[str], authors: list[str], name: str | None) -> None:
    assert agency(lines, authors) == name
