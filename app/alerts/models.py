"""Tables of everything that needs a person, and of what happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, Encrypted, SiteOwned, encrypted

_OPEN = text("status <> 'resolved'")
_DUE = text("next_action_at IS NOT NULL")


class Alert(SiteOwned, Base):
    """Something that needs a person. At most one is open per patient and subject.

    ``policy`` is a snapshot of the escalation steps at opening, so that an edit cannot strand it. ``next_action_at`` is
    the next moment at which the ladder moves; empty only when nobody is to be paged by the clock.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_open_subject", "patient_id", "subject", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
        Index("uq_alert_open_code", "site_id", "code", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_alert_site_code", "site_id", "code", "resolved_at"),
        Index("ix_alert_due", "next_action_at", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_alert_site_status", "site_id", "status", "tier", "opened_at"),
        Index("ix_alert_site_opened", "site_id", "opened_at", "id"),
    )

    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    response_id: Mapped[str | None] = mapped_column(ForeignKey("questionnaire_response.id"), index=True)
    inbound_id: Mapped[str | None] = mapped_column(ForeignKey("inbound_message.id"))
    code: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(120))
    tier: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(14))
    respondent: Mapped[str | None] = mapped_column(String(12))
    _reason: Mapped[bytes] = mapped_column("reason", Encrypted)
    reason = encrypted("_reason")
    rules: Mapped[list[Any]]
    values: Mapped[dict[str, Any]]
    program_version: Mapped[str | None] = mapped_column(String(120))
    policy: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    triggered_at: Mapped[datetime]
    step: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=0)
    last_step_at: Mapped[datetime | None]
    exhausted: Mapped[bool] = mapped_column(default=False)
    next_action_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    contacted_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    outcome: Mapped[str | None] = mapped_column(String(24))
    not_useful_because: Mapped[str | None] = mapped_column(String(24))


class AlertEvent(SiteOwned, Base):
    """One thing that happened to an alert: opened, evidence, paged, nobody on call, acknowledged, note, resolved."""

    __tablename__ = "alert_event"
    __table_args__ = (Index("ix_alert_event_alert", "alert_id", "at"),)

    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"))
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(String(20))
    agent: Mapped[str] = mapped_column(String(80))
    _detail: Mapped[bytes | None] = mapped_column("detail", Encrypted)
    detail = encrypted("_detail")


class Reassessment(SiteOwned, Base):
    """Asking again, some time after an alert was closed with a promise of relief, whether it helped.

    ``item`` is what is asked of again (a code, else a ``link_id``), ``before`` the answer that raised the alert.
    ``status`` is planned, asked, met, not_met, silent or cancelled.
    """

    __tablename__ = "reassessment"
    __table_args__ = (
        UniqueConstraint("alert_id", "round", "opened_at"),
        Index(
            "ix_reassessment_due",
            "due_at",
            postgresql_where=text("status = 'planned'"),
            sqlite_where=text("status = 'planned'"),
        ),
    )

    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    checkin_id: Mapped[str | None] = mapped_column(ForeignKey("checkin.id"), unique=True)
    round: Mapped[int]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12))
    tier: Mapped[str] = mapped_column(String(8))
    item: Mapped[str | None] = mapped_column(String(80))
    before: Mapped[float | None]
    after: Mapped[float | None]
    change: Mapped[int | None]
    called: Mapped[int | None]
    helped: Mapped[int | None]
    closed_at: Mapped[datetime | None]


class Snooze(SiteOwned, Base):
    """A level that is expected of one person's subject until a moment: at or below it nobody is called.

    ``held_back`` counts what it kept from the team, ``last_held_at`` when it did so last.
    """

    __tablename__ = "snooze"
    __table_args__ = (
        Index(
            "uq_snooze_running",
            "patient_id",
            "subject",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"))
    subject: Mapped[str] = mapped_column(String(120))
    expected: Mapped[float]
    _reason: Mapped[bytes] = mapped_column("reason", Encrypted)
    reason = encrypted("_reason")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    held_back: Mapped[int] = mapped_column(default=0)
    last_held_at: Mapped[datetime | None]


class RuleOverride(SiteOwned, Base):
    """One rule as it holds for one person, or for a whole site (``patient_id`` empty), instead of as published.

    ``change`` maps an operator to its new operand (``{"at_least": 8}``); ``muted`` silences the rule. Every change is a
    new row with the next ``version``; the one before is ended, never edited.
    """

    __tablename__ = "rule_override"
    __table_args__ = (Index("ix_rule_override_program", "site_id", "program", "patient_id"),)

    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"), index=True)
    program: Mapped[str] = mapped_column(String(80))
    rule_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    muted: Mapped[bool]
    change: Mapped[dict[str, Any] | None]
    _reason: Mapped[bytes] = mapped_column("reason", Encrypted)
    reason = encrypted("_reason")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    set_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
