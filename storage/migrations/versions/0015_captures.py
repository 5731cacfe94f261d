"""The index of captures by URL, and what is already there."""

import sqlalchemy as sa
from alembic import op

from storage.capture_tables import KEY
from storage.surt import surt

revision = "0015"
down_revision = "0011"
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
    fill(op.get_bind())
    op.create_index("ix_capture_urlkey", "capture", ["urlkey", "captured_at", "record_id"])


def fill(connection: sa.Connection) -> None:
    """Enter the records that are there, with the statuses of their visits. What no visit tells (the status of a
    redirect, media types) stands in the WARC files only, and stays unknown."""
    statuses = "SELECT record_id, min(status) AS status FROM visit WHERE record_id IS NOT NULL GROUP BY record_id"
    connection.execute(sa.text(f"CREATE TEMPORARY TABLE visit_status AS {statuses}"))
    connection.execute(sa.text("CREATE UNIQUE INDEX visit_status_record ON visit_status (record_id)"))
    read = sa.text(
        "SELECT record.id, record.url, record.captured_at, visit_status.status "
        "FROM record LEFT JOIN visit_status ON visit_status.record_id = record.id "
        "WHERE record.id > :after AND type IN ('response', 'revisit') ORDER BY record.id LIMIT :batch"
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
    connection.execute(sa.text("DROP TABLE visit_status"))
