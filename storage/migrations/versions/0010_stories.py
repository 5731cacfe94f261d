"""Fingerprints, links and stories; the log of aliases that moved; and keys by the URL standard."""

import sqlalchemy as sa
from alembic import op

from storage.rekeying import rekey

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alias_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alias_id", sa.Integer(), nullable=False),
        sa.Column("from_page", sa.Integer(), nullable=False),
        sa.Column("from_url", sa.Text(), nullable=False),
        sa.Column("to_page", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alias_id"], ["alias.id"], name=op.f("fk_alias_move_alias_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_move")),
    )
    op.create_index(op.f("ix_alias_move_alias_id"), "alias_move", ["alias_id"])
    op.create_table(
        "apart",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_apart")),
    )
    op.create_table(
        "bookmark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bookmark")),
    )
    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("rendition_id", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("story", sa.Text(), nullable=True),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("share", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name=op.f("fk_body_rendition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("digest", name=op.f("uq_body_digest")),
    )
    op.create_index(op.f("ix_body_story"), "body", ["story"])
    op.create_index("ix_body_unplaced", "body", ["state"], sqlite_where=sa.text("state < 2"))
    op.create_table(
        "snapshot_body",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("rendition_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_body_snapshot_id")),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name=op.f("fk_snapshot_body_rendition_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_snapshot_body_body_id")),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_snapshot_body")),
    )
    op.create_index(op.f("ix_snapshot_body_body_id"), "snapshot_body", ["body_id"])
    op.create_table(
        "fingerprint",
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "key", "body_id", name=op.f("pk_fingerprint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "full_key",
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "key", name=op.f("pk_full_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "edge",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("jaccard", sa.Float(), nullable=False),
        sa.Column("containment", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_edge")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_edge_other"), "edge", ["other"])
    rekey(op.get_bind())
