"""Says in a few words why a line was cut."""

from collections.abc import Sequence

from pipelines.pleas.lexicon import BIT
from pipelines.pleas.lines import Line
from pipelines.pleas.memory import Memory
from pipelines.pleas.runs import Run
from pipelines.pleas.scoring import Scoring
from pipelines.pleas.taught import Taught

# In the order in which they tell a reader most.
_SAYS = {
    "money": "speaks of money",
    "act": "asks to do something",
    "letter": "offers a newsletter, membership or app",
    "access": "speaks of access",
    "media": "speaks of the newsroom",
    "we": "says we",
    "you": "says you",
    "period": "names a period",
    "plight": "speaks of a struggle",
}
MOST = 3


# What the model of lines adds from here on is named.
LOUD = 0.5


def reason(lines: Sequence[Line], run: Run, number: int, scoring: Scoring, memory: Memory, taught: Taught) -> str:
    """One line: the site's repetition where it is known, else the run's concepts that are rare on the page."""
    others = memory.others(number)
    if others:
        return f"repeated on {others} other article{'s' if others > 1 else ''} of the site"
    if any(memory.repeated(other) for other in range(run.first, run.last + 1)):
        return "beside lines that the site repeats"
    bits = 0
    for line in lines[run.first : run.last + 1]:
        bits |= line.bits
    said = [text for concept, text in _SAYS.items() if scoring.rare & bits & BIT[concept]][:MOST]
    if taught.evidence(number) >= LOUD:
        said.append(f"the model goes by: {' '.join(taught.telling(lines[number]))}")
    return f"plea: {', '.join(said)}" if said else "plea: shares no words with the article"
