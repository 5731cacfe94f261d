"""The lines that the classifier learns from: wide enough, plain enough, and none twice."""

from collections import Counter

import pytest

from pipelines.pleas import made_up
from pipelines.pleas.lexicon import available
from storage.leaves import LONG, folded, words

NEWS = made_up.news()
# About media companies, subscriptions, elections and gifts: what a plea is most easily taken for.
HARD = (
    *("subscri", "donat", "donor", "gift", "fund", "raised", "pledge", "charity", "member", "customers", "consent"),
    *("newspaper", "newsletter", "magazine", "reader", "reporter", "journalist", "editor", "publisher", "broadcaster"),
)
LONGEST = 45


def test_there_is_news_in_every_language_that_has_words() -> None:
    assert set(NEWS) >= set(available())
    assert sum(map(len, NEWS.values())) >= 500
    assert all(len(lines) >= 8 for lines in NEWS.values())


@pytest.mark.parametrize("language", sorted(NEWS))
def test_news_lines_are_as_long_as_articles_lines(language: str) -> None:
    for line in NEWS[language]:
        assert line == " ".join(line.split())
        assert LONG <= words(line) <= LONGEST, line


def test_no_line_stands_twice_or_on_both_sides() -> None:
    lines = [folded(line) for language in NEWS.values() for line in language]
    assert [line for line, count in Counter(lines).items() if count > 1] == []
    assert not set(lines) & {folded(line) for line in made_up.pleas()}


def test_english_news_speaks_of_money_and_media_too() -> None:
    hard = [line for line in NEWS["en"] if any(part in line.casefold() for part in HARD)]
    assert len(hard) >= len(NEWS["en"]) / 5


def test_the_made_up_pleas_are_lines() -> None:
    lines = made_up.pleas()
    assert len(lines) > 300
    assert all(line == " ".join(line.split()) for line in lines)
