"""Search: a place in the full-text index for each snapshot; and tags and notes."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# As in `storage.search_tables`. What is there already is indexed by whatever opens the archive for writing next.
_CONTENT = """
    CREATE VIEW search_content (doc, title, byline, text) AS
    SELECT search_row.doc, search_form(extraction.title), search_names(extraction.authors), search_form(rendition.text)
    FROM search_row
    JOIN rendition ON rendition.id = search_row.rendition_id
    JOIN extraction ON extraction.id = rendition.extraction_id
"""
_INDEX = """
    CREATE VIRTUAL TABLE search USING fts5 (
        title, byline, text, content = 'search_content', content_rowid = 'doc', tokenize = 'ascii'
    )
"""


def upgrade() -> None:
    op.create_table(
        "search_row",
        sa.Column("doc", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("rendition_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(8), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("captured_at", UTCDateTime(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_search_row_snapshot_id")),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"], name=op.f("fk_search_row_rendition_id")),
        sa.PrimaryKeyConstraint("doc", name=op.f("pk_search_row")),
        sa.UniqueConstraint("snapshot_id", name=op.f("uq_search_row_snapshot_id")),
    )
    op.create_index("ix_search_row_page_id", "search_row", ["page_id", "captured_at"])
    op.execute(_CONTENT)
    op.execute(_INDEX)
    for name, columns in (("tag", ("name", "folded")), ("note", ("text", "words"))):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("alias_id", sa.Integer(), nullable=False),
            sa.Column("snapshot_id", sa.Integer(), nullable=True),
            *(sa.Column(column, sa.Text(), nullable=False) for column in columns),
            sa.Column("added_at", UTCDateTime(), nullable=False),
            sa.ForeignKeyConstraint(["alias_id"], ["alias.id"], name=op.f(f"fk_{name}_alias_id")),
            sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f(f"fk_{name}_snapshot_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(f"ix_{name}_alias_id", name, ["alias_id"])
    op.create_index("ix_tag_folded", "tag", ["folded"])
