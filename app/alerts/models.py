"""Tables of everything that needs a person, and of what happened to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
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
