"""One observation of a URL on its way through the pipelines into the archive."""

import attrs

from storage.article import Article, Rendition
from storage.capture import Capture, Miss
from storage.outcome import Outcome


@attrs.frozen(kw_only=True)
class Visit:
    """A capture, or the failure to have one, with what each stage has found out about it."""

    found: Capture | Miss

    outcome: Outcome | None = None
    """Set as soon as a stage knows how this ends; later stages then pass it on. None: the archive decides."""

    kind: str | None = None
    """What failed, in one word, beside the outcome."""

    error: str | None = None
    """One line for the user, beside the outcome."""

    same_as: int | None = None
    """The snapshot that rests on the same bytes."""

    parts: tuple[Capture, ...] = ()
    """The captures after the first of an article over several pages, in order."""

    joined: int = 0
    """How many of them, from the first on, are in the article. The one after these was none of its parts, or broken."""

    article: Article | None = None
    rendition: Rendition | None = None

    def ends(self, outcome: Outcome, kind: str | None = None, error: str | None = None) -> "Visit":
        """The same visit with its end known."""
        return attrs.evolve(self, outcome=outcome, kind=kind, error=error)
