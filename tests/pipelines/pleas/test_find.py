"""Pleas are cut, with reasons; news about money, media and subscriptions stays."""

from pathlib import Path

import pytest

from pipelines.clean import clean
from pipelines.extract import NotArticle, PageBytes
from pipelines.pleas import model
from pipelines.pleas.find import unwanted
from pipelines.pleas.taught import Taught
from pipelines.reading import Reading, read
from storage.article import Article, Block, BlockKind
from storage.knowledge import NOTHING, Knowledge
from storage.leaves import key_of

HARBOUR = (
    "The harbour authority of Wexmouth will dredge the eastern channel this autumn, two years later than planned.",
    "The channel has silted up since the storm of 2021, and coasters with a draught of more than four metres have had "
    "to wait for high water.",
    "Dredging will take eleven weeks, harbour master Colin Tate said. The spoil goes to a site off Gull Point.",
    "Fishermen fear for the oyster beds south of the channel. Their association has asked for nets against silt.",
    '"We have been told that the silt will settle within a day," said Rhona Pike, who farms oysters at Gull Point. '
    '"We would like to see that in writing."',
    "The authority put the cost of dredging at 3.2 million, half of it from the coastal storm fund.",
    "A survey ship will measure the channel before and after dredging, and the results will be published.",
    "Coasters bring timber and fertiliser to Wexmouth; the harbour handled 212,000 tonnes last year.",
)
PLAIN = (
    "Three winters ago this newsroom had nine people in it. Now there are four of us.",
    "Our office is above a fishmonger's, and the heating is our coats.",
    "We still go to every meeting of the council, because if we don't, nobody does.",
    "You are reading this because others gave before you. Please be the next.",
)
FUNDRAISING = (
    "The Wexmouth hospital charity raised 410,000 for a scanner at its dinner on Saturday, more than ever before.",
    "Donations came from 1,200 people, the charity said, and a local bank doubled every gift up to 50,000.",
    "The scanner costs 1.1 million. The charity hopes to buy it next spring and has asked the health board for help.",
    '"Every donation brings the scanner closer," said its chair, Meera Anand. "We are asking people to give monthly."',
    "The health board said that the charity's scanner would save patients the journey to the city.",
)
MEDIA = (
    "The Wexmouth Courier will stop printing in March and ask its readers to subscribe online, its publisher said.",
    "The newspaper sold 31,000 copies a day in 1998; last year it sold 4,200. It has some 2,900 digital subscribers.",
    "Eleven of the Courier's nineteen journalists will lose their jobs, according to the journalists' union.",
    "The publisher said that subscriptions would cost 8.99 a month, and that the newsletter would remain free.",
    "The union called on the publisher to open its books. Readers protested outside the newspaper's office on Friday.",
    "The Courier was founded in 1871 and belongs to a group that has closed six newspapers since 2019.",
)


def article(*texts: str, title: str = "", language: str = "en", boxes: dict[int, int] | None = None) -> Article:
    return Article(
        extractor="test",
        title=title or None,
        language=language,
        blocks=tuple(
            Block(kind=BlockKind.PARAGRAPH, text=text, box=(boxes or {}).get(number, 0))
            for number, text in enumerate(texts)
        ),
    )


def cut(of: Article, knowledge: Knowledge = NOTHING) -> list[int]:
    return [found.position for found in unwanted(of, knowledge)]


@pytest.mark.parametrize("place", [0, 4, len(HARBOUR)])
def test_a_plainly_worded_plea_is_cut_whole_wherever_it_stands(place: int) -> None:
    page = article(*HARBOUR[:place], *PLAIN, *HARBOUR[place:])
    assert cut(page) == list(range(place, place + len(PLAIN)))


def test_an_article_without_a_plea_loses_nothing() -> None:
    assert cut(article(*HARBOUR)) == []


@pytest.mark.parametrize("texts", [FUNDRAISING, MEDIA], ids=["fundraising", "a newspaper's end"])
def test_news_about_money_and_media_stays(texts: tuple[str, ...]) -> None:
    assert cut(article(*texts)) == []


def test_a_plea_in_news_about_a_newspaper_is_still_found() -> None:
    assert cut(article(*MEDIA, *PLAIN, boxes={len(MEDIA) + n: 3 for n in range(len(PLAIN))})) == [6, 7, 8, 9]


def test_what_people_say_in_quotation_marks_is_theirs() -> None:
    said = '"We ask you to support our journalists and to subscribe to our newspaper," said the editor, Ann Roe.'
    assert cut(article(*HARBOUR[:4], said, *HARBOUR[4:])) == []


PLEAS = {
    "de": (
        "Wir haben keinen Konzern im Rücken, der unsere Redaktion bezahlt.",
        "Unterstützen Sie unsere Arbeit schon ab fünf Euro im Monat.",
        "Jetzt Mitglied werden",
    ),
    "fr": (
        "Notre rédaction ne vit que de vos dons.",
        "Soutenez nos journalistes à partir de cinq euros par mois.",
        "Je fais un don",
    ),
    "es": (
        "Nuestra redacción no tiene dueños: vive de sus lectores.",
        "Hazte socio por cinco euros al mes y ayúdanos a seguir.",
        "Quiero apoyar",
    ),
    "ru": (
        "Наша редакция живёт на пожертвования читателей.",
        "Поддержите нас: оформите ежемесячный платёж.",
        "Поддержать",
    ),
}
NEWS = {
    "de": (
        "Der Gemeinderat von Altbruck hat am Montag den Neubau der Talbrücke beschlossen, die seit 2019 gesperrt ist.",
        "Die Talbrücke trug früher den Verkehr zwischen Altbruck und dem Bahnhof, seither fahren Busse einen Umweg.",
        "Nach Angaben des Bauamts kostet der Neubau der Brücke neun Millionen, zwei Drittel davon trägt das Land.",
        "Der Bau soll im Frühjahr beginnen und achtzehn Monate dauern, sagte Bauamtsleiterin Petra Lohse.",
        "Anwohner am Bahnhof hatten gegen die Brücke geklagt, das Gericht wies ihre Klage im Herbst ab.",
        "Bis zur Eröffnung der Brücke fahren die Busse weiter über den Umweg durch das Tal.",
    ),
    "fr": (
        "Le conseil municipal de Vaubrun a voté lundi la reconstruction du pont fermé depuis 2019.",
        "Le pont reliait Vaubrun à la gare ; depuis sa fermeture, les bus font un détour par la vallée.",
        "La reconstruction du pont coûtera neuf millions, dont les deux tiers à la charge de la région.",
        "Les travaux du pont commenceront au printemps et dureront dix-huit mois, selon la mairie de Vaubrun.",
        "Des riverains de la gare avaient attaqué le projet de pont ; le tribunal les a déboutés à l'automne.",
        "Jusqu'à l'ouverture, les bus continueront leur détour par la vallée.",
    ),
    "es": (
        "El ayuntamiento de Valdehoz aprobó el lunes la reconstrucción del puente cerrado desde 2019.",
        "El puente unía Valdehoz con la estación; desde el cierre, los autobuses dan un rodeo por el valle.",
        "La reconstrucción del puente costará nueve millones, dos tercios a cargo de la región.",
        "Las obras del puente empezarán en primavera y durarán dieciocho meses, según el ayuntamiento de Valdehoz.",
        "Los vecinos de la estación recurrieron el proyecto del puente; el tribunal rechazó el recurso en otoño.",
        "Hasta la apertura del puente, los autobuses seguirán el rodeo por el valle.",
    ),
    "ru": (
        "Городской совет Ольховска в понедельник одобрил строительство нового моста, закрытого с 2019 года.",
        "Мост соединял Ольховск с вокзалом, после закрытия моста автобусы ходят в объезд через долину.",
        "Строительство моста обойдётся в девять миллионов, две трети выделит область.",
        "Строительство начнётся весной и займёт полтора года, сообщили в городском совете Ольховска.",
        "Жители домов у вокзала оспаривали проект моста, осенью городской суд отклонил жалобу.",
        "До открытия моста автобусы продолжат ходить в объезд через долину.",
    ),
}


@pytest.mark.parametrize("language", sorted(PLEAS))
def test_a_plea_is_found_in_its_articles_language(language: str) -> None:
    news, plea = NEWS[language], PLEAS[language]
    assert cut(article(*news, *plea, language=language)) == [len(news) + n for n in range(len(plea))]
    assert cut(article(*news, language=language)) == []


def test_the_reason_says_what_was_seen() -> None:
    (first, *_) = unwanted(article(*HARBOUR, *PLAIN), NOTHING)
    assert first.reason.startswith("plea: ")
    assert "newsroom" in first.reason or "says we" in first.reason


def test_a_block_that_another_rule_has_cut_is_not_weighed_again() -> None:
    page = article(*HARBOUR, *PLAIN)
    taken = range(len(HARBOUR), len(HARBOUR) + len(PLAIN))
    assert unwanted(page, NOTHING, taken) == ()


HOUSE = "Wexmouth Today is printed on paper from the mill at Strand, and has been so since the year 1931."


def test_a_long_line_that_two_other_articles_have_is_cut_with_their_number() -> None:
    page = article(*HARBOUR[:4], HOUSE, *HARBOUR[4:])
    assert cut(page) == []
    (found,) = unwanted(page, Knowledge(generation=1, known=5, repeated={key_of(HOUSE): 4}))
    assert (found.position, found.reason) == (4, "repeated on 4 other articles of the site")


def test_a_short_line_that_repeats_is_cut_only_beside_a_long_one() -> None:
    short = "Wexmouth, Monday"
    knows = {key_of(short): 5, key_of(HOUSE): 5}
    alone = article(*HARBOUR[:4], short, *HARBOUR[4:])
    beside = article(*HARBOUR[:4], HOUSE, short, *HARBOUR[4:])
    knowledge = Knowledge(generation=1, known=5, repeated=knows)
    assert cut(alone, knowledge) == []
    assert cut(beside, knowledge) == [4, 5]


def test_a_paragraph_of_background_that_a_sister_article_shares_stays() -> None:
    knowledge = Knowledge(generation=1, known=5, repeated={key_of(HARBOUR[1]): 2})
    assert cut(article(*HARBOUR, title="Wexmouth to dredge its channel"), knowledge) == []


def test_numbers_that_every_table_has_are_no_repeated_lines() -> None:
    # All numbers of one form have one key.
    prices = article(*HARBOUR[:3], "$30", "$108", "$204", *HARBOUR[3:], title="Wexmouth to dredge its channel")
    knowledge = Knowledge(generation=1, known=5, repeated={key_of("$30"): 4})
    assert cut(prices, knowledge) == []


def test_what_two_articles_say_of_one_theatre_stays() -> None:
    facts = (
        "The old theatre opens at seven in the evening, from Tuesday to Saturday, until the end of May.",
        "Stage by Anna Dorn, costumes by Emil Rask, lights by Tove Lind, music by Jonas Weber.",
        "Stalls, rows one to nine",
        "Balcony and boxes",
        "Children from the age of six may come along, the smaller ones stay with the ushers.",
    )
    page = article(*HARBOUR[:5], *facts, title="Wexmouth to dredge its channel")
    on_one = Knowledge(generation=1, known=1, repeated={key_of(text): 1 for text in facts})
    on_three = Knowledge(generation=1, known=3, repeated={key_of(text): 3 for text in facts})
    assert cut(page, on_one) == []
    assert cut(page, on_three) == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    "note",
    [
        "This article has been adapted from what the Harbour News published on Monday.",
        "Editor’s note: this is an opinion column, and it is only the author who says what it says.",
        "Our desk tells you: we earn a commission by some of the links.",
    ],
)
def test_what_a_site_says_of_many_articles_and_is_true_of_each_stays(note: str) -> None:
    page = article(*HARBOUR, note, title="Wexmouth to dredge its channel")
    assert cut(page, Knowledge(generation=1, known=1, repeated={key_of(note): 1})) == []
    assert cut(page, Knowledge(generation=1, known=9, repeated={key_of(note): 9})) == []


def test_the_owner_rules_on_notes_too() -> None:
    note = "This article has been adapted from what the Harbour News published on Monday."
    assert cut(article(*HARBOUR, note), Knowledge(overruled={key_of(note): True})) == [len(HARBOUR)]


def test_a_plea_goes_before_a_note_as_it_does_at_the_end() -> None:
    note = "This article was first published by the Harbour News."
    offer = "Sign up to our free weekly newsletter for more news from the harbour."
    page = article(*HARBOUR, offer, note, title="Wexmouth to dredge its channel")
    assert cut(page) == [len(HARBOUR)]


def test_a_plea_that_one_other_article_has_goes() -> None:
    page = article(*HARBOUR, *PLAIN, title="Wexmouth to dredge its channel")
    known = Knowledge(generation=1, known=1, repeated={key_of(text): 1 for text in PLAIN})
    assert cut(page, known) == [8, 9, 10, 11]


def test_what_is_asked_and_answered_in_an_interview_is_speech() -> None:
    asked = (
        "Q: How did you get access to the club?",
        "A: We joined as members, and I am thankful for the support that you get there.",
    )
    page = article(*HARBOUR[:4], *asked, *HARBOUR[4:], title="Wexmouth to dredge its channel")
    assert cut(page) == []


def test_one_other_article_without_a_line_is_no_witness_for_it() -> None:
    offer = "Sign up to our free weekly newsletter for more news from the harbour."
    page = article(*HARBOUR, offer, title="Wexmouth to dredge its channel")
    assert cut(page) == cut(page, Knowledge(generation=1, known=1)) == [len(HARBOUR)]


def test_the_owners_ruling_goes_before_everything() -> None:
    page = article(*HARBOUR, *PLAIN)
    keep = Knowledge(overruled={key_of(text): False for text in PLAIN})
    drop = Knowledge(overruled={key_of(HARBOUR[2]): True})
    assert cut(page, keep) == []
    assert clean(page, keep).cuts == ()
    assert cut(article(*HARBOUR), drop) == [2]


def test_a_page_that_is_nothing_but_a_plea_keeps_a_text() -> None:
    assert clean(article(*PLAIN)).text


def test_the_same_blocks_give_the_same_cuts() -> None:
    page = article(*HARBOUR[:3], *PLAIN, *HARBOUR[3:])
    assert unwanted(page, NOTHING) == unwanted(page, NOTHING)


@pytest.fixture(scope="module")
def begging() -> Reading:
    body = Path(__file__).with_name("begging.html").read_bytes()
    page = PageBytes(
        url="https://northern.example/ferry",
        body=body,
        content_encoding=None,
        content_type="text/html",
        truncated=False,
    )
    reading = read(page)
    assert not isinstance(reading, NotArticle)
    return reading


def test_an_article_between_boxes_that_beg_keeps_its_text_alone(begging: Reading) -> None:
    text = begging.rendition.text.splitlines()
    assert text[0].startswith("The ferry between Sandvik")
    assert len(text) - ("AFP contributed reporting." in text) == 8
    assert "A decision on a permanent service" in begging.rendition.text


def test_what_was_cut_of_it_says_why(begging: Reading) -> None:
    reasons = {begging.article.blocks[found.position].text: found.reason for found in begging.rendition.cuts}
    assert reasons["Dear readers,"].startswith("plea: ")
    assert reasons["Support The Northern Times!"].startswith("plea: ")
    assert reasons["Sign up for our weekly newsletter"]


def test_the_model_is_asked_about_the_lines_that_it_could_tip_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    score = model.score
    monkeypatch.setattr(model, "score", lambda made, text: asked.append(text) or score(made, text))
    with_plea = article(*HARBOUR, *FUNDRAISING, *PLAIN)
    cuts = unwanted(with_plea, NOTHING)
    seldom = len(set(asked))
    assert set(PLAIN) <= set(asked)
    monkeypatch.setattr(Taught, "at_most", Taught.evidence)
    assert unwanted(with_plea, NOTHING) == cuts
    assert seldom < len(set(asked))
