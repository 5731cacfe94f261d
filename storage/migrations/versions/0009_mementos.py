"""Where a capture that another web archive made was taken from."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("memento", sa.Text(), nullable=True))
