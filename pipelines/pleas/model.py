"""The archive's own classifier of lines: a small linear model that it trains on what its sites repeat.

A model is a blob of bytes that belongs to a generation of the site memory: a header, then one signed byte for each of
BUCKETS hashed features. Pure Python, in an order that goes by the lines' hashes: the same lines give the same bytes,
whatever order they come in.
"""

import functools
import math
import struct
from collections.abc import Iterable

import attrs
import xxhash

from pipelines.pleas import made_up
from pipelines.pleas.kept import Kept
from storage.leaves import folded

# Lines of its own below which an archive makes no model: a sixth of the pleas it learns from should be its own sites',
# and so many articles' lines that theirs are more than a newsroom or two. docs/pleas.md has the curve.
ENOUGH_PLEAS = 75
ENOUGH_TEXT = 3000

BITS = 14
BUCKETS = 1 << BITS
# Pieces of a word that carry its stem and its endings, in any language, spaces or none.
GRAM = 4

VERSION = 1
_HEADER = struct.Struct("<4sBBHIIdd")
_MAGIC = b"BIPM"

# Half a minute of training.
MOST_PLEAS = 4000

EPOCHS = 6
RATE = 2.0
DECAY = 1e-5


class UnknownModel(ValueError):
    """The bytes are no model that this version reads."""

    def __init__(self, found: str):
        super().__init__(f"The site memory's model is {found}. The next generation makes a new one.")


@attrs.frozen
class Model:
    """A model, unpacked."""

    pleas: int
    texts: int
    scale: float
    bias: float
    weights: tuple[int, ...]


def train(pleas: Iterable[str], texts: Iterable[str]) -> bytes | None:
    """A model that tells lines proved to be boilerplate from lines of articles; None where there are too few.

    The made-up lines are learnt from, too: what a newsroom could write, whatever these sites do, and articles in
    languages that they lack. Lines are folded and counted once; one that is on both sides is left out. At most
    TEXTS_EACH article lines are learnt from for each plea. Some two seconds for a thousand pleas.
    """
    yes = {folded(line) for line in pleas} - {""}
    no = {folded(line) for line in texts} - {""}
    both = yes & no
    yes, no = yes - both, no - both
    if len(yes) < ENOUGH_PLEAS or len(no) < ENOUGH_TEXT:
        return None
    return _packed(yes, no)


@functools.cache
def born() -> bytes:
    """The model of an archive that has learnt nothing yet: of the made-up lines alone. A tenth of a second, once."""
    return _packed(set(), set())


def _packed(yes: set[str], no: set[str]) -> bytes:
    """A model of folded lines and of the made-up ones."""
    yes = set(sorted(yes, key=_order)[:MOST_PLEAS]) | {folded(line) for line in made_up.pleas()}
    news = {folded(line) for lines in made_up.news().values() for line in lines} - yes
    chosen = [*sorted(no - yes - news, key=_order)[: TEXTS_EACH * len(yes)], *news]
    examples = [(_features(line), 1.0) for line in yes] + [(_features(line), 0.0) for line in chosen]
    lines = [*yes, *chosen]
    # By their hash: an order that the caller's does not show in.
    order = sorted(range(len(lines)), key=lambda number: _order(lines[number]))
    weights, bias = _fitted([examples[number] for number in order], len(chosen) / len(yes))
    largest = max(max(abs(weight) for weight in weights), 1e-9)
    scale = largest / 127
    packed = bytes(round(weight / scale) & 0xFF for weight in weights)
    return _HEADER.pack(_MAGIC, VERSION, BITS, 0, len(yes), len(chosen), scale, bias) + packed


# More of the plain side than this teaches no more and takes as much longer.
TEXTS_EACH = 8


def _fitted(examples: list[tuple[tuple[int, ...], float]], ratio: float) -> tuple[list[float], float]:
    """Weights and bias by logistic regression, both sides weighing the same in all."""
    weights = [0.0] * BUCKETS
    bias = 0.0
    steps = 0
    for _ in range(EPOCHS):
        for features, wanted in examples:
            if not features:
                continue
            steps += 1
            rate = RATE / (1 + 3 * steps / len(examples))
            norm = 1 / math.sqrt(len(features))
            value = bias + norm * sum(weights[feature] for feature in features)
            error = wanted - 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
            # The rarer side's lines count as much more as they are rarer, within bounds that keep a step a step.
            change = rate * error * (min(ratio, 4.0) if wanted else 1.0) / 2
            bias += 0.1 * change
            change *= norm
            for feature in features:
                weights[feature] += change - DECAY * weights[feature]
    return weights, bias


def score(model: bytes, text: str) -> float:
    """Log odds that a line is boilerplate rather than article, by this model. 0 for no words."""
    read = unpacked(model)
    # Whole numbers add up the same in any order.
    features = _unordered(folded(text))
    if not features:
        return 0.0
    total: int = sum(map(read.weights.__getitem__, features))
    return read.bias + read.scale * total / math.sqrt(len(features))


def telling(model: bytes, text: str, most: int = 3) -> tuple[str, ...]:
    """The words of a line that speak most for its being boilerplate, the strongest first."""
    read = unpacked(model)
    weighed = {}
    for word in folded(text).split():
        features = _buckets[word]
        weighed[word] = sum(read.weights[feature] for feature in features) / max(1.0, math.sqrt(len(features)))
    ranked = sorted(weighed, key=lambda word: (-weighed[word], word))
    return tuple(word for word in ranked[:most] if weighed[word] > 0)


@functools.lru_cache(maxsize=4)
def unpacked(model: bytes) -> Model:
    """A model's parts. Raises UnknownModel where another version made it or bytes are missing."""
    if len(model) < _HEADER.size or model[:4] != _MAGIC:
        raise UnknownModel("no model at all")
    _, version, bits, _, pleas, texts, scale, bias = _HEADER.unpack_from(model)
    if version != VERSION or bits != BITS:
        raise UnknownModel(f"of version {version} with {bits} bits, not {VERSION} with {BITS}")
    if len(model) != _HEADER.size + BUCKETS:
        raise UnknownModel(f"{len(model)} bytes long, not {_HEADER.size + BUCKETS}")
    weights = struct.unpack_from(f"<{BUCKETS}b", model, _HEADER.size)
    return Model(pleas, texts, scale, bias, weights)


def _features(plain: str) -> tuple[int, ...]:
    """A folded line's buckets, each once, sorted."""
    return tuple(sorted(_unordered(plain)))


def _unordered(plain: str) -> set[int]:
    return set().union(*map(_buckets.__getitem__, set(plain.split())))


def _of_word(word: str) -> tuple[int, ...]:
    """The buckets of a word: itself, and its pieces with its edges marked. Each once."""
    edged = f"<{word}>"
    if not edged.isascii():
        pieces = {edged, *(edged[place : place + GRAM] for place in range(max(1, len(edged) - GRAM + 1)))}
        return tuple({_bucket(piece.encode("utf-8", "replace")) for piece in pieces})
    data = edged.encode()
    found = {_bucket(data[place : place + GRAM]) for place in range(max(1, len(data) - GRAM + 1))}
    found.add(_bucket(data))
    return tuple(found)


# Some 20 MB at the most.
_buckets = Kept(_of_word, 50_000)


def _bucket(piece: bytes) -> int:
    return xxhash.xxh32_intdigest(piece) & (BUCKETS - 1)


def _order(line: str) -> tuple[int, str]:
    return xxhash.xxh64_intdigest(line.encode("utf-8", "replace")), line
