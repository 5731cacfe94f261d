"""A resource that a page or a style sheet names, and the choice of what stands in its place."""

import re
from collections.abc import Callable
from typing import Literal

import ada_url
import attrs

Kind = Literal["style", "image", "font", "link"]
"""What it is used as; `link`: a reader may follow it."""

# What has no address of its own.
_INLINE = re.compile(r"\s*(?:data|about|blob|javascript|mailto|tel|sms):", re.IGNORECASE)


@attrs.frozen
class Reference:
    """A resource that is named."""

    kind: Kind
    url: str
    """Absolute, http or https, without its fragment."""


Choose = Callable[[Reference], str | None]
"""What to put in the place of a reference; None: nothing, and what named it does without."""


def absolute(text: str, base: str) -> str | None:
    """A named address as an absolute one, as the URL standard joins them; None where it is no http(s) URL."""
    if _INLINE.match(text):
        return None
    try:
        url: str = ada_url.join_url(base, text.strip())
    except ValueError:
        return None
    return url.partition("#")[0] if url.startswith(("http://", "https://")) else None
