"""Dates in the words of the newspaper's languages, without asking the machine's locale."""

import re
from datetime import date, datetime, timedelta

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}

PLACEHOLDER = re.compile(r"\{(weekday|date)([+-]\d+)\}")


def weekday(day: date, language: str) -> str:
    """The day's name. `language` is a tag such as `en-US`; its first part counts."""
    return WEEKDAYS[language[:2]][day.weekday()]


def day_and_month(day: date, language: str) -> str:
    """As running text has it: `March 4`, `4 March`, `4. März`, `4 de marzo`."""
    month = MONTHS[language[:2]].split()[day.month - 1]
    return {
        "en-US": f"{month} {day.day}",
        "en-GB": f"{day.day} {month}",
        "de": f"{day.day}. {month}",
        "es": f"{day.day} de {month}",
    }[language]


def stamp(moment: datetime, language: str) -> str:
    """As a byline has it, with the time of day."""
    match language:
        case "en-US":
            hour, half = moment.hour % 12 or 12, "a.m." if moment.hour < 12 else "p.m."
            return f"{day_and_month(moment, language)}, {moment.year}, {hour}:{moment:%M} {half}"
        case "de":
            return f"{moment:%d.%m.}{moment.year}, {moment:%H:%M} Uhr"
        case "es":
            return f"{day_and_month(moment, language)} de {moment.year}, {moment:%H:%M} h"
        case _:
            return f"{day_and_month(moment, language)} {moment.year}, {moment:%H:%M}"


def fill(text: str, published: date, language: str) -> str:
    """The text with `{weekday-1}` and `{date+9}` (days from publication) put into words."""

    def words(found: re.Match[str]) -> str:
        day = published + timedelta(days=int(found[2]))
        return weekday(day, language) if found[1] == "weekday" else day_and_month(day, language)

    return PLACEHOLDER.sub(words, text)
