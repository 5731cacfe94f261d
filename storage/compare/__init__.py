"""Compares versions: which words came and went, what moved, and what kind of change that is."""

from storage.compare.change import Change, change_between, change_of
from storage.compare.comparison import Comparison, Equal, FieldChange, Hunk, Move
from storage.compare.kinds import COSMETIC, Kind, classify
from storage.compare.version import Version
from storage.compare.versions import compare, compare_texts

__all__ = [
    "COSMETIC",
    "Change",
    "Comparison",
    "Equal",
    "FieldChange",
    "Hunk",
    "Kind",
    "Move",
    "Version",
    "change_between",
    "change_of",
    "classify",
    "compare",
    "compare_texts",
]
