"""Index pages by their text and texts by their alert, which is asked as somebody takes one; and nothing by site alone.

Every statement names the site, so an index of sites tells no rows apart; SQLite preferred it to the ones that do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ALERTS = sa.text("alert_id IS NOT NULL")
# fmt: off
_TABLES = (
    "alert", "alert_event", "answer", "api_token", "audit_event", "checkin", "checkin_plan", "consent",
    "contact_point", "enrolment", "form_link", "idempotent_answer", "inbound_message", "membership",
    "name_token", "on_call_schedule", "outbound_message", "page", "patient", "questionnaire_response",
    "reassessment", "related_person", "rotation", "rule_override", "shift", "shift_override", "side_question",
    "site_program", "snooze", "staff_session", "symptom_level",
)
# fmt: on


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_outbound_alert", "outbound_message", ["alert_id"], postgresql_where=_ALERTS, sqlite_where=_ALERTS
    )
    op.create_index("ix_page_message", "page", ["message_id"])
    for table in _TABLES:
        op.drop_index(f"ix_{table}_site_id", table_name=table)


def downgrade() -> None:
    """Undo."""
    for table in _TABLES:
        op.create_index(f"ix_{table}_site_id", table, ["site_id"])
    op.drop_index("ix_page_message", table_name="page")
    op.drop_index("ix_outbound_alert", table_name="outbound_message", postgresql_where=_ALERTS, sqlite_where=_ALERTS)
