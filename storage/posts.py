"""What became of the notices, rule by rule."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from storage.notice_tables import DigestRow, NoticeRow


@attrs.frozen(kw_only=True)
class Post:
    """What there is of one rule's notices."""

    rule: str
    waiting: int
    """Notices that no digest has taken up."""
    unsent: int
    """Digests that have not gone out by all of their ways."""
    last_sent_at: datetime | None
    error: str | None
    """Why the oldest digest did not go out; None: it was not tried, or all went out."""


def posts(connection: Connection) -> list[Post]:
    """One for each rule that ever had a notice, by name."""
    waiting = _counts(connection, select(NoticeRow.rule, func.count()).where(NoticeRow.digest_id.is_(None)), NoticeRow)
    open_ = (DigestRow.sent_at.is_(None), DigestRow.given_up_at.is_(None))
    unsent = _counts(connection, select(DigestRow.rule, func.count()).where(*open_), DigestRow)
    sent = _counts(connection, select(DigestRow.rule, func.max(DigestRow.sent_at)), DigestRow)
    failed = select(DigestRow.rule, DigestRow.error).where(*open_, DigestRow.failures > 0)
    errors: dict[str, str] = {}
    for row in connection.execute(failed.order_by(DigestRow.id)):
        errors.setdefault(row.rule, row.error)
    return [
        Post(
            rule=rule,
            waiting=waiting.get(rule, 0),
            unsent=unsent.get(rule, 0),
            last_sent_at=sent.get(rule),
            error=errors.get(rule),
        )
        for rule in sorted({*waiting, *sent})
    ]


def _counts(connection: Connection, query: Any, row: type[NoticeRow] | type[DigestRow]) -> dict[str, Any]:
    return {rule: value for rule, value in connection.execute(query.group_by(row.rule)).all()}  # noqa: C416 - typed


def given_up(connection: Connection) -> int:
    """Digests that nobody was told of, since their rule is gone."""
    return connection.execute(select(func.count()).where(DigestRow.given_up_at.is_not(None))).scalar_one()
