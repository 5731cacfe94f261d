"""Brings together, out of a WARC file, a page and what a browser made of it."""

from collections import deque
from collections.abc import Iterable, Iterator

import attrs

from storage.capture import StoredRecord
from storage.warc_read import ForeignRecord, Skipped

# A conversion stands right behind its page, with the page's request between them at most. More are looked at for files
# that another program has put in order.
LOOKED_BACK = 8


def with_markup(
    records: Iterable[ForeignRecord | Skipped],
) -> Iterator[tuple[ForeignRecord | Skipped, StoredRecord | None]]:
    """The records in their order, each with the conversion to HTML that is of it, whose markup its exchange then has.

    A conversion whose page is not near stays a record of its own.
    """
    waiting: deque[tuple[ForeignRecord | Skipped, StoredRecord | None]] = deque()
    for found in records:
        if not (isinstance(found, ForeignRecord) and found.markup is not None and _joined(waiting, found)):
            waiting.append((found, None))
        if len(waiting) > LOOKED_BACK:
            yield waiting.popleft()
    yield from waiting


def _joined(waiting: deque[tuple[ForeignRecord | Skipped, StoredRecord | None]], conversion: ForeignRecord) -> bool:
    for place, (page, other) in enumerate(waiting):
        if isinstance(page, Skipped) or page.exchange is None or other is not None:
            continue
        if page.record_id == conversion.refers_to and page.url == conversion.url:
            record = StoredRecord(
                record_id=conversion.record_id,
                type=conversion.type,
                gzipped=conversion.gzipped,
                payload_digest=conversion.payload_digest,
            )
            exchange = attrs.evolve(page.exchange, rendered=conversion.markup)
            waiting[place] = (attrs.evolve(page, exchange=exchange), record)
            return True
    return False
