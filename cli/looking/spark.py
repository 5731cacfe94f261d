"""A row of figures as blocks, one a column; in a pipe as figures."""

from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"


def blocks(figures: Sequence[int], highest: int) -> str:
    """A block for each figure, as high as its share of the highest; what is not nothing is seen."""
    last = len(_BLOCKS) - 1
    return "".join(_BLOCKS[-(-one * last // highest)] if highest and one else _BLOCKS[0] for one in figures)
