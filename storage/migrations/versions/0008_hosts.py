"""Hosts that cannot be reached, what they reserve, and which stand for others; what browsers made of pages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("host", sa.Column("unreachable", sa.Integer(), server_default="0", nullable=False))
    op.add_column("host", sa.Column("tdmrep", sa.LargeBinary(), nullable=True))
    op.add_column("host", sa.Column("tdmrep_read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "mirror",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mirror")),
        sa.UniqueConstraint("prefix", name=op.f("uq_mirror_prefix")),
    )
    op.create_index(
        "ix_record_conversion",
        "record",
        ["refers_to_id"],
        sqlite_where=sa.text("type = 'conversion'"),
        postgresql_where=sa.text("type = 'conversion'"),
    )
