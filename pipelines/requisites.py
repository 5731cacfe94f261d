"""What a page needs to look as it did: the images, styles and fonts that its markup and its style sheets name."""

from pipelines.page import PageBytes
from storage.markup.decode import decode_body, decode_text
from storage.replaying import css
from storage.replaying.page import references
from storage.replaying.reference import Reference


def of_page(page: PageBytes) -> list[Reference]:
    """Of a page, in order, each once. Raises BodyTooLarge and UnknownEncoding."""
    return [one for one in references(_text(page), page.url) if one.kind != "link"]


def of_style(page: PageBytes) -> list[Reference]:
    """Of a style sheet, in order, each once. Raises BodyTooLarge and UnknownEncoding."""
    found: dict[Reference, None] = {}

    def note(reference: Reference) -> None:
        found.setdefault(reference)

    css.rewritten(_text(page), page.url, note)
    return list(found)


def _text(page: PageBytes) -> str:
    return decode_text(decode_body(page.body, page.content_encoding).data, page.content_type).text
