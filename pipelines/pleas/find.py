"""Finds what asks the reader for something: a pure function of an article's blocks and of what its site repeats."""

from collections.abc import Container, Sequence

from pipelines.pleas.cohesion import cohesion, stems
from pipelines.pleas.concepts import shares
from pipelines.pleas.lexicon import BIT, CONCEPTS, Lexicon, lexicon, tokens
from pipelines.pleas.lines import Line, read_lines
from pipelines.pleas.memory import Memory
from pipelines.pleas.reasons import reason
from pipelines.pleas.runs import Run, best_runs
from pipelines.pleas.scoring import Scoring
from storage.article import Article, Cut
from storage.knowledge import Knowledge

# A line with as many concepts is no witness of what the article is about.
TALKATIVE = 4

# When more of an article's words would go, or more lines in a row, than a plea has, entering a run is made dearer step
# by step: a single limit that drops every cut made 108 of 188 leaks in the prototype.
MOST_WORDS = 0.4
MOST_LINES = 12
STEP = 1.0
STEPS = 6

_ALL = sum(BIT[concept] for concept in CONCEPTS)


def unwanted(article: Article, knowledge: Knowledge, already_cut: Container[int] = ()) -> tuple[Cut, ...]:
    """The blocks of an article that are pleas or that its site repeats, each with the reason, in order.

    `already_cut` holds positions that other rules have taken out. The owner's rulings go before everything else.
    """
    words = lexicon(article.language)
    lines = read_lines(article, words, already_cut)
    if not lines:
        return ()
    memory = Memory(lines, knowledge)
    title = _title(article, words)
    out: set[int] = set()
    found: list[Run] = []
    scoring = _scoring(lines, out, title, memory)
    # What the first look takes out no longer counts as what the article is about in the second.
    for _ in range(2):
        found = _within_bounds(lines, scoring, memory)
        now = {line for run in found for line in range(run.first, run.last + 1)}
        if now == out:
            break
        out = now
        scoring = _scoring(lines, out, title, memory)
    cuts = {}
    for run in found:
        for number in range(run.first, run.last + 1):
            line = lines[number]
            cuts[line.position] = Cut(position=line.position, reason=reason(lines, run, number, scoring, memory))
    for number, line in enumerate(lines):
        ruling = memory.ruling(number)
        if ruling:
            cuts[line.position] = Cut(position=line.position, reason="ruled out by the archive's owner")
        elif ruling is False:
            cuts.pop(line.position, None)
    return tuple(cuts[position] for position in sorted(cuts))


def _scoring(lines: Sequence[Line], out: Container[int], title: dict[str, float], memory: Memory) -> Scoring:
    page = shares([line.bits for number, line in enumerate(lines) if line.long and number not in out])
    trusted = [
        line.long and number not in out and (line.bits & _ALL).bit_count() < TALKATIVE and not memory.repeated(number)
        for number, line in enumerate(lines)
    ]
    shared = cohesion([line.stems for line in lines], trusted)
    return Scoring(lines, page, shared, title, memory.evidence(shared))


def _within_bounds(lines: Sequence[Line], scoring: Scoring, memory: Memory) -> list[Run]:
    table = [scoring.from_line(first) for first in range(len(lines))]
    runs: list[Run] = []
    for step in range(STEPS + 1):
        dearer = step * STEP
        runs = best_runs(len(lines), lambda first, less=dearer: [score - less for score in table[first]])
        if not _too_much(lines, runs, memory):
            break
    return runs


def _too_much(lines: Sequence[Line], runs: Sequence[Run], memory: Memory) -> bool:
    """Whether the cuts that no repetition speaks for take more than a plea has."""
    cut = {number for run in runs for number in range(run.first, run.last + 1)}
    alone = [number for number in cut if not memory.repeated(number)]
    if sum(lines[number].words for number in alone) > MOST_WORDS * sum(line.words for line in lines):
        return True
    length = 0
    for number in range(len(lines)):
        length = length + 1 if number in cut and not memory.repeated(number) else 0
        if length > MOST_LINES:
            return True
    return False


def _title(article: Article, words: Lexicon) -> dict[str, float]:
    text = f"{article.title or ''} {article.description or ''}"
    return stems(text, tokens(text), words)
