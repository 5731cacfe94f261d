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
from pipelines.pleas.taught import Taught
from storage.article import Article, Cut
from storage.knowledge import Knowledge
from storage.leaves import key_of

# A line with as many concepts is no witness of what the article is about.
TALKATIVE = 4

# When more of an article's words would go, or more lines in a row, than a plea has, entering a run is made dearer step
# by step: a single limit that drops every cut made 108 of 188 leaks in the prototype.
MOST_WORDS = 0.4
MOST_LINES = 12
STEP = 1.0
STEPS = 6
WHOLE_COST_WORDS = 60
# What goes even then is most of a page that is a plea or about one: the weakest runs stay, down to this share of words.
MOST_WORDS_AT_LAST = 0.6

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
    taught = Taught(lines, knowledge)
    title = _title(article, words)
    out: set[int] = set()
    found: list[Run] = []
    scoring = _scoring(lines, out, title, memory, taught)
    # What the first look takes out no longer counts as what the article is about in the second.
    for _ in range(2):
        found = _within_bounds(lines, scoring, memory)
        now = {line for run in found for line in range(run.first, run.last + 1)}
        if now == out:
            break
        out = now
        scoring = _scoring(lines, out, title, memory, taught)
    cuts = {}
    for run in found:
        for number in range(run.first, run.last + 1):
            line = lines[number]
            cuts[line.position] = Cut(
                position=line.position, reason=reason(lines, run, number, scoring, memory, taught)
            )
    for number, line in enumerate(lines):
        ruling = memory.ruling(number)
        if ruling:
            cuts[line.position] = Cut(position=line.position, reason="ruled out by the archive's owner")
        elif ruling is False:
            cuts.pop(line.position, None)
    return tuple(cuts[position] for position in sorted(cuts))


def kept_by_ruling(article: Article, knowledge: Knowledge) -> tuple[int, ...]:
    """Positions of the blocks that the archive's owner wants kept, whatever rule would cut them."""
    if False not in knowledge.overruled.values():
        return ()
    return tuple(
        position
        for position, block in enumerate(article.blocks)
        if knowledge.overruled.get(key_of(block.text)) is False
    )


def _scoring(
    lines: Sequence[Line], out: Container[int], title: dict[str, float], memory: Memory, taught: Taught
) -> Scoring:
    page = shares([line.bits for number, line in enumerate(lines) if line.long and number not in out])
    trusted = [
        line.long and number not in out and (line.bits & _ALL).bit_count() < TALKATIVE and not memory.repeated(number)
        for number, line in enumerate(lines)
    ]
    shared = cohesion([line.stems for line in lines], trusted)
    return Scoring(lines, page, shared, title, memory.evidence(shared), taught)


def _within_bounds(lines: Sequence[Line], scoring: Scoring, memory: Memory) -> list[Run]:
    table = scoring.table()
    runs: list[Run] = []
    for step in range(STEPS + 1):
        runs = best_runs(_dearer(table, lines, step * STEP) if step else table)
        if not _too_much(lines, runs, memory):
            return runs
    words = sum(line.words for line in lines)
    by_strength = sorted(runs, key=lambda run: (-run.score, run.first))
    while by_strength and _words_alone(lines, by_strength, memory) > MOST_WORDS_AT_LAST * words:
        by_strength.pop()
    return sorted(by_strength, key=lambda run: run.first)


def _dearer(table: Sequence[Sequence[float]], lines: Sequence[Line], cost: float) -> list[list[float]]:
    """The scores with runs dearer by `cost`; a run of few words, which takes little, by as much less."""
    found = []
    for first, scores in enumerate(table):
        words = 0
        row = []
        for reach, score in enumerate(scores):
            words += lines[first + reach].words
            row.append(score - cost * min(1.0, words / WHOLE_COST_WORDS))
        found.append(row)
    return found


def _words_alone(lines: Sequence[Line], runs: Sequence[Run], memory: Memory) -> int:
    """Words of the lines in runs that no repetition speaks for."""
    numbers = (number for run in runs for number in range(run.first, run.last + 1))
    return sum(lines[number].words for number in numbers if not memory.repeated(number))


def _too_much(lines: Sequence[Line], runs: Sequence[Run], memory: Memory) -> bool:
    """Whether the cuts that no repetition speaks for take more than a plea has."""
    if _words_alone(lines, runs, memory) > MOST_WORDS * sum(line.words for line in lines):
        return True
    cut = {number for run in runs for number in range(run.first, run.last + 1)}
    length = 0
    for number in range(len(lines)):
        length = length + 1 if number in cut and not memory.repeated(number) else 0
        if length > MOST_LINES:
            return True
    return False


def _title(article: Article, words: Lexicon) -> dict[str, float]:
    text = f"{article.title or ''} {article.description or ''}"
    return stems(text, tokens(text), words)
