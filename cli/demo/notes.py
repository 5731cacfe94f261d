"""What the two papers print every day beside their stories: short notes, other ones each day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from cli.demo.articles import EVERYWHERE, Article
from cli.demo.dates import fill
from cli.demo.markup import parse
from cli.demo.masthead import Masthead

# So many that a site without any has a bad day.
A_DAY = 4

_SUBJECTS = {
    "ledger": (
        ("/local/", "ferry", "the Lorne Island ferry", "Priya Lindqvist-Rao"),
        ("/local/", "market", "the fish market", "Tobias Rell"),
        ("/business/", "grain", "the grain terminal", "Desmond Achterberg"),
        ("/science/", "gauge", "the tide gauge at Pell Beach", "Hollis Wrenfield"),
    ),
    "tagblatt": (
        ("/stadt/", "marktamt", "das Marktamt", "Jana Rehwald"),
        ("/stadt/", "feuerwehr", "die Freiwillige Feuerwehr", "Jana Rehwald"),
        ("/stadt/", "bauhof", "der städtische Bauhof", "Jana Rehwald"),
        ("/stadt/", "bibliothek", "die Stadtbibliothek", "Jana Rehwald"),
    ),
}
_TITLES = {
    "ledger": ("{subject}: {a} on {{weekday+0}}", "{a} and {b}: a day at {subject}", "What {subject} counted: {a}"),
    "tagblatt": ("{subject}: {a} am {{weekday+0}}", "{a} und {b}: ein Tag in Zahlen", "Was {subject} zählte: {a}"),
}
_FIRST = {
    "ledger": "On {{weekday+0}} {subject} reported {a} by noon, {b} more than on the same day a year ago.",
    "tagblatt": "Am {{weekday+0}} meldete {subject} bis zum Mittag {a}, {b} mehr als am selben Tag des Vorjahrs.",
}
# A beginning, a middle and an end make a sentence, so that hardly one stands in two notes.
_PARTS = {
    "ledger": (
        (
            "By the clerk's count,", "Before the fog had lifted,", "When the early shift came in,",
            "As the harbor board had asked,", "In the hour after sunrise,",
            "To the surprise of the two men on the ramp,",
            "While the east gate was closed for painting,", "According to the book that lies open at the desk,",
            "Against the advice of the older hands,", "For the third day running,", "Once the tide had turned,",
            "With the crane out of order,",
        ),
        (
            "{a} crates went through", "the office issued {b} permits", "{b} boats waited at the outer buoy",
            "the scale showed {a} tons", "a crew from Coldwater unloaded {c} pallets",
            "the inspector turned {b} of them back", "{a} passengers lined up along the wall",
            "the pumps ran for {b} minutes", "only the night watchman signed for the {c} barrels",
            "the children from Signal Hill counted {b} herons", "the telephone rang {c} times",
            "the new gauge and the old one differed by {b} inches",
        ),
        (
            "and that was the end of it.", "which is more than in the whole week before.",
            "as the minutes of the meeting will show.", "so that the afternoon was a quiet one.",
            "and a second truck had to be sent for.", "although the forecast had promised rain.",
            "and the bill goes to the county.", "which pleased the cooks of the school kitchen.",
            "but nobody wanted to be quoted on it.", "and the ramp was swept before dark.",
            "as has been done since the great surge.", "while the gulls looked on.",
        ),
    ),
    "tagblatt": (
        (
            "Nach der Strichliste am Tor", "Noch vor dem ersten Bus", "Zum Schichtwechsel",
            "Wie vom Stadtrat gewünscht",
            "In der Stunde nach Sonnenaufgang", "Zur Verwunderung der beiden Männer an der Rampe",
            "Solange das Osttor gestrichen wurde,", "Laut dem Buch, das am Schalter ausliegt,",
            "Gegen den Rat der Älteren", "Zum dritten Mal in Folge", "Als der Nebel weg war,",
            "Trotz des kaputten Krans",
        ),
        (
            "gingen {a} Kisten durch", "stellte das Büro {b} Scheine aus", "warteten {b} Wagen an der Schranke",
            "zeigte die Waage {a} Zentner", "lud ein Trupp aus Niederau {c} Paletten ab",
            "schickte der Prüfer {b} davon zurück", "standen {a} Leute die Mauer entlang",
            "liefen die Pumpen {b} Minuten", "unterschrieb nur der Nachtwächter für die {c} Fässer",
            "zählten die Kinder der Bergschule {b} Reiher", "klingelte das Telefon {c} Mal",
            "wichen die neue und die alte Uhr um {b} Sekunden ab",
        ),
        (
            "und damit war es gut.", "mehr als in der ganzen Woche davor.", "wie das Protokoll zeigen wird.",
            "weshalb der Nachmittag ruhig blieb.", "und ein zweiter Lastwagen musste kommen.",
            "obwohl Regen angesagt war.", "und die Rechnung geht an den Kreis.", "was die Schulküche freute.",
            "nur wollte niemand damit zitiert werden.", "und vor dem Abend war die Rampe gefegt.",
            "so wie es seit dem Hochwasser Brauch ist.", "während die Dohlen zusahen.",
        ),
    ),
}  # fmt: skip
LINES = 8


def notes(masthead: Masthead, *, first: date, last: date) -> Sequence[Article]:
    """The notes of these days, both included. The same days give the same notes."""
    days = (last - first).days + 1
    return [
        _note(masthead, first + timedelta(days=day), number) for day in range(max(0, days)) for number in range(A_DAY)
    ]


def _note(masthead: Masthead, day: date, number: int) -> Article:
    path, slug, subject, author = _SUBJECTS[masthead.key][number]
    random = Random(f"{masthead.key} {day} {number}")
    section = masthead.section(path)
    published = datetime.combine(day, time(5 + number, 10 + 7 * number), masthead.zone)

    def written(text: str) -> str:
        numbers = {"a": random.randint(110, 980), "b": random.randint(3, 59), "c": random.randint(11, 58)}
        said = text.format(subject=subject, **numbers)
        return fill(said[:1].upper() + said[1:], day, section.language)

    parts = zip(*(random.sample(choices, LINES) for choices in _PARTS[masthead.key]), strict=True)
    body = [written(f"{start} {middle}, {end}") for start, middle, end in parts]
    return Article(
        path=f"{path}{slug}-{day:%Y-%m-%d}" + (".html" if masthead.key == "tagblatt" else "/"),
        old_path="",
        section=section,
        language=section.language,
        title=written(random.choice(_TITLES[masthead.key])),
        standfirst=written(_FIRST[masthead.key]),
        authors=(author,),
        agency=False,
        published=published,
        modified=None,
        touched=published,
        blocks=parse("\n\n".join(body)),
        access="free",
        metadata="full",
        listed_in=EVERYWHERE,
        appeal="end",
        feed_query="",
        tags=(),
        role="note",
    )
