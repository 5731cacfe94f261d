"""noarchive and the reservation of text and data mining: what headers, markup and tdmrep.json say."""

import pytest

from pipelines.access.opt_outs import Said, by_headers, by_page, rules_of_file
from pipelines.page import PageBytes


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("noarchive", True),
        ("noindex, NOARCHIVE", True),
        ("backissue: noarchive", True),
        ("otherbot: noarchive", False),
        ("otherbot: noarchive, nofollow", False),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST, noarchive", True),
        ("max-snippet: 20, index", False),
        ("none", False),
        ("", False),
    ],
)
def test_a_header_says_noarchive_to_all_or_to_us(value: str, says: bool) -> None:
    assert (by_headers([("x-robots-tag", value)]).noarchive is not None) is says


@pytest.mark.parametrize(("value", "reserved"), [("1", True), (" 0 ", False), ("yes", None), ("", None)])
def test_a_header_reserves_by_a_number(value: str, reserved: bool | None) -> None:
    assert by_headers([("TDM-Reservation", value)]).reserved is reserved


def page(head: str) -> PageBytes:
    return PageBytes(
        url="https://news.example/a",
        body=f"<!doctype html><title>A</title>{head}<p>Text.".encode(),
        content_encoding=None,
        content_type="text/html",
        truncated=False,
    )


def test_the_markup_of_a_page_says_the_same_in_meta_tags() -> None:
    said = by_page(page('<META NAME="Robots" CONTENT="noindex,noarchive"><meta name=tdm-reservation content=1>'))
    assert said.noarchive == "its robots meta tag"
    assert said.reserved is True
    assert by_page(page('<meta name="backissue" content="noarchive">')).noarchive
    assert by_page(page('<meta name="googlebot" content="noarchive">')) == Said()


def test_the_meta_tag_overrides_the_header_and_both_the_file() -> None:
    header, file = by_headers([("TDM-Reservation", "1")]), Said(reserved=True, where="a file")
    assert by_page(page("<meta name=tdm-reservation content=0>")).over(header).reserved is False
    assert by_page(page("")).over(header).reserved is True
    assert header.over(file).where == "its TDM-Reservation header"
    assert Said(noarchive="a tag").over(file) == Said(noarchive="a tag", reserved=True, where="a file")


def test_a_file_that_is_none_reserves_nothing() -> None:
    good = b'[{"location": "/a", "tdm-reservation": 1, "tdm-policy": "x"}, {"location": "/b", "tdm-reservation": 0}]'
    assert rules_of_file(good) == (("/a", True), ("/b", False))
    for bad in (b"", b"<html>", b"{}", b"[1, {}]", b'[{"location": 1, "tdm-reservation": 1}]', b"[" * 100_000, b"\xff"):
        assert rules_of_file(bad) == ()
