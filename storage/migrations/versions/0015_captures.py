"""The index of captures by URL, with what is already there; and the images and styles of snapshots."""

import sqlalchemy as sa
from alembic import op

from storage.capture_tables import KEY
from storage.surt import surt

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As many rows are read and written at once.
BATCH = 5000


def upgrade() -> None:
    op.create_table(
        "capture",
        sa.Column("record_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("urlkey", KEY, nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("mime", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_capture_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_capture")),
    )
    # Only for finding the visits of records here.
    op.create_index("ix_visit_record_id", "visit", ["record_id"])
    fill(op.get_bind())
    op.drop_index("ix_visit_record_id", "visit")
    op.create_index("ix_capture_urlkey", "capture", ["urlkey", "captured_at", "record_id"])
    op.create_table(
        "asset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_asset_snapshot_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_asset_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("snapshot_id", "url", name=op.f("uq_asset_snapshot_id_url")),
    )
    op.create_index("ix_asset_record_id", "asset", ["record_id"])


def fill(connection: sa.Connection) -> None:
    """Enter the records that are there, with the statuses of their visits. What no visit tells (the status of a
    redirect, media types) stands in the WARC files only, and stays unknown."""
    read = sa.text(
        "SELECT id, url, captured_at, "
        "(SELECT min(visit.status) FROM visit WHERE visit.record_id = record.id) AS status "
        "FROM record WHERE id > :after AND type IN ('response', 'revisit') ORDER BY id LIMIT :batch"
    )
    write = sa.text("INSERT INTO capture VALUES (:id, :urlkey, :captured_at, :status, NULL)")
    after = 0
    while rows := connection.execute(read, {"after": after, "batch": BATCH}).all():
        connection.execute(
            write,
            [
                {"id": row.id, "urlkey": surt(row.url), "captured_at": row.captured_at, "status": row.status}
                for row in rows
            ],
        )
        after = rows[-1].id
