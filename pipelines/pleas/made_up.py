"""Lines of our own making that a classifier can learn from without anybody else's text: pleas, and news."""

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable


def pleas() -> tuple[str, ...]:
    """The lines of the pleas of `seeds.toml`, short ones among them."""
    table = tomllib.loads((files(__package__) / "seeds.toml").read_text(encoding="utf-8"))
    return tuple(line for plea in table["plea"] for line in plea["lines"])


def news() -> dict[str, tuple[str, ...]]:
    """Language -> lines as articles have them, of the files in `news/`: one a line."""
    return {
        file.name.removesuffix(".txt"): tuple(file.read_text(encoding="utf-8").splitlines())
        for file in sorted(_folder().iterdir(), key=lambda file: file.name)
        if file.name.endswith(".txt")
    }


def _folder() -> Traversable:
    return files(__package__) / "news"
