"""Finds what a reader names: a page by a URL of it, a source by its name."""

from sqlalchemy import Connection, select

from storage import pages
from storage.errors import InvalidURL, PageNotFound, SourceNotFound
from storage.tables import SourceRow

# More digits than this may be more than a 64-bit column holds, which the database's driver would refuse to compare.
MAX_ID_DIGITS = 18


def is_id(what: str) -> bool:
    """Whether what was named is a row's number, and no URL."""
    return what.isdecimal() and len(what) <= MAX_ID_DIGITS


def page_of(connection: Connection, url: str) -> int:
    """The page that a URL leads to. Raises PageNotFound."""
    try:
        alias = pages.find_alias(connection, url)
    except InvalidURL as error:
        raise PageNotFound(url) from error
    if alias is None:
        raise PageNotFound(url)
    return alias.page_id


def must_know(connection: Connection, source: str) -> None:
    """Raises SourceNotFound where there is no source of that name."""
    known = connection.execute(select(SourceRow.name).order_by(SourceRow.name)).scalars().all()
    if source not in known:
        raise SourceNotFound(source, list(known))


def source_id(connection: Connection, source: str) -> int:
    """The row of the source of that name. Raises SourceNotFound."""
    found: int | None = connection.execute(select(SourceRow.id).where(SourceRow.name == source)).scalar()
    if found is None:
        must_know(connection, source)
        raise SourceNotFound(source, [])
    return found
