"""Add side questions, pauses, polling of silent texts, and the canary."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "canary",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
    )
    op.create_table(
        "side_question",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("number_index", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=True),
        sa.Column("inbound_id", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["inbound_message.id"], name=op.f("fk_side_question_inbound_id_inbound_message")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_side_question_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_side_question")),
    )
    with op.batch_alter_table("side_question", schema=None) as batch_op:
        batch_op.create_index("ix_side_question_number", ["number_index", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_side_question_open",
            ["expires_at"],
            unique=False,
            postgresql_where=sa.text("settled_at IS NULL"),
            sqlite_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_side_question_site_id"), ["site_id"], unique=False)

    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard_from_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_outbound_silent",
            ["next_poll_at"],
            unique=False,
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
        )

    with op.batch_alter_table("sender_pace", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_code", sa.Integer(), nullable=True))

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spread_minutes", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_column("spread_minutes")

    with op.batch_alter_table("sender_pace", schema=None) as batch_op:
        batch_op.drop_column("paused_code")
        batch_op.drop_column("paused_until")

    with op.batch_alter_table("outbound_message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbound_silent",
            postgresql_where=sa.text("next_poll_at IS NOT NULL"),
            sqlite_where=sa.text("next_poll_at IS NOT NULL"),
        )
        batch_op.drop_column("next_poll_at")

    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_column("paused_until")
        batch_op.drop_column("asked_again_at")
        batch_op.drop_column("heard_from_at")

    with op.batch_alter_table("side_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_side_question_site_id"))
        batch_op.drop_index(
            "ix_side_question_open",
            postgresql_where=sa.text("settled_at IS NULL"),
            sqlite_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index("ix_side_question_number")

    op.drop_table("side_question")
    op.drop_table("canary")
