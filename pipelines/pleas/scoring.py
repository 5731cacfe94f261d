"""What speaks for cutting a run of lines: the sum of its lines, and what only the run as a whole shows."""

from collections import Counter
from collections.abc import Sequence

from pipelines.pleas import weights as w
from pipelines.pleas.cohesion import Cohesion
from pipelines.pleas.concepts import rare, rarity
from pipelines.pleas.lexicon import BIT, CONCEPTS
from pipelines.pleas.lines import Line
from pipelines.pleas.runs import LONGEST
from pipelines.pleas.taught import Taught

_ALL = sum(BIT[concept] for concept in CONCEPTS)
_WE, _YOU, _MEDIA = BIT["we"], BIT["you"], BIT["media"]
_ASK = BIT["act"] | BIT["letter"] | BIT["access"] | BIT["money"] | _MEDIA

_ASKS_FOR = BIT["act"] | BIT["letter"] | BIT["mark"]

# A concept on fewer of the page's lines counts as rare there; blogs are full of "we" and "you".
RARE = 0.3
RARE_YOU = 0.4
RARE_WE_IN_LINE = 0.25
# A line's stems in the title count until a third of their weight stands there.
FULLY_TITLED = 1 / 3


class Scoring:
    """The lines of one article, ready to weigh any run of them."""

    def __init__(
        self, lines: Sequence[Line], page: dict[str, float], cohesion: Cohesion, title: dict[str, float],
        repeats: Sequence[float], taught: Taught,
    ):  # fmt: skip
        self._lines = lines
        self._repeats = repeats
        self._taught = taught
        self._cohesion = cohesion
        self._weights = {
            True: {BIT[c]: w.LONG[c] * rarity(page[c]) for c in CONCEPTS},
            False: {BIT[c]: w.SHORT[c] * rarity(page[c]) for c in CONCEPTS},
        }
        self.rare = rare(page, RARE)
        self._speaks = (_WE if page["we"] < RARE else 0) | (_YOU if page["you"] < RARE_YOU else 0)
        self._we_is_rare = page["we"] < RARE_WE_IN_LINE
        self._own = [self._line(line, title) for line in lines]
        self._line_scores = [
            own + (repeated + taught.at_most(number))
            for number, (own, repeated) in enumerate(zip(self._own, repeats, strict=True))
        ]
        self._bits = [line.bits for line in lines]
        self._long = [line.long for line in lines]
        self._boxes = [line.block.box for line in lines]
        self._in_box = Counter(self._boxes)
        # Of the lines that may go. A plea is the last of these, and a note on the article may stand behind it.
        self._last = max((n for n, line in enumerate(lines) if not (line.note or line.earnings)), default=-1)

    def _line(self, line: Line, title: dict[str, float]) -> float:
        bits = line.bits & _ALL
        score = w.LONG_LINE if line.long else w.SHORT_LINE
        for bit, weight in self._weights[line.long].items():
            if bits & bit:
                score += weight
        if line.long:
            if not bits:
                score += w.PLAIN
            if self._we_is_rare and bits & _WE and bits & _YOU:
                score += w.WE_AND_YOU
            if self._we_is_rare and bits & _MEDIA and bits & (_WE | _YOU):
                score += w.NEWSROOM_SPEAKS
        elif line.block.text[-1:] not in _STOPS:
            score += w.UNSTOPPED
        if line.speech:
            score += w.SPEECH
        if line.amount:
            score += w.AMOUNT
        if line.named and bits & _ASKS_FOR:
            score += w.NAMES_ITSELF
        if line.note:
            score += w.NOTE
        score += w.LINKS * line.block.links
        total = sum(line.stems.values())
        if total and title:
            shared = sum(weight for stem, weight in line.stems.items() if weight > 0.5 and stem in title)
            score += w.TITLED * min(1.0, shared / total / FULLY_TITLED)
        return score

    def table(self) -> list[list[float]]:
        """For each line what speaks for each run that starts there, by its length.

        Exact where it is more than 0. The model of lines has been asked about the lines of such runs alone: what is no
        more than 0 with the most that it may say is less with what it says.
        """
        table = [self.from_line(first) for first in range(len(self._lines))]
        asked: set[int] = set()
        for first, scores in enumerate(table):
            length = next((length for length in range(len(scores), 0, -1) if scores[length - 1] > 0), 0)
            asked.update(range(first, first + length))
        changed: set[int] = set()
        for number in asked:
            score = self._own[number] + (self._repeats[number] + self._taught.evidence(number))
            if score != self._line_scores[number]:
                self._line_scores[number] = score
                changed.update(range(max(0, number - LONGEST + 1), number + 1))
        for first in changed:
            table[first] = self.from_line(first)
        return table

    def from_line(self, first: int) -> list[float]:
        """What speaks for each run that starts at a line, by its length."""
        count = len(self._lines)
        end = min(count, first + LONGEST)
        foreign = self._cohesion.from_line(first, end - 1)
        box = self._boxes[first]
        in_box = self._in_box[box]
        rare, speaks = self.rare, self._speaks
        total = w.ENTER + (w.FIRST if first == 0 else 0.0)
        bits = mains = 0
        one_box = True
        any_long = False
        scores = []
        for last in range(first, end):
            total += self._line_scores[last]
            bits |= self._bits[last]
            any_long = any_long or self._long[last]
            here = self._boxes[last]
            if here == 0:
                mains += 1
            if here != box:
                one_box = False
            length = last - first + 1
            score = total + w.FOREIGN * foreign[length - 1]
            if bits & speaks and bits & _ASK:
                score += w.ASKS
            score += _EACH_CONCEPT[(bits & rare).bit_count()]
            if last == self._last:
                score += w.LAST
            if mains:
                if mains < length:
                    score += w.ACROSS
            elif one_box and in_box == length:
                score += w.WHOLE_BOX
            else:
                score += w.PART_OF_BOX
            if length == 1:
                score += w.SINGLE
            if not any_long:
                score += w.ONLY_SHORT
            scores.append(score)
        return scores


# By how many concepts of a run are rare on the page.
_EACH_CONCEPT = tuple(w.EACH_CONCEPT * min(6, count) for count in range(len(CONCEPTS) + 1))

_STOPS = tuple('.?!…。？！”":»')
