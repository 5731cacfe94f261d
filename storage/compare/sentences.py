"""Where sentences begin: after Unicode's rules, with the abbreviations that news uses."""

from collections.abc import Sequence

from storage.compare.words import Words

# UAX 29, Sentence_Break: STerm and ATerm.
_ENDS = frozenset(".!?…。！？｡؟।۔።")
_CLOSES = frozenset("\"')]}」』）】”’»")
TITLES = frozenset(["mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "col"])
"""Before a name, in short."""

# A full stop after one of these ends no sentence, unless a new paragraph follows.
_ABBREVIATIONS = TITLES | frozenset(
    [
        "lt",
        "sgt",
        "capt",
        "rev",
        "hon",
        "st",
        "jr",
        "sr",
        "no",
        "vs",
        "etc",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "approx",
        "est",
        "fig",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "u.n",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "d.c",
        "nr",
        "bzw",
        "ca",
        "z.b",
        "d.h",
        "u.a",
        "o.ä",
        "usw",
        "evtl",
        "ggf",
        "abs",
        "art",
        "bd",
        "hr",
        "fr",
        "dipl",
        "ing",
        "mio",
        "mrd",
        "m",
        "mme",
        "mlle",
        "av",
        "bd",
        "env",
        "sr",
        "sra",
        "srta",
        "dña",
    ]
)


def sentence_starts(words: Words) -> list[int]:
    """The index of the first word of each sentence, ascending; a line begins one. Empty for no words."""
    starts: list[int] = []
    forms = words.forms
    text, begins, ends = words.text, words.starts, words.ends
    ended = True
    for i, form in enumerate(forms):
        if i and text.find("\n", ends[i - 1], begins[i]) >= 0:
            ended = True
        # Closing quotation marks belong to the sentence before, opening ones do not: space tells them apart.
        elif ended and i and (form in _CLOSES or form in _ENDS) and begins[i] == ends[i - 1]:
            continue
        if ended:
            starts.append(i)
            ended = False
        if form in _ENDS and not (form == "." and _goes_on(forms, words, i)):
            ended = True
    return starts


def _goes_on(forms: Sequence[str], words: Words, i: int) -> bool:
    """Whether a full stop ends no sentence: an abbreviation, an initial, or small letters after it (UAX 29, SB8)."""
    if i + 1 < len(forms):
        following = forms[i + 1]
        if following[0].islower() or following in ",;:":
            return True
        if words.starts[i + 1] == words.ends[i] and following not in _CLOSES:
            return True
    if i == 0:
        return False
    before = forms[i - 1]
    return before.lower() in _ABBREVIATIONS or (len(before) == 1 and before.isalpha() and before.isupper())
