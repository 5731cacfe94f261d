"""What a made-up news site is apart from its articles: name, sections, fixed words and small pages."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta, timezone
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from cli.demo.markup import Block, parse


@dataclass(frozen=True, kw_only=True)
class Section:
    """One department of a paper, with a page that lists its articles."""

    path: str
    """From the root, with a slash at both ends."""

    title: str

    language: str
    """The tag its pages carry, such as `en-US`."""


@dataclass(frozen=True, kw_only=True)
class SmallPage:
    """A page that is no article: imprint, contact, a topic."""

    path: str
    title: str
    blocks: tuple[Block, ...]

    tag: str
    """The topic whose articles it lists. Empty on pages that list none."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """A call for money, as it stands in the middle or at the end of articles."""

    title: str
    paragraphs: tuple[str, ...]
    rhythms: tuple[str, ...]
    amounts: tuple[str, ...]
    button: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Masthead:
    """A site's fixed parts."""

    key: str
    """The folder it was read from: `ledger` or `tagblatt`."""

    name: str
    tagline: str
    language: str
    zone: timezone
    sections: tuple[Section, ...]
    pages: tuple[SmallPage, ...]

    words: dict[str, dict[str, str]]
    """The template's own words, by language."""

    appeals: dict[str, Appeal]
    """By language."""

    page_template: str
    """HTML of a whole page, for `string.Template`."""

    stylesheet: bytes

    def section(self, path: str) -> Section:
        """The section at a path. Raises `KeyError` where there is none."""
        return {section.path: section for section in self.sections}[path]


def site_folder(*names: str) -> Traversable:
    """A place among the newspaper's data files."""
    return files("cli.demo").joinpath("site", *names)


def read_toml(file: Traversable) -> dict[str, Any]:
    """One data file."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def load_masthead(key: str) -> Masthead:
    """The site kept in the data folder `key`."""
    folder = site_folder(key)
    site = read_toml(folder / "site.toml")
    pages = read_toml(folder / "pages.toml")["page"]
    return Masthead(
        key=key,
        name=site["name"],
        tagline=site["tagline"],
        language=site["language"],
        zone=timezone(timedelta(hours=site["utc_offset_hours"])),
        sections=tuple(Section(**section) for section in site["section"]),
        pages=tuple(
            SmallPage(path=page["path"], title=page["title"], blocks=parse(page["body"]), tag=page.get("tag", ""))
            for page in pages
        ),
        words=site["words"],
        appeals={
            language: Appeal(
                title=appeal["title"],
                paragraphs=tuple(appeal["paragraphs"]),
                rhythms=tuple(appeal["rhythms"]),
                amounts=tuple(appeal["amounts"]),
                button=appeal["button"],
                note=appeal["note"],
            )
            for language, appeal in site["appeal"].items()
        },
        page_template=(folder / "page.html").read_text(encoding="utf-8"),
        stylesheet=(folder / "style.css").read_bytes(),
    )
