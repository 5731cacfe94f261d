"""The classifier as evidence: bounded, silent where the site is known, and made before the workers are."""

import asyncio

from pipelines.pleas.lexicon import lexicon
from pipelines.pleas.lines import Line, read_lines
from pipelines.pleas.taught import BORN, LIMITS, Taught
from pipelines.workers import Workers
from storage.article import Article, Block, BlockKind
from storage.knowledge import Knowledge

ASKS = "We are a small newsroom and can only go on if readers like you give what you can every month."
TELLS = "The council voted nine to six on Monday to close the pool, the chairman of the committee said."


def lines(*texts: str) -> list[Line]:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in texts)
    return read_lines(Article(extractor="test", language="en", blocks=blocks), lexicon("en"), ())


def test_a_plea_is_told_from_news_within_limits_and_short_lines_are_left_out() -> None:
    taught = Taught(lines(ASKS, TELLS, "Give now"), Knowledge())
    asks, tells, button = map(taught.evidence, range(3))
    assert asks > 0.5 > -0.5 > tells
    assert button == 0.0
    assert (BORN.evidence(-90.0), BORN.evidence(90.0)) == LIMITS


def test_it_is_silent_where_repetition_says_it_better() -> None:
    found = Taught(lines(ASKS), Knowledge(known=2))
    assert (found.evidence(0), found.at_most(0)) == (0.0, 0.0)
    assert found.telling(lines(ASKS)[0]) == ()


def test_a_worker_starts_with_the_model_made_and_goes_through_nothing_that_it_shares_for_garbage() -> None:
    made = "__import__('pipelines.pleas.model', fromlist=['born']).born.cache_info().currsize"
    frozen = "__import__('gc').get_freeze_count() > 100_000"

    async def ask() -> list[int]:
        workers = Workers(1)
        try:
            return [await workers.run(eval, "https://example.org/", one) for one in (made, frozen)]
        finally:
            workers.close()

    assert asyncio.run(ask()) == [1, True]
