"""`srcset`: the candidates of an image (HTML Standard 4.8.4.2.1)."""

import re

import attrs

_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*[^\s,]|[^\s,])(?:\s+([^\s,()]+))?\s*(?:,|$)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([wx])")

# What a screen of today shows well; larger ones cost bytes that nobody sees.
WIDE_ENOUGH = 1280


@attrs.frozen
class Candidate:
    """One image of a set."""

    url: str
    """As written."""
    size: str
    """"640w", "2x", or nothing."""

    @property
    def distance(self) -> float:
        """How far from the size that is kept."""
        found = _SIZE.fullmatch(self.size)
        if found is None:
            return WIDE_ENOUGH - 640
        width = float(found[1]) * (1 if found[2] == "w" else 640)
        # One that is too small is worse than one that is too large.
        return width - WIDE_ENOUGH if width >= WIDE_ENOUGH else 2 * (WIDE_ENOUGH - width)


def candidates(text: str) -> list[Candidate]:
    """The images of a set, in order; what is malformed is passed over."""
    return [Candidate(url, size or "") for url, size in _CANDIDATE.findall(text)]
