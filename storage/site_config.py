"""Reads a rule file in the format that readers' tools share as `ftr-site-config`: `KEY: VALUE`, one a line."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import attrs

from storage.rules import MAX_SELECTORS, SiteRules, fitting, site_rules
from storage.selectors import Selector, id_or_class, read_xpath

# The largest of the shared files have some 20 KB.
MAX_BYTES = 256 * 1024

# The format's keys that say something about a page's text, and ours for them.
_USED = {
    "body": "body",
    "strip": "drop",
    "strip_id_or_class": "drop",
    "title": "title",
    "author": "author",
    "date": "date",
}
# `replace_string(a): b` has an argument, which may hold brackets and colons itself.
_LINE = re.compile(r"(?P<key>[A-Za-z_]+)[ \t]*(?:\(.*\))?[ \t]*:[ \t]*(?P<value>.*)")


@attrs.frozen(kw_only=True)
class SiteConfig:
    """What a rule file says."""

    file: Path
    rules: SiteRules
    """Those of its lines that can be used; empty where there are none."""
    test_urls: tuple[str, ...] = ()
    """Pages that its author tried it on."""
    unused: Mapping[str, int] = attrs.field(factory=dict)
    """Key -> how many lines have it, for keys that are read and mean nothing here."""
    mistakes: tuple[tuple[int, str], ...] = ()
    """Line, from 1, and what is wrong with it: it is left out."""


def read_site_config(file: Path) -> SiteConfig:
    """The rules of a file. Nothing in it raises: what cannot be used is left out and told or counted."""
    nothing = SiteRules(origin=file.name)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        why = f"it cannot be read: {error.strerror or error}"
        return SiteConfig(file=file, rules=nothing, mistakes=((1, why),))
    if len(data) > MAX_BYTES:
        why = f"it has more than {MAX_BYTES // 1024} KiB, which no rule file has"
        return SiteConfig(file=file, rules=nothing, mistakes=((1, why),))
    found: dict[str, list[Selector]] = {}
    tests: list[str] = []
    unused: Counter[str] = Counter()
    mistakes: list[tuple[int, str]] = []
    count = 0
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            line = raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            mistakes.append((number, "this is not UTF-8"))
            continue
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            unused["(no key)"] += 1
            continue
        key, value = match["key"].lower(), match["value"].strip()
        if key == "test_url":
            tests.append(value)
        elif key not in _USED:
            unused[key] += 1
        elif not value:
            unused[f"{key} (empty)"] += 1
        else:
            count += 1
            try:
                if count > MAX_SELECTORS:
                    raise ValueError(f"this is selector {count}; at most {MAX_SELECTORS} are used")
                selector = id_or_class(value) if key == "strip_id_or_class" else read_xpath(value)
                found.setdefault(_USED[key], []).append(fitting(_USED[key], selector))
            except ValueError as error:
                mistakes.append((number, f"`{key}`: {error}"))
    return SiteConfig(
        file=file,
        rules=site_rules(file.name, found),
        test_urls=tuple(dict.fromkeys(tests)),
        unused=dict(sorted(unused.items())),
        mistakes=tuple(mistakes),
    )


def names_for(host: str) -> list[str]:
    """The names of the files that hold for a host, best first: its own, then those of the domains above it.

    `example.org.txt` holds for example.org and www.example.org, `.example.org.txt` for every other host below it.
    """
    host = host.lower().rstrip(".")
    names = [f"{host}.txt"]
    bare = host.removeprefix("www.")
    if bare != host:
        return [*names, f"{bare}.txt"]
    labels = host.split(".")
    return names + [f".{'.'.join(labels[start:])}.txt" for start in range(1, len(labels) - 1)]
