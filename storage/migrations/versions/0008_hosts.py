"""Hosts that cannot be reached, and what they reserve."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("host", sa.Column("unreachable", sa.Integer(), server_default="0", nullable=False))
    op.add_column("host", sa.Column("tdmrep", sa.LargeBinary(), nullable=True))
    op.add_column("host", sa.Column("tdmrep_read_at", sa.DateTime(timezone=True), nullable=True))
