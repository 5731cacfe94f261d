"""The table of what is withheld from readers, and was: a log."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from storage.tables import Table


class WithheldRow(Table):
    """A page, a snapshot or a source that was hidden from every reader. Never deleted; lifting it is noted."""

    __tablename__ = "withheld"
    __table_args__ = (
        CheckConstraint("kind IN ('page', 'snapshot', 'source')", name="kind"),
        # Every reading query asks it for each row. It is empty where nothing is withheld.
        Index(
            "ix_withheld_in_force",
            "kind",
            "target_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    kind: Mapped[str]
    target_id: Mapped[int]
    """The row of `page`, `snapshot` or `source`; of one that was lifted it may be gone, or another."""
    name: Mapped[str]
    """What it was called then: a page's canonical URL, a snapshot's number, a source's name."""
    reason: Mapped[str]
    """The owner's sentence. Readers are told it."""
    withheld_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    """None: it is withheld."""
