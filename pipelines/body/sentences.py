"""Tells sentences from labels."""

import re

_END = re.compile(r"[.!?…:。！？؟।։][\s'\"’”“»›)\]」』]*\Z")


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _END.search(text) is not None
