"""The places of keys in TOML text: where each stands, and which is given twice."""

import pytest

from storage.toml_places import KeyPath, TomlPlaces, line_at

TEXT = """\
# [sources.not-this]
[sources."a.b"]
home = 'x' # home = 'y'
feeds = [
    "one", # two
    '''
    three
    ''',
]
inner = { deep = 1, "er" = [2] }
[defaults]
delay = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("sources",), 2),
        (("sources", "a.b"), 2),
        (("sources", "a.b", "home"), 3),
        (("sources", "a.b", "feeds", 0), 5),
        (("sources", "a.b", "feeds", 1), 6),
        (("sources", "a.b", "inner", "er", 0), 10),
        (("defaults", "delay"), 12),
    ],
)
def test_a_key_or_an_item_is_found_in_its_line(path: KeyPath, line: int) -> None:
    assert line_at(TEXT, TomlPlaces(TEXT).of(path)) == line


def test_what_is_not_there_stands_where_the_nearest_thing_around_it_does() -> None:
    assert line_at(TEXT, TomlPlaces(TEXT).of(("defaults", "missing", 3))) == 11
    assert TomlPlaces(TEXT).of(("nowhere",)) == 0


def test_a_key_that_is_given_twice_is_told_with_both_places() -> None:
    text = "[a]\nx = 1\n[b]\nx = 2\n[a]\n"
    assert [(path, line_at(text, first), line_at(text, second)) for path, first, second in TomlPlaces(text).again] == [
        (("a",), 1, 5)
    ]


def test_the_tables_of_a_list_may_repeat_their_keys() -> None:
    assert TomlPlaces("[[a]]\nx = 1\n[[a]]\nx = 2\n").again == []


def test_text_that_cannot_be_read_keeps_what_came_before() -> None:
    text = "a = 1\nb = [ 2\n= 3\n"
    assert line_at(text, TomlPlaces(text).of(("b",))) == 2
