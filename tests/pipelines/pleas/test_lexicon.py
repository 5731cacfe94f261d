"""The word files are well-formed, and one look-up tells a word's concepts."""

import re

import pytest

from pipelines.pleas.lexicon import ALWAYS, BIT, COMMON, CONCEPTS, MIN_STEM, available, lexicon, names, read, tokens

ENTRY = re.compile(r"\*?[^\W_]+(?:['\-][^\W_]+)*(?:_[^\W_]+(?:['\-][^\W_]+)*)?\*?")


@pytest.mark.parametrize("language", available())
def test_a_word_file_lists_every_concept_and_nothing_else(language: str) -> None:
    words = read(language)
    assert set(words) - {COMMON, "script"} == set(CONCEPTS)
    assert words.get("script") in (None, "unspaced")
    for concept in CONCEPTS:
        entries = words[concept].split()
        assert len(entries) >= 2
        assert len(entries) == len(set(entries)), concept


@pytest.mark.parametrize("language", available())
def test_entries_are_words_stems_endings_or_pairs(language: str) -> None:
    words = read(language)
    for concept in (*CONCEPTS, COMMON):
        for entry in words.get(concept, "").split():
            assert words.get("script") or ENTRY.fullmatch(entry), entry
            unspaced = any(ord(letter) > 0x2E80 for letter in entry)
            if entry.endswith("*") and not unspaced:
                assert len(entry) - 1 >= (2 if language == "ar" else MIN_STEM - 1), entry


def of(text: str, language: str) -> set[str]:
    return set(names(lexicon(language).of_line(text, tokens(text))))


def test_concepts_are_found_by_stem_pair_ending_case_and_part() -> None:
    assert {"act", "mark"} <= of("They are donating", "en")
    assert "act" in of("Please sign up here", "en")
    assert "we" in of("Publicamos cada semana", "es")
    assert "you" in of("Können Sie helfen", "de") and "you" not in of("dann sie", "de")
    assert {"money", "act"} <= of("ご寄付とご支援をお願いします", "ja")


def test_a_language_without_a_file_has_the_english_words() -> None:
    assert of("subscribe", "is") == of("subscribe", ALWAYS)
    assert lexicon("no").of_word("støtte") == lexicon("nb").of_word("støtte") & ~0


def test_every_concept_has_a_bit_of_its_own() -> None:
    assert len(set(BIT.values())) == len(CONCEPTS) + 1
