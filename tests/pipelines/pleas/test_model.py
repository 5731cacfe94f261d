"""The classifier of lines: the same from the same lines, small, and off until it has enough."""

import hashlib
import os
import random
import subprocess
import sys

import pytest

from pipelines.pleas import model
from pipelines.pleas.find import unwanted
from storage.article import Article, Block, BlockKind
from storage.knowledge import Knowledge

NOUNS = (
    "bridge",
    "council",
    "harbour",
    "storm",
    "school",
    "budget",
    "engine",
    "river",
    "valley",
    "court",
    "train",
    "library",
)
VERBS = ("closed", "opened", "repaired", "flooded", "inspected", "measured", "sold", "visited", "painted", "surveyed")


def texts(count: int) -> list[str]:
    rng = random.Random(7)
    return [
        f"The {rng.choice(NOUNS)} near the {rng.choice(NOUNS)} was {rng.choice(VERBS)} after the {rng.choice(NOUNS)} "
        f"of {rng.choice(NOUNS)} had been {rng.choice(VERBS)}, said clerk {letters(number)}"
        for number in range(count)
    ]


def letters(number: int) -> str:
    """A made-up name: numbers are masked."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


def pleas(count: int) -> list[str]:
    rng = random.Random(8)
    tail = ("friends", "members", "neighbours", "readers", "dear", "loyal", "kind")
    return [
        f"Our house magazine brings {rng.choice(tail)} and {rng.choice(tail)} crosswords in edition "
        f"{chr(97 + number % 26)}{chr(97 + number // 26)}, free with every plan"
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def taught() -> bytes:
    made = model.train(pleas(model.ENOUGH_PLEAS), texts(model.ENOUGH_TEXT))
    assert made is not None
    return made


def test_it_is_off_until_it_has_enough() -> None:
    assert model.train(pleas(model.ENOUGH_PLEAS - 1), texts(model.ENOUGH_TEXT)) is None
    assert model.train(pleas(model.ENOUGH_PLEAS), texts(model.ENOUGH_TEXT - 1)) is None


def test_the_same_lines_give_the_same_bytes_in_any_order(taught: bytes) -> None:
    yes, no = pleas(model.ENOUGH_PLEAS), texts(model.ENOUGH_TEXT)
    random.Random(1).shuffle(yes)
    random.Random(2).shuffle(no)
    assert model.train(yes + yes[:5], no) == taught


def test_it_fits_beside_the_memory(taught: bytes) -> None:
    assert len(taught) <= 32 * 1024
    assert len(model.born()) == len(taught)


def test_it_tells_what_the_sites_repeat_from_text_and_names_the_words(taught: bytes) -> None:
    plea = "Our house magazine brings loyal friends new crosswords with every plan"
    text = "The library near the river was repaired after the storm, said the clerk of the court"
    assert model.score(taught, plea) > 1 > -1 > model.score(taught, text)
    assert {"crosswords", "magazine", "house", "plan", "our"} & set(model.telling(taught, plea))
    assert model.score(taught, "!!!") == 0.0


def test_bytes_of_another_version_are_refused_by_name_and_never_fail_a_page(taught: bytes) -> None:
    other = taught[:4] + b"\x09" + taught[5:]
    with pytest.raises(model.UnknownModel, match="version 9"):
        model.score(other, "a line")
    with pytest.raises(model.UnknownModel, match="bytes long"):
        model.score(taught[:-1], "a line")
    page = Article(extractor="test", language="en", blocks=(Block(kind=BlockKind.PARAGRAPH, text="A line of text."),))
    assert unwanted(page, Knowledge(model=other)) == unwanted(page, Knowledge(model=None))


def test_the_model_an_archive_starts_with_tells_pleas_it_never_saw_from_news_about_money() -> None:
    born = model.born()
    pleas_ = (
        "We are a small newsroom without an owner, and we can only go on if you give what you can today.",
        "Wir sind eine kleine Redaktion ohne Verlag und können nur weitermachen, wenn Sie uns unterstützen.",
        "Nous sommes une petite rédaction sans actionnaire, et nous ne pouvons continuer que si vous nous aidez.",
    )
    news = (
        "The minister raised two million from donors in the first quarter, according to the report of the commission.",
        "Der Minister sammelte im ersten Quartal nach dem Bericht der Kommission zwei Millionen von Spendern.",
        "Le ministre a recueilli deux millions de dons au premier trimestre, selon le rapport de la commission.",
    )
    assert min(model.score(born, line) for line in pleas_) > 0 > max(model.score(born, line) for line in news)


def test_the_model_an_archive_starts_with_is_the_same_in_every_process() -> None:
    code = "import hashlib; from pipelines.pleas import model; print(hashlib.sha256(model.born()).hexdigest())"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert made == {hashlib.sha256(model.born()).hexdigest() + "\n"}
