"""Where a text is somebody's own words: inside quotation marks."""

import re
from bisect import bisect_right

_OPENS, _CLOSES = "“„«‹「『", "”»›」』"
_MARK = re.compile(f'["{_OPENS}{_CLOSES}]')


class Quotations:
    """The quotations of a text, for many questions about it."""

    def __init__(self, text: str):
        self._turns: list[int] = []
        """Offsets where quotation begins and ends, in turn."""
        at = 0
        for line in text.splitlines(keepends=True):
            inside, german = False, "„" in line
            for found in _MARK.finditer(line):
                sign, k = found[0], found.start()
                if sign == '"' or (sign == "“" and inside and german):
                    inside = not inside
                elif sign in _OPENS and not inside:
                    inside = True
                elif sign in _CLOSES and inside:
                    inside = False
                else:
                    continue
                self._turns.append(at + k + (inside is True))
            at += len(line)
            # A quotation may go on in the next paragraph, which then opens it anew.
            if inside:
                self._turns.append(at)

    def hold(self, start: int, stop: int) -> bool:
        """Whether a passage stands inside a quotation; `start` = `stop`: a place between two words."""
        before, after = bisect_right(self._turns, start), bisect_right(self._turns, max(start, stop - 1))
        return before % 2 == 1 and before == after
