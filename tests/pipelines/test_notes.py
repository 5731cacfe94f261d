"""Which lines say something of the article itself."""

import pytest

from pipelines.body.notes import is_note, tells_earnings


@pytest.mark.parametrize(
    "text",
    [
        "This article was first published in the Harrow Gazette.",
        "A longer version of this essay appeared in the yearbook of the harbour museum.",
        "Originally published on 12 March 2031.",
        "Dieser Beitrag ist zuerst in der Hafenpost erschienen.",
        "Cet article a été publié pour la première fois dans La Gazette du port.",
        "Este artículo fue publicado originalmente en La Gaceta del puerto.",
        "Dit artikel verscheen eerder in de Havenkrant.",
        "この記事は港新聞に掲載されたものです。",
        "Correction: the bridge has seven piers, not nine.",
        "Correction (12 March): the bridge has seven piers.",
        "Editor’s note: an earlier version of this article said that the bridge has nine piers.",
        "This story has been corrected: the bridge has seven piers.",
        "Korrektur vom 12. März: Die Brücke hat sieben Pfeiler.",
        "Rectificatif : le pont a sept piles.",
        "Fe de errores: el puente tiene siete pilares.",
        "Исправление: у моста семь опор.",
        "The views expressed here are those of the author.",
        "This work was supported by the fund for old bridges, grant 17.",
        "A. Ito et al. Fatigue in riveted piers, Journal of Old Bridges (2030). DOI: 10.99999/job.2030.17",
    ],
)
def test_what_tells_of_the_articles_origin_or_corrections_is_a_note(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "The report was published on Monday by the harbour board.",
        "Corrections officers on the northern shore went on strike.",
        "The bridge first appeared on a postcard in 1901.",
        "This article is free to read because others gave before you. Please be the next.",
        "Read the story as it was first published.",
        "Support the newsroom that brought you this article.",
        "Der Artikel kostet im Handel 12 Euro, wie der Händler mitteilt.",
    ],
)
def test_what_names_a_text_in_passing_is_none(text: str) -> None:
    assert not is_note(text)


def test_a_long_text_that_begins_as_a_note_is_text() -> None:
    assert not is_note("Correction: the bridge has seven piers. " + "The harbour board has found more of them. " * 8)


def test_who_earns_by_links_is_told_in_a_line() -> None:
    assert tells_earnings("We may earn a commission if you buy a ferry ticket here.")
    assert tells_earnings("Dieser Text enthält Affiliate-Links.")
    assert not tells_earnings("The commission of the harbour board meets on Monday.")
    assert not tells_earnings("We may earn a commission. " + "The ferry goes every ten minutes. " * 8)
