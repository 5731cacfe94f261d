"""What the site's other articles say of a line: how many of them have it, too."""

from collections.abc import Sequence
from itertools import groupby

from pipelines.pleas.cohesion import Cohesion
from pipelines.pleas.lexicon import BIT, CONCEPTS
from pipelines.pleas.lines import Line
from storage.knowledge import Knowledge
from storage.leaves import key_of

# A long line on two other articles is enough by itself (on 359 real pages 1 true line of 10,617 stood on two, 13 on
# one), on one other beside other evidence, a short line only beside a repeated long one.
LONG_ON_TWO = 14.0
LONG_ON_ONE = 7.0
SHORT_ON_TWO = 5.0
SHORT_ON_ONE = 3.0
# A passage that one other article has is copied once, however many lines it has: together they say what one line says.
# A plea asks for something; the opening hours of the theatre that both articles are about do not.
ASKING = ("media", "money", "act", "letter", "access", "mark")
# The more articles are known, the more it says that none of them has the line; of one or two that is next to nothing.
# Counted in full from the third on, it brought pleas back on 6 of 380 news pages whose sites had two or three articles.
UNREPEATED = (0.0, -0.25, -0.5, -1.0, -1.5, -2.0, -2.5, -3.0)

# Journalists reuse a paragraph of background: repetition alone cuts every one that stands on two sister pages; with
# this guard some 14 % of 386, and 3 % of those on one. It holds what shares the article's words (its log odds of being
# foreign are under COHERENT), has few concepts, and stands on a part of the known articles only.
COHERENT = 0.5
FEW_CONCEPTS = 3
FEW_ARTICLES = 3
SHARE_OF_ARTICLES = 0.5
GUARDED = 0.35

_ALL = sum(BIT[concept] for concept in CONCEPTS)
_ASKING = sum(BIT[concept] for concept in ASKING)


class Memory:
    """What is known of each line of one article."""

    def __init__(self, lines: Sequence[Line], knowledge: Knowledge):
        self._lines = lines
        self._knowledge = knowledge
        # Keys cost as much as all the rest of a line, and most pages of a first visit need none.
        needed = bool(knowledge.repeated or knowledge.overruled)
        keys = [key_of(line.block.text) if needed and _says_something(line) else 0 for line in lines]
        self._others = [knowledge.repeated.get(key, 0) if key else 0 for key in keys]
        self._rulings = [knowledge.overruled.get(key) if key else None for key in keys]

    def others(self, number: int) -> int:
        """On how many other articles a line stands."""
        return self._others[number]

    def repeated(self, number: int) -> bool:
        """Whether a line stands on enough others to be boilerplate by that alone."""
        return self._others[number] >= 2

    def ruling(self, number: int) -> bool | None:
        """Whether the archive's owner wants a line cut; None where nothing was said."""
        return self._rulings[number]

    def evidence(self, shared: Cohesion) -> list[float]:
        """What repetition adds to each line, in log odds. All 0 where the site is unknown."""
        known = self._knowledge.known
        enough = max(FEW_ARTICLES, SHARE_OF_ARTICLES * known)
        copied = self._copied()
        added = []
        for number, (line, others) in enumerate(zip(self._lines, self._others, strict=True)):
            if line.note or line.earnings:
                # Sites say it of many articles in the same words, and of each it is true.
                added.append(0.0)
            elif not others:
                added.append(UNREPEATED[min(known, len(UNREPEATED) - 1)])
            elif not line.long:
                added.append(SHORT_ON_ONE / copied[number] if others == 1 else SHORT_ON_TWO)
            else:
                weight = LONG_ON_ONE / copied[number] if others == 1 else LONG_ON_TWO
                concepts = (line.bits & _ALL).bit_count()
                if others < enough and concepts <= FEW_CONCEPTS and shared.from_line(number, number)[0] < COHERENT:
                    weight *= GUARDED
                added.append(weight)
        return added

    def _copied(self) -> list[int]:
        """For each line how many share its weight: those of its passage on one other article, where nothing asks."""
        sharing = [1] * len(self._lines)
        for once, passage in groupby(range(len(self._lines)), key=lambda number: self._others[number] == 1):
            numbers = list(passage)
            if once and not any(self._lines[number].bits & _ASKING for number in numbers):
                for number in numbers:
                    sharing[number] = len(numbers)
        return sharing


def _says_something(line: Line) -> bool:
    """Whether there is a letter in a line: of all numbers in tables one key is made, and every site repeats that."""
    return any(character.isalpha() for character in line.block.text)
