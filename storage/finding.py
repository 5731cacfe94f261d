"""Finds what a reader names: a page by a URL of it, a source by its name."""

from sqlalchemy import Connection, select

from storage import pages, withholding
from storage.errors import InvalidURL, PageNotFound, SourceNotFound
from storage.tables import SourceRow

# More digits than this may be more than a 64-bit column holds, which the database's driver would refuse to compare.
MAX_ID_DIGITS = 18


def is_id(what: str) -> bool:
    """Whether what was named is a row's number, and no URL."""
    return what.isascii() and what.isdecimal() and len(what) <= MAX_ID_DIGITS


def page_of(connection: Connection, url: str) -> int:
    """The page that a URL leads to, for a reader. Raises PageNotFound, and Withheld where it is hidden."""
    page = any_page_of(connection, url)
    withholding.must_show_page(connection, page, url)
    return page


def any_page_of(connection: Connection, url: str) -> int:
    """The page that a URL leads to, withheld or not. Raises PageNotFound."""
    try:
        alias = pages.find_alias(connection, url)
    except InvalidURL as error:
        raise PageNotFound(url) from error
    if alias is None:
        raise PageNotFound(url)
    return alias.page_id


def must_know(connection: Connection, source: str) -> None:
    """Raises SourceNotFound where there is no source of that name, and Withheld where it is hidden."""
    any_source(connection, source)
    withholding.must_show_source(connection, source)


def any_source(connection: Connection, source: str) -> int:
    """The source of that name, withheld or not. Raises SourceNotFound."""
    found: int | None = connection.execute(select(SourceRow.id).where(SourceRow.name == source)).scalar()
    if found is None:
        # Whoever asks may be a reader: what is withheld is not named.
        shown = select(SourceRow.name).where(withholding.visible_source()).order_by(SourceRow.name)
        raise SourceNotFound(source, list(connection.execute(shown).scalars()))
    return found


def source_id(connection: Connection, source: str) -> int:
    """The row of the source of that name, for a reader. Raises SourceNotFound, and Withheld where it is hidden."""
    found = any_source(connection, source)
    withholding.must_show_source(connection, source)
    return found
