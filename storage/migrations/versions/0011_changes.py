"""Changes, worked out once."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    keys = {"new_snapshot_id": "snapshot", "old_snapshot_id": "snapshot", "returns_to": "snapshot",
            "old_rendition_id": "rendition", "new_rendition_id": "rendition"}  # fmt: skip
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("new_snapshot_id", sa.Integer(), nullable=False),
        sa.Column("old_snapshot_id", sa.Integer(), nullable=False),
        sa.Column("old_rendition_id", sa.Integer(), nullable=False),
        sa.Column("new_rendition_id", sa.Integer(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("captured_at", UTCDateTime(), nullable=False),
        sa.Column("worked_out_at", UTCDateTime(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("words_added", sa.Integer(), nullable=False),
        sa.Column("words_removed", sa.Integer(), nullable=False),
        sa.Column("substantive", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stealth", sa.Boolean(), nullable=False),
        sa.Column("redated", sa.Boolean(), nullable=False),
        sa.Column("headline", sa.Boolean(), nullable=False),
        sa.Column("returns_to", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_change_{column}"))
            for column, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("new_snapshot_id", name=op.f("uq_change_new_snapshot_id")),
    )
    op.create_index("ix_change_captured_at", "change", ["captured_at", "id"])
    op.create_index("ix_change_old_snapshot_id", "change", ["old_snapshot_id"])
