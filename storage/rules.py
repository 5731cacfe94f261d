"""A publisher's own rules: selectors that say what of its pages is the article, what is not, and where fields stand."""

import hashlib
import json
from collections.abc import Iterable, Mapping

import attrs

from storage.selectors import Selector, read_selector
from storage.toml_mistakes import Mistake, meant, what
from storage.toml_places import KeyPath

FIELDS = ("title", "author", "date", "modified", "description", "section", "tags", "image")
"""What a rule can read out of a page, by the names that rules have for it."""

KEYS = ("body", "keep", "drop", *FIELDS)

# The longest of the shared rule files have some 150; each is evaluated on every page.
MAX_SELECTORS = 500

# How a block says that a rule dropped or kept it: this, then the selector as written.
DROPPED = "rule: drop "
KEPT = "rule: keep "

Selectors = tuple[Selector, ...]


@attrs.frozen(kw_only=True)
class SiteRules:
    """The rules for a site's pages. Data only; crosses to a worker process, where the selectors are compiled."""

    origin: str
    """Where they stand, for people: "sources.toml" or the name of a rule file."""

    body: Selectors = ()
    """What holds the article: of these, the first that finds an element. Empty, or none found: found by itself."""

    keep: Selectors = ()
    """Elements that are part of the article, whatever else says they are not."""

    drop: Selectors = ()
    """Elements that are no part of the article."""

    fields: tuple[tuple[str, Selectors], ...] = ()
    """A name of FIELDS -> where it is read: of these, the first that finds a text."""

    def __bool__(self) -> bool:
        return bool(self.body or self.keep or self.drop or self.fields)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that are the same wherever and whenever the rules are."""
        written = json.dumps(self.as_table(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def as_table(self) -> dict[str, list[str]]:
        """The selectors as written, by key, in the order of KEYS."""
        return {key: [selector.text for selector in selectors] for key, selectors in self.by_key()}

    def by_key(self) -> list[tuple[str, Selectors]]:
        """The selectors by key; keys without any are left out."""
        fields = dict(self.fields)
        all_of = {"body": self.body, "keep": self.keep, "drop": self.drop, **fields}
        return [(key, all_of[key]) for key in KEYS if all_of.get(key)]


def site_rules(origin: str, by_key: Mapping[str, Iterable[Selector]]) -> SiteRules:
    """Rules out of selectors by key; unknown keys raise KeyError."""
    known = {key: tuple(selectors) for key, selectors in by_key.items()}
    for key in known:
        if key not in KEYS:
            raise KeyError(key)
    return SiteRules(
        origin=origin,
        body=known.get("body", ()),
        keep=known.get("keep", ()),
        drop=known.get("drop", ()),
        fields=tuple((key, known[key]) for key in FIELDS if known.get(key)),
    )


def fitting(key: str, selector: Selector) -> Selector:
    """The selector, where it can stand under a key. Raises ValueError for a text where elements are needed."""
    if key not in FIELDS and not selector.elements:
        raise ValueError(f"{selector.text!r} reads a text; `{key}` needs a selector that finds elements")
    return selector


def read_rules(table: object, label: str, path: KeyPath, mistake: Mistake) -> SiteRules | None:
    """The table `[sources.NAME.rules]`; None where it is empty or has mistakes, which are told."""
    if not isinstance(table, dict):
        head = f"[sources.{path[-2]}.rules]"
        mistake(path, f"`rules` of {label} is {what(table)}; it must be a table that starts with {head}")
        return None
    found: dict[str, list[Selector]] = {}
    good, count = True, 0
    for key, value in table.items():
        if key not in KEYS:
            hint = meant(key, KEYS) or "there are " + ", ".join(KEYS)
            mistake((*path, key), f"unknown key `{key}` in the rules of {label}; {hint}")
            good = False
            continue
        items = value if isinstance(value, list) else [value]
        count += len(items)
        for index, item in enumerate(items):
            place = (*path, key, index) if isinstance(value, list) else (*path, key)
            where = f"item {index + 1} of " if isinstance(value, list) else ""
            where += f"`{key}` in the rules of {label}"
            if not isinstance(item, str):
                mistake(place, f"{where}: this is {what(item)}; it must be a CSS selector or an XPath in single quotes")
                good = False
                continue
            try:
                found.setdefault(key, []).append(fitting(key, read_selector(item)))
            except ValueError as error:
                mistake(place, f"{where}: {error}")
                good = False
    if count > MAX_SELECTORS:
        mistake(path, f"the rules of {label} have {count} selectors; at most {MAX_SELECTORS} are allowed")
        good = False
    return site_rules("sources.toml", found) if good and found else None


def dropped_by(signs: Iterable[str]) -> str | None:
    """The sign that a rule dropped a block, among a block's signs: the reason of its cut."""
    return next((sign for sign in signs if sign.startswith(DROPPED)), None)


def kept_by(signs: Iterable[str]) -> str | None:
    """The sign that a rule keeps a block, among a block's signs: nothing may cut it."""
    return next((sign for sign in signs if sign.startswith(KEPT)), None)
