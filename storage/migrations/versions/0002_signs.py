"""What cleaning goes by: the box, links and signs of a block, and the keys of a page's lines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("block", sa.Column("box", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("block", sa.Column("links", sa.Float(), nullable=False, server_default="0"))
    op.add_column("block", sa.Column("signs", sa.JSON(), nullable=True))
    op.add_column("extraction", sa.Column("leaves", sa.LargeBinary(), nullable=False, server_default=""))
