"""What of a snapshot is compared."""

from datetime import datetime
from typing import Any, Self

import attrs


@attrs.frozen(kw_only=True)
class Version:
    """An article as one rendition has it."""

    title: str | None = None
    standfirst: str = ""
    """The lines of the text that it begins with, joined by newlines. Empty: none is known."""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    section: str | None = None
    image: str | None = None
    captions: tuple[str, ...] = ()
    """With credits, in the page's order."""
    access: str | None = None
    text: str = ""

    @classmethod
    def of(cls, one: Any) -> Self:
        """Of anything that has some of these fields, such as a snapshot or an article."""
        if isinstance(one, cls):
            return one
        known = {field.name: getattr(one, field.name) for field in attrs.fields(cls) if hasattr(one, field.name)}
        for name in ("authors", "captions"):
            if name in known:
                known[name] = tuple(known[name])
        return cls(**known)
