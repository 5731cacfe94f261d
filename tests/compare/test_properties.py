"""What holds for any two texts."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.compare import Comparison, compare_texts
from storage.compare.words import words_of

_SAMPLE = "the of quay council 12 3.5 can't “Yes” — - U.S. Brackwater don’t 北京 ภาษา مرحبا e\u0301t\u00e9 été mended a"
WORDS = st.sampled_from(_SAMPLE.split())
ENDS = st.sampled_from([" ", " ", " ", ". ", ".\n", "\n\n", ", ", "\u00a0", "! "])
TEXTS = st.lists(st.tuples(WORDS, ENDS), max_size=60).map(lambda parts: "".join(a + b for a, b in parts))
ANY = st.one_of(TEXTS, st.text(max_size=80))


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same with pieces out, in and elsewhere."""
    old = draw(st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=80))
    new = list(old)
    for _ in range(draw(st.integers(0, 4))):
        at, to = draw(st.integers(0, len(new))), draw(st.integers(0, len(new)))
        what = draw(st.sampled_from(["out", "in", "move"]))
        piece = new[min(at, to) : max(at, to)]
        if what != "in":
            del new[min(at, to) : max(at, to)]
        if what != "out":
            place = draw(st.integers(0, len(new)))
            new[place:place] = piece if what == "move" else draw(st.lists(st.tuples(WORDS, ENDS), max_size=5))
    return tuple("".join(a + b for a, b in side) for side in (old, new))  # type: ignore[return-value]


PAIRS = st.one_of(st.tuples(ANY, ANY), edited())
CHECKED = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@CHECKED
@given(PAIRS)
def test_both_texts_rebuild_exactly_from_the_script(pair: tuple[str, str]) -> None:
    old, new = pair
    made = compare_texts(old, new)
    assert made.rebuild_new() == new
    assert made.rebuild_old() == old
    covered(old, made, 0)
    covered(new, made, 1)


def covered(text: str, made: Comparison, side: int) -> None:
    """Each word is in a hunk or in what is equal, and in one of them only."""
    name = ("old_span", "new_span")[side]
    spans = sorted(
        span for one in (*made.hunks, *made.equal) if (span := getattr(one, name)) is not None and span[0] < span[1]
    )
    for (_, stop), (start, _) in itertools.pairwise(spans):
        assert stop <= start
    words = words_of(text)
    at = 0
    for start, stop in zip(words.starts, words.ends, strict=True):
        while spans[at][1] <= start:
            at += 1
        # No word is split: it lies within one span as a whole.
        assert spans[at][0] <= start and stop <= spans[at][1]


@CHECKED
@given(ANY)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    made = compare_texts(text, text)
    assert not made
    assert made.hunks == made.moves == made.fields == ()


@CHECKED
@given(PAIRS)
def test_swapped_texts_give_the_mirrored_script(pair: tuple[str, str]) -> None:
    there, back = compare_texts(*pair), compare_texts(*reversed(pair))
    assert sorted((h.old_span or (), h.new_span or ()) for h in there.hunks) == sorted(
        (h.new_span or (), h.old_span or ()) for h in back.hunks
    )
    assert sorted((m.old_span, m.new_span) for m in there.moves) == sorted((m.new_span, m.old_span) for m in back.moves)
    assert sorted((e.old_span, e.new_span) for e in there.equal) == sorted((e.new_span, e.old_span) for e in back.equal)


@pytest.mark.parametrize("text", ["3.5", "can't", "O’Neill", "10,000", "été", "U.S"])
def test_a_word_is_one_word(text: str) -> None:
    assert len(words_of(text)) == 1


def test_scripts_without_spaces_have_words_all_the_same() -> None:
    made = compare_texts("我今天去北京。明天回来。", "我今天去上海。明天回来。")
    assert [(hunk.old, hunk.new) for hunk in made.hunks] == [("北京", "上海")]
    made = compare_texts("قال الوزير إن المدينة آمنة.", "قال الرئيس إن المدينة آمنة.")
    assert [(hunk.old, hunk.new) for hunk in made.hunks] == [("الوزير", "الرئيس")]
