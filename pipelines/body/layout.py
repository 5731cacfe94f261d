"""An article's blocks on their page: what lies between them, around them and beside them."""

from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.body.alignment import Placed
from pipelines.body.boxes import weigh
from pipelines.body.page_leaves import Leaf
from storage.article import Block, BlockKind
from storage.leaves import words


class Layout:
    """A page's leaves, the blocks placed among them, and questions that several rules ask."""

    def __init__(self, leaves: Sequence[Leaf], placed: list[Placed]):
        self.leaves = leaves
        self.placed = placed
        self.boxes = weigh(placed, leaves)
        self._above: dict[Any, tuple[Any, ...]] = {}
        self._words: dict[int, int] = {}
        self.classes: dict[Any, str | None] = {}
        """What `signs` found in the classes of elements."""
        self.taken: set[int] = set()
        """Indexes of the leaves that a block holds."""
        for item in placed:
            if item.first >= 0:
                self.taken.update(range(item.first, item.last + 1))

    def above(self, element: Any) -> tuple[Any, ...]:
        """An element and all that hold it, innermost first."""
        known = self._above.get(element)
        if known is None:
            known = self._above[element] = (element, *element.iterancestors())
        return known

    def holds(self, element: Any, index: int) -> bool:
        """Whether an element holds a leaf."""
        return element in self.above(self.leaves[index].element)

    def span(self, element: Any, index: int) -> range:
        """The leaves of an element that holds the leaf `index`."""
        low = high = index
        while low and self.holds(element, low - 1):
            low -= 1
        while high + 1 < len(self.leaves) and self.holds(element, high + 1):
            high += 1
        return range(low, high + 1)

    def words(self, index: int) -> int:
        """Words of a leaf."""
        if index not in self._words:
            self._words[index] = words(self.leaves[index].text)
        return self._words[index]

    def body_start(self) -> int:
        """The leaf of the first paragraph of some length in the article's container; -1 where there is none."""
        for item in self.placed:
            if (
                item.first >= 0
                and item.block.kind is BlockKind.PARAGRAPH
                and self.words(item.first) >= 12
                and self.leaves[item.first].links < 0.5
                and self.holds(self.boxes.container, item.first)
            ):
                return item.first
        return -1

    def found(self) -> Iterator[Placed]:
        """The blocks that have a place."""
        return (item for item in self.placed if item.first >= 0)

    def gaps(self) -> Iterator[int]:
        """The leaves between the article's first and last line, inside its container, that no block holds."""
        container = self.boxes.container
        starts = [item.first for item in self.found() if container is not None and self.holds(container, item.first)]
        if starts:
            for index in range(min(starts) + 1, max(starts)):
                if index not in self.taken and self.holds(container, index):
                    yield index

    def insert(self, index: int, kind: BlockKind, sign: str | None = None) -> Placed:
        """Make a leaf a block, before the first block that stands behind it on the page."""
        new = Placed(Block(kind=kind, text=self.leaves[index].text), index, index)
        if sign:
            new.signs.append(sign)
        at = next((i for i, item in enumerate(self.placed) if item.first > index), len(self.placed))
        self.placed.insert(at, new)
        self.taken.add(index)
        return new
