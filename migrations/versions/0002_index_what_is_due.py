"""Index what is due by its state and pool, and the check-ins that every answer looks for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WAITING = sa.text("state IN ('pending', 'leased', 'unknown')")
_OPEN = sa.text("status IN ('issued', 'started')")
_MISSED = sa.text("status = 'missed'")


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_outbound_due", table_name="outbound_message", postgresql_where=_WAITING, sqlite_where=_WAITING)
    op.create_index(
        "ix_outbound_due",
        "outbound_message",
        ["state", "pool", "priority", "next_attempt_at", "id"],
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )
    op.create_index("ix_checkin_patient_open", "checkin", ["patient_id"], postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.create_index(
        "ix_checkin_enrolment_missed",
        "checkin",
        ["enrolment_id", "window_ends_at"],
        postgresql_where=_MISSED,
        sqlite_where=_MISSED,
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_checkin_enrolment_missed", table_name="checkin", postgresql_where=_MISSED, sqlite_where=_MISSED)
    op.drop_index("ix_checkin_patient_open", table_name="checkin", postgresql_where=_OPEN, sqlite_where=_OPEN)
    op.drop_index("ix_outbound_due", table_name="outbound_message", postgresql_where=_WAITING, sqlite_where=_WAITING)
    op.create_index(
        "ix_outbound_due",
        "outbound_message",
        ["priority", "next_attempt_at", "id"],
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )
