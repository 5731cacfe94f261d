"""Hosts that cannot be reached."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("host", sa.Column("unreachable", sa.Integer(), server_default="0", nullable=False))
