"""What is withheld from readers."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withheld",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withheld_at", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('page', 'snapshot', 'source')", name=op.f("ck_withheld_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withheld")),
    )
    in_force = sa.text("lifted_at IS NULL")
    op.create_index(
        "ix_withheld_in_force",
        "withheld",
        ["kind", "target_id"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
