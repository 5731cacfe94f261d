"""What goes to a worker process and what may come back in place of an article. Imports nothing of the extractor's."""

import attrs

from storage.capture import RENDERED_TYPE, Exchange


@attrs.frozen(kw_only=True)
class PageBytes:
    """What extraction needs of a capture; crosses to a worker process."""

    url: str
    body: bytes
    """As sent, before content decoding."""
    content_encoding: str | None
    content_type: str | None
    truncated: bool

    @classmethod
    def of(cls, exchange: Exchange) -> "PageBytes":
        """The part of an exchange that extraction reads: what a browser made of it, where one has."""
        if exchange.rendered is not None:
            return cls(
                url=exchange.url,
                body=exchange.rendered,
                content_encoding=None,
                content_type=RENDERED_TYPE,
                truncated=exchange.truncated is not None,
            )
        return cls(
            url=exchange.url,
            body=exchange.body,
            content_encoding=exchange.header("Content-Encoding"),
            content_type=exchange.header("Content-Type"),
            truncated=exchange.truncated is not None,
        )


@attrs.frozen
class NotArticle:
    """The bytes hold no article."""

    kind: str
    """"empty", "not_html", "no_text", "listing", "too_large"."""
    why: str
    """One line for the user."""


@attrs.frozen
class PartBytes:
    """What the address of an article's further part answered; crosses to a worker process."""

    url: str
    """The URL that answered."""
    page: PageBytes | str
    """A string says why there is nothing to read."""
