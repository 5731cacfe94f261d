"""Tells sentences from labels."""

import re

# Magazines set an ornament behind the last sentence.
_END = re.compile(r"[.!?…:。！？؟।։][\s'\"’”“»›)\]」』♦◆■◼▪●∎□█❖]*\Z")


def is_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _END.search(text) is not None
