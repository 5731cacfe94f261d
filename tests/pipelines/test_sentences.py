"""A sentence ends with its mark, whatever is set behind it."""

import pytest

from pipelines.body.sentences import is_sentence


@pytest.mark.parametrize(
    "text", ["The ferry left.", "“Has it left?”", "船は出た。", "Nobody saw it leave. ♦", "The ferry left. ■"]
)
def test_a_sentence_is_one(text: str) -> None:
    assert is_sentence(text)


@pytest.mark.parametrize("text", ["Harrow Bay, Monday", "Old bridge to close ♦", "Tickets: 40 crowns", ""])
def test_a_label_is_none(text: str) -> None:
    assert not is_sentence(text)
