"""Groups texts into stories: stars around the earliest full copy. Pure: the same texts and edges give the same stories.

Joining whatever is connected would chain all stories of a round-up into one; a star holds what is like its centre.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations

import attrs

from storage.relations import NEAR_JACCARD, Likeness, Relation

# Neighbours of a text that are looked at to tell a round-up.
_LOOKED_AT = 24


@attrs.frozen(kw_only=True)
class Node:
    """A text, as stories see it."""

    id: int
    first_at: datetime
    """Its earliest capture."""
    name: str
    """What tells it from others of the same time, the same in every archive."""
    tokens: int

    @property
    def order(self) -> tuple[datetime, str]:
        return self.first_at, self.name


@attrs.frozen(kw_only=True)
class Place:
    """A text's place: which text is the centre of its story, and how alike they are."""

    centre: int
    relation: Relation
    share: float


Edges = Mapping[tuple[int, int], Likeness]
"""By the two texts' ids, the smaller first."""


def stars(nodes: Sequence[Node], edges: Edges) -> dict[int, Place]:
    """The place of each text, in the order of their first capture: with the centre that is most like it, else as a
    centre of its own. A round-up of several stories, however early, is the centre of none but its own."""
    beside: dict[int, dict[int, Likeness]] = {node.id: {} for node in nodes}
    for (one, other), alike in edges.items():
        if one in beside and other in beside:
            beside[one][other] = beside[other][one] = alike
    length = {node.id: node.tokens for node in nodes}
    round_ups = {node.id for node in nodes if _is_round_up(node.id, beside, length)}
    places: dict[int, Place] = {}
    centres: dict[int, Node] = {}
    for node in sorted(nodes, key=lambda node: node.order):
        joined = None if node.id in round_ups else _nearest(beside[node.id], centres)
        if joined is None:
            places[node.id] = Place(centre=node.id, relation=Relation.ORIGIN, share=1.0)
            if node.id not in round_ups:
                centres[node.id] = node
            continue
        alike = beside[node.id][joined]
        relation = alike.relation or Relation.SHARES_TEXT
        places[node.id] = Place(centre=joined, relation=relation, share=alike.containment)
    return places


def _nearest(beside: Mapping[int, Likeness], centres: Mapping[int, Node]) -> int | None:
    """The centre that is most like a text; of two the earlier."""
    near = [
        (-alike.jaccard, centres[other].order, other)
        for other, alike in beside.items()
        if other in centres and alike.relation in (Relation.SAME_TEXT, Relation.NEAR_DUPLICATE)
    ]
    return min(near)[2] if near else None


def _is_round_up(text: int, beside: Mapping[int, Mapping[int, Likeness]], length: Mapping[int, int]) -> bool:
    """Whether a text holds two others that have nothing to do with each other."""
    parts = [
        other
        for other, alike in beside[text].items()
        if length[other] < length[text] and alike.jaccard < NEAR_JACCARD and alike.relation is Relation.NEAR_DUPLICATE
    ]
    return any(other not in beside[one] for one, other in combinations(sorted(parts)[:_LOOKED_AT], 2))


def components(starts: Iterable[int], neighbours: Mapping[int, Iterable[int]]) -> list[set[int]]:
    """What is connected with each of `starts`."""
    found: list[set[int]] = []
    seen: set[int] = set()
    for start in starts:
        if start in seen:
            continue
        group, front = {start}, [start]
        while front:
            front = [other for one in front for other in neighbours.get(one, ()) if other not in group]
            group.update(front)
        seen |= group
        found.append(group)
    return found
