"""Refusals in a row of a host, so that its back-off grows across runs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("host", sa.Column("back_offs", sa.Integer(), server_default="0", nullable=False))
