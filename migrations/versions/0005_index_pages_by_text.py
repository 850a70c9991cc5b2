"""Index texts by their alert, and pages by their text: both are asked as somebody takes an alert."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ALERTS = sa.text("alert_id IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_outbound_alert", "outbound_message", ["alert_id"], postgresql_where=_ALERTS, sqlite_where=_ALERTS
    )
    op.create_index("ix_page_message", "page", ["message_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_page_message", table_name="page")
    op.drop_index("ix_outbound_alert", table_name="outbound_message", postgresql_where=_ALERTS, sqlite_where=_ALERTS)
