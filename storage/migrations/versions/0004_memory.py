"""The site memory: generations, the lines that sites repeat, kin sites, overrulings; and runs of `reextract`."""

import sqlalchemy as sa
from alembic import op

from storage.memory_tables import LineKey
from storage.tables import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run", sa.Column("selection", sa.Text(), nullable=True))
    op.add_column("run", sa.Column("reached", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("tally", sa.JSON(), nullable=True))
    # Nothing had been learnt before: generation 0 is the newest that gives the same text.
    op.add_column("rendition", sa.Column("confirmed", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "generation",
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("last_snapshot", sa.Integer(), nullable=False),
        sa.Column("model", sa.LargeBinary(), nullable=True),
        sa.Column("model_lines", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_generation_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
    )
    op.create_table(
        "site_generation",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=True),
        sa.Column("recleaned", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_site_generation_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_generation")),
        sa.UniqueConstraint("site", "generation_id", name=op.f("uq_site_generation_site_generation_id")),
    )
    op.create_index("ix_site_generation_recleaned", "site_generation", ["recleaned"], unique=False)
    op.create_table(
        "memory",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", LineKey(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("superseded_in", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_memory_generation_id")),
        sa.ForeignKeyConstraint(["superseded_in"], ["generation.id"], name=op.f("fk_memory_superseded_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memory")),
        sa.UniqueConstraint("site", "key", "generation_id", name=op.f("uq_memory_site_key_generation_id")),
    )
    op.create_index("ix_memory_key", "memory", ["key"], unique=False)
    op.create_table(
        "kin",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_kin_generation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kin")),
        sa.UniqueConstraint("site", "other", "generation_id", name=op.f("uq_kin_site_other_generation_id")),
    )
    op.create_index("ix_kin_other", "kin", ["other"], unique=False)
    op.create_table(
        "overruling",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", LineKey(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("generation_id", sa.Integer(), nullable=False),
        sa.Column("lifted_in", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["generation.id"], name=op.f("fk_overruling_generation_id")),
        sa.ForeignKeyConstraint(["lifted_in"], ["generation.id"], name=op.f("fk_overruling_lifted_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overruling")),
    )
    op.create_index("ix_overruling_site_key", "overruling", ["site", "key"], unique=False)
