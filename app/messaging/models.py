"""Tables of texts out (the outbox), of what the provider said of them, and of texts in."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, Encrypted, SiteOwned, encrypted

WAITING = text("state IN ('pending', 'leased', 'unknown')")
"""The texts that ``ix_outbound_due`` holds. SQLite uses it for statements that say so in the same words."""
_SILENT = text("next_poll_at IS NOT NULL")
_ALERTS = text("alert_id IS NOT NULL")
_UNSETTLED = text("settled_at IS NULL")


class OutboundMessage(SiteOwned, Base):
    """A text that is to leave, or has left.

    ``state`` is ours (pending, leased, handed_over, unknown, dead, cancelled); ``status`` is the provider's. The
    ``business_key`` makes writing the same message twice impossible; ``attempt`` is the fence: only the holder of
    the latest attempt may record its result. ``pool`` names the senders that it may leave from.
    """

    __tablename__ = "outbound_message"
    __table_args__ = (
        # By state and pool first: looking for a page must not read all the check-ins that wait.
        Index(
            "ix_outbound_due",
            "state",
            "pool",
            "priority",
            "next_attempt_at",
            "id",
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index("ix_outbound_patient", "patient_id", "created_at", "id"),
        Index("ix_outbound_site_created", "site_id", "created_at", "id"),
        Index("ix_outbound_checkin", "checkin_id"),
        Index("ix_outbound_alert", "alert_id", postgresql_where=_ALERTS, sqlite_where=_ALERTS),
        Index("ix_outbound_silent", "next_poll_at", postgresql_where=_SILENT, sqlite_where=_SILENT),
    )

    business_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int]
    pool: Mapped[str] = mapped_column(String(10))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    practitioner_id: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    checkin_id: Mapped[str | None] = mapped_column(ForeignKey("checkin.id"))
    alert_id: Mapped[str | None] = mapped_column(ForeignKey("alert.id"))
    _recipient: Mapped[bytes] = mapped_column("recipient", Encrypted)
    recipient = encrypted("_recipient")
    recipient_index: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str | None] = mapped_column(String(40))
    _body: Mapped[bytes] = mapped_column("body", Encrypted)
    body = encrypted("_body")
    segments: Mapped[int]
    encoding: Mapped[str] = mapped_column(String(6))
    callback_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    status: Mapped[str | None] = mapped_column(String(20))
    message_sid: Mapped[str | None] = mapped_column(String(40), index=True)
    error_code: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    lease_expires_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    next_poll_at: Mapped[datetime | None]


class SenderPace(Base):
    """When a sender may send again; ``id`` is the number or messaging service. Carriers queue what comes faster.

    A sender that the provider refuses altogether rests until ``paused_until``, for the error ``paused_code``.
    """

    __tablename__ = "sender_pace"

    next_free_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    paused_code: Mapped[int | None]


class DeliveryEvent(Base):
    """One thing the provider said of a message. The final status depends only on the set of these."""

    __tablename__ = "delivery_event"
    __table_args__ = (UniqueConstraint("message_sid", "status", "error_code"),)

    message_id: Mapped[str | None] = mapped_column(ForeignKey("outbound_message.id"), index=True)
    message_sid: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    error_code: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]


class InboundMessage(SiteOwned, Base):
    """A text that came in, exactly once per provider's id, with what was understood of it."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        Index("ix_inbound_patient", "patient_id", "received_at", "id"),
        Index("ix_inbound_site_received", "site_id", "received_at", "id"),
        Index("ix_inbound_sender", "sender_index", "received_at"),
    )

    message_sid: Mapped[str] = mapped_column(String(40), unique=True)
    _sender: Mapped[bytes] = mapped_column("sender", Encrypted)
    sender = encrypted("_sender")
    sender_index: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(String(40))
    _body: Mapped[bytes] = mapped_column("body", Encrypted)
    body = encrypted("_body")
    _raw_body: Mapped[bytes | None] = mapped_column("raw_body", Encrypted)
    raw_body = encrypted("_raw_body")
    media: Mapped[int] = mapped_column(default=0)
    opt_out_type: Mapped[str | None] = mapped_column(String(10))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    practitioner_id: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    result: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]


class SideQuestion(SiteOwned, Base):
    """A question that we asked a number beside any check-in: ``who`` is writing, or ``where`` they are.

    ``choices`` are what its numbered answers mean; ``inbound_id`` is the text that waits for the answer.
    """

    __tablename__ = "side_question"
    __table_args__ = (
        Index("ix_side_question_number", "number_index", "asked_at"),
        Index("ix_side_question_open", "expires_at", postgresql_where=_UNSETTLED, sqlite_where=_UNSETTLED),
    )

    number_index: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(10))
    choices: Mapped[list[Any]]
    chosen: Mapped[int | None]
    inbound_id: Mapped[str] = mapped_column(ForeignKey("inbound_message.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
