"""Quality and speed of the comparison, on real version pairs and on edits that were injected.

    python bench/compare.py VERSIONS

VERSIONS is a folder with `diff_truth.jsonl.gz` (`old`, `new`, flags for each token), `labelled_hunks.jsonl.gz`
(`old`, `new`, `old_ctx`, `new_ctx`, `label`) and `versions_digitalgov.jsonl.gz` (`old` and `new` with `body`). Times
are of this process's processor time.
"""

import argparse
import gzip
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Indel

from storage.compare import classify, compare_texts
from storage.compare.script import script_of
from storage.compare.wording import says_nothing

# Hunks of the kinds that real ones seldom have, made up: old, new, old context, new context, kind.
MADE_UP = (
    ("", "Correction: An earlier version of this article misstated the mayor's age.", "", "x", "correction"),
    ("", "This article was amended on 3 May to correct the name of the river.", "", "x", "correction"),
    ("", "Anmerkung der Redaktion: Der Ortsname wurde korrigiert.", "", "x", "correction"),
    ("12", "15", "Some 12 boats sank.", "Some 15 boats sank.", "number"),
    ("three", "four", "Police held three men.", "Police held four men.", "number"),
    ("3.5", "4.1", "Prices rose by 3.5 percent.", "Prices rose by 4.1 percent.", "number"),
    ("Monday", "Tuesday", "It opens on Monday.", "It opens on Tuesday.", "number"),
    ("Anna Reed", "Hanna Reid", "The master, Anna Reed, spoke.", "The master, Hanna Reid, spoke.", "name"),
    ("Austria", "Australia", "He came from Austria to work.", "He came from Australia to work.", "name"),
    ("will", "may", "“We will pay for it,” she said.", "“We may pay for it,” she said.", "quote"),
    ("never", "", "He said: “I never agreed to that.”", "He said: “I agreed to that.”", "quote"),
    ("goverment", "government", "The goverment agreed.", "The government agreed.", "typo"),
    ("recieved", "received", "They recieved help.", "They received help.", "typo"),
)


def rows(folder: Path, name: str) -> Iterator[Any]:
    with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def flags(text: str, spans: Sequence[tuple[int, int]]) -> list[bool]:
    """For each token, parted by spaces, whether a span touches it."""
    found, at, k = [], 0, 0
    for token in text.split():
        start = text.index(token, at)
        at = start + len(token)
        while k < len(spans) and spans[k][1] <= start:
            k += 1
        found.append(k < len(spans) and spans[k][0] < at)
    return found


def changed_words(folder: Path) -> None:
    for moved in (False, True):
        count = Counter[tuple[bool, bool]]()
        for row in rows(folder, "diff_truth.jsonl.gz"):
            if bool(row["moved_paragraphs"]) != moved:
                continue
            made = compare_texts(row["old"], row["new"])
            for side in ("old", "new"):
                spans = sorted(span for hunk in made.hunks if (span := getattr(hunk, f"{side}_span")))
                truth = map(bool, row[f"{side}_changed"])
                count.update(zip(flags(row[side], spans), truth, strict=True))
        f1 = 2 * count[True, True] / (2 * count[True, True] + count[True, False] + count[False, True])
        print(f"changed words, {'with' if moved else 'without'} moved paragraphs: F1 {f1:.4f}")  # noqa: T201


def real_pairs(folder: Path) -> None:
    times, ours, least, islands, pairs = [], 0, 0, 0, 0
    for row in rows(folder, "versions_digitalgov.jsonl.gz"):
        old, new = row["old"]["body"], row["new"]["body"]
        start = time.process_time()
        compare_texts(old, new)
        times.append(time.process_time() - start)
        script = script_of(old, new)
        if script.moves:
            # A shortest script knows no moves.
            continue
        pairs += 1
        numbers: dict[str, int] = {}
        sides = (script.old.forms, script.new.forms)
        codes = ["".join(chr(numbers.setdefault(form, len(numbers))) for form in side) for side in sides]
        least += Indel.distance(*codes)
        edits = [
            edit
            for edit in script.edits
            if [script.old.forms[i] for i in edit.old] != [script.new.forms[i] for i in edit.new]
        ]
        ours += sum(len(edit.old) + len(edit.new) for edit in edits)
        for one, other in itertools.pairwise(edits):
            between = [script.old.forms[i] for i in range(one.old.stop, other.old.start)]
            islands += 0 < len(between) <= 5 and all(map(says_nothing, between))
    times.sort()
    middle, late = times[len(times) // 2] * 1000, times[int(len(times) * 0.95)] * 1000
    print(f"real pairs: {len(times)}, median {middle:.1f} ms, p95 {late:.1f} ms, most {times[-1] * 1000:.0f} ms")  # noqa: T201
    print(f"of {pairs} without moves: {ours / least:.3f} of the shortest script, {islands / pairs:.3f} islands a pair")  # noqa: T201


def macro_f1(hunks: Sequence[tuple[str, str, str, str, str]]) -> float:
    right, got, wanted = Counter[str](), Counter[str](), Counter[str]()
    for *hunk, label in hunks:
        kind = str(classify(*hunk))
        got[kind] += 1
        wanted[label] += 1
        right[label] += kind == label
    kinds = got.keys() | wanted.keys()
    return sum(2 * right[kind] / (got[kind] + wanted[kind]) for kind in kinds) / len(kinds)


def kinds(folder: Path) -> None:
    names = ("old", "new", "old_ctx", "new_ctx", "label")
    labelled = [tuple(row[name] for name in names) for row in rows(folder, "labelled_hunks.jsonl.gz")]
    print(f"kinds: macro-F1 {macro_f1(labelled):.3f} on {len(labelled)} labelled hunks")  # type: ignore[arg-type]  # noqa: T201
    print(f"kinds: macro-F1 {macro_f1(MADE_UP):.3f} on {len(MADE_UP)} made-up hunks of rare kinds")  # noqa: T201


def hostile() -> None:
    draw = random.Random(1)
    many = [f"W{n}" for n in range(20_000)]

    def text(count: int, between: str = " ", words: Sequence[str] = many) -> str:
        return between.join(draw.choice(words) for _ in range(count))

    def sentences(count: int) -> str:
        return " ".join(f"{text(12)}." for _ in range(count))

    long = sentences(14_000)
    cases = {
        "20,000 words against a rewrite": (sentences(1_600), sentences(1_600)),
        "1 MB against nothing": ("", long),
        "1 MB of other sentences": (long, sentences(14_000)),
        "1 MB of shuffled sentences": (long, ". ".join(draw.sample(parts := long.split(". "), len(parts)))),
        "1 MB without a full stop": (text(170_000), text(170_000)),
        "100,000 lines of one word": (text(100_000, "\n"), text(100_000, "\n")),
        "1 MB of two words": (text(500_000, " ", "ab"), text(500_000, " ", "ab")),
        "1 MB of two words in turn": ("x y " * 250_000, "y x " * 250_000),
        "1 MB of two words, two a line": tuple("\n".join(text(2, " ", "xy") for _ in range(250_000)) for _ in "12"),
        "1 MB of two words, 2,500 a line": tuple("\n".join(text(2_500, " ", "xy") for _ in range(200)) for _ in "12"),
        "1 MB that pairs ever less of itself": tuple(
            " ".join(f"x{n} {side} x{n - 1}" for n in range(1, 60_000)) for side in "qr"
        ),
        "1 MB with every sentence edited": (long, long.replace("7", "8")),
        "1 MB of Chinese": tuple("".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(330_000)) for _ in "12"),
        "1 MB of full stops": ("." * 1_000_000, "!" * 1_000_000),
        "1 MB of quotation marks": ('"' * 1_000_000, '"x' * 500_000),
        "1 MB of combining marks": ("a" + "\u0301" * 500_000, "b" + "\u0301" * 500_000),
        "1 MB in two directions": ("\u202eabc שלום " * 60_000, "\u202dabc שלום " * 60_000),
    }
    for name, (old, new) in cases.items():
        start = time.process_time()
        compare_texts(old, new)
        print(f"{name}: {time.process_time() - start:.2f} s", flush=True)  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", type=Path, help="folder of version pairs and truth")
    folder = parser.parse_args().versions
    changed_words(folder)
    kinds(folder)
    real_pairs(folder)
    hostile()


if __name__ == "__main__":
    main()
