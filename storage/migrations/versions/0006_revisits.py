"""Revisits by likelihood of an edit, audits of 304s, and takedowns."""

import sqlalchemy as sa
from alembic import op

from storage.tables import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("frontier", sa.Column("born_at", UTCDateTime(), nullable=True))
    op.add_column("frontier", sa.Column("seen_at", UTCDateTime(), nullable=True))
    op.add_column("frontier", sa.Column("edits", sa.Float(), nullable=False, server_default="0"))
    op.add_column("frontier", sa.Column("expected", sa.Float(), nullable=False, server_default="0"))
    op.add_column("frontier", sa.Column("signalled_at", UTCDateTime(), nullable=True))
    op.add_column("host", sa.Column("distrusted_until", UTCDateTime(), nullable=True))
    op.add_column("host", sa.Column("lies", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("host", sa.Column("audits", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("visit", sa.Column("noindex", sa.Boolean(), nullable=True))
    op.add_column("visit", sa.Column("sign", sa.Text(), nullable=True))
    op.create_table(
        "revisit_plan",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Float(), nullable=False),
        sa.Column("visits_at", UTCDateTime(), nullable=False),
        sa.Column("learnt", sa.LargeBinary(), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisit_plan")),
        sa.UniqueConstraint("scope", name=op.f("uq_revisit_plan_scope")),
    )
    op.create_table(
        "takedown",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("suspected_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("back_at", UTCDateTime(), nullable=True),
        sa.Column("back_status", sa.Integer(), nullable=True),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_takedown_page_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_takedown_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
    )
    op.create_index("ix_takedown_page_id", "takedown", ["page_id"], unique=False)
    op.create_index("ix_takedown_confirmed_at", "takedown", ["confirmed_at"], unique=False)
    op.create_table(
        "replaced_text",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", UTCDateTime(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_replaced_text_page_id")),
        sa.ForeignKeyConstraint(["before_id"], ["snapshot.id"], name=op.f("fk_replaced_text_before_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_replaced_text_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replaced_text")),
        sa.UniqueConstraint("site", "digest", "page_id", name=op.f("uq_replaced_text_site_digest_page_id")),
    )
    _take_over()


def _take_over() -> None:
    """What visits have found gone before there were takedowns. None of it is confirmed: the next visit does that."""
    sign = "CASE WHEN kind IN ('http_404', 'http_410', 'to_front_page') THEN kind ELSE 'soft_404' END"
    op.execute(f"UPDATE visit SET sign = {sign} WHERE outcome = 'gone' AND alias_id IS NOT NULL")
    op.execute(
        "INSERT INTO takedown (page_id, sign, status, suspected_at, snapshot_id) "
        "SELECT page_id, sign, status, suspected_at, snapshot_id FROM ("
        "  SELECT alias.page_id, visit.sign, visit.status, MIN(visit.captured_at) AS suspected_at,"
        "    (SELECT MAX(seen.snapshot_id) FROM visit AS seen JOIN alias AS of_seen ON of_seen.id = seen.alias_id"
        "      WHERE of_seen.page_id = alias.page_id) AS snapshot_id"
        "  FROM visit JOIN alias ON alias.id = visit.alias_id"
        "  WHERE visit.sign IS NOT NULL AND visit.captured_at > COALESCE("
        "    (SELECT MAX(good.captured_at) FROM visit AS good JOIN alias AS of_good ON of_good.id = good.alias_id"
        "      WHERE of_good.page_id = alias.page_id"
        "      AND good.outcome IN ('new', 'changed', 'unchanged', 'not_modified')), '')"
        "  GROUP BY alias.page_id)"
    )
