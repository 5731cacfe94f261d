"""Reads which news agency a text is from: its credit line, at the beginning, the end or in the byline."""

import re
from collections.abc import Sequence

# Name -> how credit lines write it. Short names count in capitals only, as agencies write them: "ap" is many things.
_NAMES = {
    "AP": r"AP|Associated Press|The Associated Press",
    "AFP": r"AFP|Agence France[- ]Presse",
    "Reuters": r"Reuters|REUTERS|Thomson Reuters",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur",
    "EFE": r"EFE|Agencia EFE",
    "Xinhua": r"Xinhua|Xinhua News Agency|新华社",
    "ANSA": r"ANSA",
    "APA": r"APA",
    "Keystone-SDA": r"Keystone-SDA|Keystone-ATS|SDA|ATS",
    "KNA": r"KNA",
    "epd": r"epd",
    "PA": r"PA Media|Press Association",
    "AAP": r"AAP|Australian Associated Press",
    "ANP": r"ANP",
    "Belga": r"Belga|BELGA",
    "Canadian Press": r"The Canadian Press|Canadian Press|La Presse Canadienne",
    "Europa Press": r"Europa Press|EUROPA PRESS",
    "Interfax": r"Interfax",
    "ITAR-TASS": r"TASS|ITAR-TASS|ТАСС",
    "Kyodo": r"Kyodo|KYODO|共同通信",
    "Jiji": r"Jiji Press|時事通信",
    "Lusa": r"Lusa",
    "NTB": r"NTB",
    "PAP": r"PAP",
    "PTI": r"PTI|Press Trust of India",
    "Ritzau": r"Ritzau",
    "TT": r"TT Nyhetsbyrån",
    "UPI": r"UPI",
    "Yonhap": r"Yonhap",
}
_ANY = "|".join(f"(?P<a{index}>{names})" for index, names in enumerate(_NAMES.values()))
_AGENCIES = tuple(_NAMES)

# "BERLIN (dpa) – ", "LONDON, March 4 (Reuters) - ", "(AP) — ", "Paris, 4 mars (AFP)"
_DATELINE = re.compile(rf"^.{{0,60}}?\((?:{_ANY})(?:/[\w./ -]{{1,20}})?\)")
# "ADEMBE (Meridian Press) – ": an agency that is not in the list, where a place and a dash stand around it.
_OTHER = re.compile(
    r"^[^()]{2,60}\(([A-Z][\w&'.-]*(?: [\w&'.-]+){0,3}? (?:Press|Agency|News Service|Newswire))\)\s*[-–—:]"
)
# "© AFP", "Source: Xinhua", "Quelle: dpa", "With material from Reuters", a line that is the name alone.
_CREDIT = re.compile(
    r"^\W*(?:(?:source|quelle|fuente|fonte|bron|kilde|källa|credit|copyright|by|von|por|par|from|with|mit|con|avec|"
    r"material|agenturmaterial|information|reporting|agencies|agency|agencia|agentur|de|of|the|©|\(c\)|\d{4}|[:;,./–—-])\s*)*"
    rf"\W*(?:{_ANY})(?:\W+(?:[\w./-]+)){{0,3}}\W*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(rf"(?:^|[\s(/,])(?:{_ANY})(?:$|[\s)/,])")

# Lines that are looked at from either end, and the words that a credit line has at most.
_LINES, _CREDIT_WORDS = 3, 10


def agency(lines: Sequence[str], authors: Sequence[str]) -> str | None:
    """The agency that a text is from, by the name it is known under; None where none is named.

    `lines`: all blocks of the article, in order, those that cleaning takes out among them.
    """
    for author in authors:
        if found := _BYLINE.search(author):
            return _name(found)
    for line in lines[: _LINES + 1]:
        if found := _DATELINE.match(line):
            return _name(found)
        if found := _OTHER.match(line):
            return found.group(1)
    for line in (*reversed(lines[-_LINES:]), *lines[:_LINES]):
        if len(line.split()) <= _CREDIT_WORDS and (found := _CREDIT.match(line)):
            return _name(found)
    return None


def _name(found: re.Match[str]) -> str | None:
    index = next((int(name[1:]) for name, text in found.groupdict().items() if text), None)
    if index is None:
        return None
    # Whatever the rest of the line is written in, a name of capitals is written so.
    written = found.group(f"a{index}")
    return _AGENCIES[index] if re.fullmatch(_NAMES[_AGENCIES[index]], written) else None
