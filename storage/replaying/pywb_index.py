"""The index of captures that pywb needs beside the WARC files."""

from collections.abc import Iterator

from storage.archive import Archive
from storage.cdx_query import FIELDS, MORE_FIELDS, CdxQuery

# Every key: they are printable ASCII.
_ALL = [("", "\x7f")]


def lines(archive: Archive) -> Iterator[str]:
    """Sorted CDXJ, a line for each capture that is shown.

    Without the visits that a server answered with 304: pywb would replay them as they were, which is an empty page,
    and they are often the newest. Without them it shows the capture that the 304 confirmed.
    """
    query = CdxQuery(
        keys=_ALL,
        output="cdxj",
        fields=(*FIELDS, *MORE_FIELDS),
        filters=[lambda row: not (row["mimetype"] == "warc/revisit" and row["not_modified"] == "1")],
    )
    return archive.cdx(query)
