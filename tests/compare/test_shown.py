"""How a comparison is shown: everything that either text says, once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.compare import compare_texts
from storage.compare.as_html import as_html
from storage.compare.as_text import as_markdown, as_text
from storage.compare.pieces import pieces_of

LINES = st.lists(
    st.sampled_from(["One two three four five six.", "A b c d e f g.", "Seven 12 boats.", "Go."]), max_size=6
)
TEXT = (
    "The council met on Tuesday and agreed to mend the quay.\n"
    "Some 12 boats were lost in the storm that night, the master said.\n"
    "The mayor thanked the helpers for all their work."
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(LINES, LINES)
def test_what_stays_comes_and_moved_is_the_new_text(old: list[str], new: list[str]) -> None:
    made = compare_texts("\n".join(old), "\n".join(new))
    shown = "".join(piece.text for piece in pieces_of(made) if piece.kind in ("same", "come", "moved"))
    assert shown == made.new


def test_what_moved_is_told_at_both_places_with_its_edit() -> None:
    lines = TEXT.splitlines()
    made = compare_texts(TEXT, "\n".join([lines[1].replace("12", "15"), lines[0], lines[2]]))
    text = as_text(made, width=200)
    assert text.split("\n\n")[:3] == [
        "⟦↷1 Some⟧ [−12−]{+15+} ⟦↷1 boats were lost in the storm that night, the master said.⟧",
        "The council met on Tuesday and agreed to mend the quay.",
        "⟦1 moved: Some 12 boats were lost in the storm that night, the master said.↷⟧",
    ]


def test_lines_fit_the_window_and_what_did_not_change_is_folded() -> None:
    old = "\n".join(f"Sentence number {n} stands in a paragraph of its own here." for n in range(20))
    text = as_text(compare_texts(old, old.replace("number 10 ", "number 99 ")), width=40)
    assert text.startswith("… 9 unchanged …") and text.endswith("… 8 unchanged …")
    assert max(map(len, text.splitlines())) <= 40


def test_a_pages_text_is_no_markup_and_commands_no_terminal() -> None:
    made = compare_texts("Safe.", "Safe. <script>x</script> \x1b[2J *bold*")
    page = as_html(made, title="<b>", old="a", new="b", summary="<i>")
    assert "<script>" not in page and "<b>" not in page and "<i>" not in page
    assert "\x1b" not in as_text(made, width=80)
    assert "\\*bold\\*" in as_markdown(made)
