"""What extraction made of a capture: an article in blocks, and the rendition that a reader gets."""

import hashlib
from datetime import datetime
from enum import StrEnum

import attrs


class BlockKind(StrEnum):
    """What a block is in its article."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE_ROW = "table_row"
    CAPTION = "caption"
    CREDIT = "credit"
    LIVE_ENTRY = "live_entry"
    """The head of an entry of a live blog: its time, and its heading where it has one."""


APART = frozenset({BlockKind.HEADLINE, BlockKind.CAPTION, BlockKind.CREDIT})
"""Kinds that are fields of their own and no part of the text."""


class Access(StrEnum):
    """How much of the article the capture shows."""

    OPEN = "open"
    METERED = "metered"
    """Marked as paid, and yet the text is whole."""
    TEASER = "teaser"
    """Cut off: the beginning of a paid article."""
    PAYWALL = "paywall"
    """A wall and nothing of the text."""
    CONSENT = "consent"
    """A page that asks to accept cookies, in the article's place."""
    BLOCKED = "blocked"
    """A bot check, or a refusal, in the article's place."""
    LOGIN = "login"
    """A form to sign in, in the article's place."""
    SOFT_404 = "soft_404"
    """Says that there is no such page, with a status that says there is."""
    UNKNOWN = "unknown"


FULL = frozenset({Access.OPEN, Access.METERED})
"""Access under which a capture shows the whole article."""

NEVER_KEPT = frozenset({Access.CONSENT, Access.BLOCKED, Access.LOGIN, Access.SOFT_404})
"""Access under which a capture is a visit and never a snapshot, even where there is nothing better: nothing of the
article is on it."""


@attrs.frozen(kw_only=True)
class Block:
    """One paragraph, heading, list item, quote or table row, in the page's order."""

    kind: BlockKind
    text: str
    """One line, trimmed, never empty."""
    box: int = 0
    """Which element holds it: blocks of one box stand in the same section, aside or division. 0 is the article's own,
    the one that holds most of its words."""
    links: float = 0.0
    """Share of its characters that are inside links, 0 to 1, in hundredths."""
    signs: tuple[str, ...] = ()
    """What extraction saw of it that cleaning may go by ("class newsletter", "after the article"), each once."""


@attrs.frozen(kw_only=True)
class Pager:
    """What a page says of an article's other pages."""

    number: int = 1
    """Which part of the article this page is, from 1."""
    count: int | None = None
    """How many parts its numbered links name. None: it has none."""
    next: str | None = None
    """The address of the next part. None: this is the last."""
    first: str | None = None
    """The address of the first part. None: this is it, or nothing leads back from here."""


@attrs.frozen(kw_only=True)
class Article:
    """What one extractor version read out of a capture's bytes. Keeps every block it saw."""

    extractor: str
    """The versions that read it ("trafilatura 2.3.1, backissue 1")."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    """Separate names, in the page's order."""
    published_at: datetime | None = None
    """As the page claims. Aware, UTC."""
    published_raw: str | None = None
    """What the page said, zone and all."""
    modified_at: datetime | None = None
    modified_raw: str | None = None
    language: str | None = None
    """Primary subtag, lower case ("de")."""
    section: str | None = None
    tags: tuple[str, ...] = ()
    canonical_url: str | None = None
    """As the page claims; whether it is believed is decided when it is archived."""
    image: str | None = None
    description: str | None = None
    site_name: str | None = None
    access: Access = Access.UNKNOWN
    signs: tuple[str, ...] = ()
    """What said so."""
    degraded: str | None = None
    """Why this may not be all of the article (a cut-off body, a parser that gave up). None: nothing speaks for it."""
    origins: dict[str, str] = attrs.field(factory=dict)
    """Field -> where its value was read ("json-ld", "opengraph", …)."""
    pager: Pager | None = None
    """Where its other parts are. None: it stands on this page alone. Of all parts together, what the first one says."""
    blocks: tuple[Block, ...] = ()
    leaves: bytes = b""
    """The keys of all text on the page outside links, in the article or not, as `storage.leaves` packs them: what a
    site repeats is learnt from these."""
    noindex: bool = False
    """Whether the page asks search engines to leave it out. Of the visit, not of the text: no extraction keeps it."""

    @property
    def whole(self) -> bool:
        """Whether this shows all of the article, as far as can be told."""
        return self.access in FULL and self.degraded is None


NOT_IN_ROW = frozenset({"blocks", "noindex"})
"""Fields of an article that an extraction's row has not: blocks have rows of their own."""


@attrs.frozen(kw_only=True)
class Cut:
    """A block that cleaning took out."""

    position: int
    """Index into the article's blocks."""
    reason: str


@attrs.frozen(kw_only=True)
class Rendition:
    """An article's text: one extraction, cleaned by one version of the rules and one generation of the site memory."""

    extractor: str
    rules: str
    generation: int
    """Of the site memory; 0 where nothing has been learnt."""
    text: str
    """Standfirst and body blocks joined by a newline."""
    cuts: tuple[Cut, ...] = ()

    @property
    def version(self) -> str:
        """The versions that made it, as exports print them."""
        return f"{self.extractor}; {self.rules}; memory {self.generation}"

    @property
    def digest(self) -> str:
        """`sha256:` of the text."""
        return "sha256:" + hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def words(self) -> int:
        """Runs of non-space characters in the text."""
        return len(self.text.split())


def content_digest(article: Article, rendition: Rendition) -> str:
    """`sha256:` of all that makes a change when it differs: title, byline, text, captions and credits.

    Dates are not among them: a modified date alone is a field, not a change. White space is folded.
    """
    cut = {cut.position for cut in rendition.cuts}
    apart = [b.text for i, b in enumerate(article.blocks) if b.kind in APART and i not in cut]
    parts = [article.title or "", "\x1f".join(article.authors), rendition.text, *apart]
    folded = "\x1e".join(" ".join(part.split()) for part in parts)
    return "sha256:" + hashlib.sha256(folded.encode("utf-8")).hexdigest()
