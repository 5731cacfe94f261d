"""One answer of the newspaper, ready to be sent."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

HTML = "text/html; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
XML = "application/xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
CSS = "text/css; charset=utf-8"
SVG = "image/svg+xml; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a path answers on one day."""

    body: bytes
    """Before any content encoding."""

    content_type: str
    status: int = 200

    location: str = ""
    """Where a redirect leads, absolute. Empty on everything else."""

    changed_at: datetime | None = None
    """For Last-Modified and ETag. Aware. None where the site sends no validators."""

    claimed_etag: str = ""
    """The ETag of another body, on a page whose server does not notice that it was edited. Empty: its own."""

    retry_after: str = ""
    """With a 503. Empty for none."""

    @property
    def etag(self) -> str:
        """Weak, since the same tag goes with and without gzip."""
        return self.claimed_etag or f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"'

    @property
    def compressible(self) -> bool:
        """Whether it is text, so that gzip is worth it."""
        return "charset=" in self.content_type
