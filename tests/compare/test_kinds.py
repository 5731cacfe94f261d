"""Each kind of change by an example, and what a change amounts to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.compare import Version, change_between, classify, compare, compare_texts


@pytest.mark.parametrize(
    ("old", "new", "old_context", "new_context", "kind"),
    [
        ("", "Correction: The age was wrong.", "", "Correction: The age was wrong.", "correction"),
        ("", "It reopened on Monday.", "", "It reopened on Monday.", "addition"),
        ("It burnt down.", "", "It burnt down.", "", "removal"),
        ("Advertisement", "", "Advertisement", "", "boilerplate"),
        ("Pier — A", "PierA", "Pier — A bridge", "PierA bridge", "boilerplate"),
        ("isn’t", "isn't", "It isn’t so.", "It isn't so.", "typography"),
        ("user-research", "user research", "in user-research now", "in user research now", "punctuation"),
        ("12", "15", "Some 12 boats", "Some 15 boats", "number"),
        ("recieved", "received", "It recieved help.", "It received help.", "typo"),
        ("Anna Reed", "Hanna Reid", "Then Anna Reed spoke.", "Then Hanna Reid spoke.", "name"),
        ("will", "may", "“We will pay,” she said.", "“We may pay,” she said.", "quote"),
        ("", "key", "It is a rule.", "It is a key rule.", "insertion"),
        ("gave", "", "She gave it up.", "She it up.", "deletion"),
        ("Review the toolkit and find", "Find", "Review the toolkit and find it.", "Find it.", "rewrite"),
        ("crazy", "frantic", "on crazy days", "on frantic days", "wording"),
    ],
)
def test_a_hunk_has_its_kind(old: str, new: str, old_context: str, new_context: str, kind: str) -> None:
    assert classify(old, new, old_context, new_context) == kind


TEXT = (
    "The council met on Tuesday and agreed to mend the quay.\n"
    "Some 12 boats were lost in the storm that night.\n"
    "The mayor thanked the helpers for all their work."
)
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def amounts(**to: Any) -> Any:
    return change_between(Version(title="Quay", text=TEXT, modified_at=WHEN), Version(**{
        "title": "Quay", "text": TEXT, "modified_at": WHEN, **to,
    }))  # fmt: skip


def test_an_edit_without_a_later_modified_date_is_a_stealth_edit() -> None:
    change = amounts(text=TEXT.replace("12", "15"))
    assert (change.substantive, change.stealth, change.reason) == (True, True, "a number changed")
    assert change.summary == "a number changed: 12 → 15"
    later = datetime(2026, 1, 2, tzinfo=UTC)
    assert not amounts(text=TEXT.replace("12", "15"), modified_at=later).stealth


def test_spelling_and_order_are_cosmetic() -> None:
    lines = TEXT.splitlines()
    change = amounts(text="\n".join([lines[2], lines[0], lines[1]]))
    assert change.kinds == {"move": 1}
    assert not change.substantive and not change.stealth


def test_a_modified_date_that_moves_alone_is_told() -> None:
    change = amounts(modified_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert change.redated and not change.substantive and change.kinds == {}


def test_a_headline_that_comes_back_is_no_news() -> None:
    old, new = Version(title="B", text=TEXT), Version(title="A", text=TEXT)
    assert change_between(old, new).substantive
    back = change_between(old, new, earlier_titles={"A"})
    assert not back.substantive and back.summary == "headline back: B → A"


def test_what_a_wall_hides_was_not_edited() -> None:
    change = change_between(Version(text=TEXT[:50], access="teaser"), Version(text=TEXT, access="open"))
    assert change.kinds == {"access": 1} and not change.substantive


def test_a_moved_paragraph_shows_what_was_edited_inside() -> None:
    lines = TEXT.splitlines()
    made = compare_texts(TEXT, "\n".join([lines[1].replace("12", "15"), lines[0], lines[2]]))
    assert len(made.moves) == 1
    assert [(hunk.old, hunk.new, hunk.kind) for hunk in made.hunks] == [("12", "15", "number")]


def test_fields_and_their_words_are_compared_apart_from_the_text() -> None:
    made = compare(
        Version(title="Quay mended", text=TEXT, captions=("The quay in May",)),
        Version(title="Quay rebuilt", text=TEXT, captions=("The quay in June",)),
    )
    assert {field.field for field in made.fields} == {"title", "captions"}
    assert [(hunk.place, hunk.old, hunk.new) for hunk in made.hunks] == [
        ("headline", "mended", "rebuilt"),
        ("caption", "May", "June"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", TEXT),
        (TEXT, ""),
        ("", ""),
        ("a " * 5000, "b " * 5000),
        ("e\u0301" * 50, "é" * 50),
        ("\u202eשלום abc", "abc"),
    ],
)
def test_odd_texts_are_compared_and_rebuilt(old: str, new: str) -> None:
    made = compare_texts(old, new)
    assert made.rebuild_new() == new and made.rebuild_old() == old
