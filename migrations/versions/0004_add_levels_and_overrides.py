"""Add goals, baselines, snoozes, rule overrides, reassessments, rotations and stand-ins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rotation",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("schedule_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("members", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("hand_over_at", sa.String(length=5), nullable=False),
        sa.Column("until_at", sa.String(length=5), nullable=True),
        sa.Column("turn_days", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["on_call_schedule.id"], name=op.f("fk_rotation_schedule_id_on_call_schedule")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_rotation_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
    )
    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotation_schedule_id"), ["schedule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rotation_site_id"), ["site_id"], unique=False)

    op.create_table(
        "rule_override",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=True),
        sa.Column("program", sa.String(length=80), nullable=False),
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("change", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_rule_override_patient_id_patient")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_rule_override_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_override")),
    )
    with op.batch_alter_table("rule_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_override_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index("ix_rule_override_program", ["site_id", "program", "patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rule_override_site_id"), ["site_id"], unique=False)

    op.create_table(
        "shift_override",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("schedule_id", sa.String(length=40), nullable=False),
        sa.Column("practitioner_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_shift_override_practitioner_id_practitioner")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["on_call_schedule.id"], name=op.f("fk_shift_override_schedule_id_on_call_schedule")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_shift_override_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_override")),
    )
    with op.batch_alter_table("shift_override", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_override_schedule_id"), ["schedule_id"], unique=False)
        batch_op.create_index("ix_shift_override_site_ends", ["site_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_override_site_id"), ["site_id"], unique=False)

    op.create_table(
        "symptom_level",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("respondent", sa.String(length=12), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("response_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_symptom_level_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["questionnaire_response.id"],
            name=op.f("fk_symptom_level_response_id_questionnaire_response"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_symptom_level_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptom_level")),
    )
    with op.batch_alter_table("symptom_level", schema=None) as batch_op:
        batch_op.create_index("ix_symptom_level_patient", ["patient_id", "kind", "set_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_symptom_level_site_id"), ["site_id"], unique=False)

    op.create_table(
        "reassessment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("related_person_id", sa.String(length=40), nullable=True),
        sa.Column("checkin_id", sa.String(length=40), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=True),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("after", sa.Double(), nullable=True),
        sa.Column("change", sa.Integer(), nullable=True),
        sa.Column("called", sa.Integer(), nullable=True),
        sa.Column("helped", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_reassessment_alert_id_alert")),
        sa.ForeignKeyConstraint(["checkin_id"], ["checkin.id"], name=op.f("fk_reassessment_checkin_id_checkin")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_reassessment_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["related_person_id"], ["related_person.id"], name=op.f("fk_reassessment_related_person_id_related_person")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reassessment_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment")),
        sa.UniqueConstraint("alert_id", "round", "opened_at", name=op.f("uq_reassessment_alert_id_round_opened_at")),
        sa.UniqueConstraint("checkin_id", name=op.f("uq_reassessment_checkin_id")),
    )
    with op.batch_alter_table("reassessment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reassessment_due",
            ["due_at"],
            unique=False,
            postgresql_where=sa.text("status = 'planned'"),
            sqlite_where=sa.text("status = 'planned'"),
        )
        batch_op.create_index(batch_op.f("ix_reassessment_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reassessment_site_id"), ["site_id"], unique=False)

    op.create_table(
        "snooze",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("patient_id", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("held_back", sa.Integer(), nullable=False),
        sa.Column("last_held_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_snooze_alert_id_alert")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_snooze_patient_id_patient")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_snooze_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snooze")),
    )
    with op.batch_alter_table("snooze", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snooze_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_snooze_site_id"), ["site_id"], unique=False)
        batch_op.create_index(
            "uq_snooze_running",
            ["patient_id", "subject"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_useful_because", sa.String(length=24), nullable=True))

    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.add_column(sa.Column("only", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))
        batch_op.add_column(sa.Column("findings", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))

    with op.batch_alter_table("checkin_plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("timing", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))

    with op.batch_alter_table("on_call_schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team", sa.String(length=10), server_default="clinic", nullable=False))

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("intent", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("treatment_ended_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("program", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rehearsal", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))

    with op.batch_alter_table("questionnaire_response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("findings", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comfort_phone", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("default_goals", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))
        batch_op.add_column(sa.Column("alert_budget", sa.Double(), server_default="25.0", nullable=False))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_column("alert_budget")
        batch_op.drop_column("default_goals")
        batch_op.drop_column("comfort_phone")

    with op.batch_alter_table("questionnaire_response", schema=None) as batch_op:
        batch_op.drop_column("findings")

    with op.batch_alter_table("program", schema=None) as batch_op:
        batch_op.drop_column("rehearsal")

    with op.batch_alter_table("patient", schema=None) as batch_op:
        batch_op.drop_column("treatment_ended_at")
        batch_op.drop_column("intent")

    with op.batch_alter_table("on_call_schedule", schema=None) as batch_op:
        batch_op.drop_column("team")

    with op.batch_alter_table("checkin_plan", schema=None) as batch_op:
        batch_op.drop_column("timing")

    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.drop_column("findings")
        batch_op.drop_column("only")

    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_column("not_useful_because")

    with op.batch_alter_table("snooze", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_snooze_running", postgresql_where=sa.text("ended_at IS NULL"), sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_snooze_site_id"))
        batch_op.drop_index(batch_op.f("ix_snooze_patient_id"))

    op.drop_table("snooze")
    with op.batch_alter_table("reassessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reassessment_site_id"))
        batch_op.drop_index(batch_op.f("ix_reassessment_patient_id"))
        batch_op.drop_index(
            "ix_reassessment_due",
            postgresql_where=sa.text("status = 'planned'"),
            sqlite_where=sa.text("status = 'planned'"),
        )

    op.drop_table("reassessment")
    with op.batch_alter_table("symptom_level", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_symptom_level_site_id"))
        batch_op.drop_index("ix_symptom_level_patient")

    op.drop_table("symptom_level")
    with op.batch_alter_table("shift_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_override_site_id"))
        batch_op.drop_index("ix_shift_override_site_ends")
        batch_op.drop_index(batch_op.f("ix_shift_override_schedule_id"))

    op.drop_table("shift_override")
    with op.batch_alter_table("rule_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rule_override_site_id"))
        batch_op.drop_index("ix_rule_override_program")
        batch_op.drop_index(batch_op.f("ix_rule_override_patient_id"))

    op.drop_table("rule_override")
    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rotation_site_id"))
        batch_op.drop_index(batch_op.f("ix_rotation_schedule_id"))

    op.drop_table("rotation")
