"""Tables of programs, of who follows them, and of each occasion on which a person is asked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned

_OPEN = text("status IN ('issued', 'started')")
_MISSED = text("status = 'missed'")


class PublishedProgram(Base):
    """One immutable version of a program: when people are asked, and what happens with the answers.

    ``rehearsal`` is what replaying answers through it showed before it was published, and who let it pass all the same.
    """

    __tablename__ = "program"
    __table_args__ = (UniqueConstraint("name", "version"),)

    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    definition: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    rehearsal: Mapped[dict[str, Any] | None]


class SiteProgram(SiteOwned, Base):
    """Which version of a program new enrolments of a site follow."""

    __tablename__ = "site_program"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    name: Mapped[str] = mapped_column(String(80))
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))


class Enrolment(SiteOwned, Base):
    """A patient following one version of a program."""

    __tablename__ = "enrolment"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    program: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12))
    enrolled_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CheckinPlan(SiteOwned, Base):
    """A repeating plan of one enrolment for one person. ``next_slot_at`` is the next moment at which it is due.

    ``timing`` is this person's own, in a program's form, where it differs from the program's.
    """

    __tablename__ = "checkin_plan"
    __table_args__ = (
        Index(
            "ix_checkin_plan_due",
            "next_slot_at",
            postgresql_where=text("next_slot_at IS NOT NULL"),
            sqlite_where=text("next_slot_at IS NOT NULL"),
        ),
    )

    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    name: Mapped[str] = mapped_column(String(80))
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"))
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    time_zone: Mapped[str] = mapped_column(String(64))
    timing: Mapped[dict[str, Any] | None]
    next_slot_at: Mapped[datetime | None]
    next_local_date: Mapped[date | None]
    next_local_time: Mapped[str | None] = mapped_column(String(8))


class Checkin(SiteOwned, Base):
    """One occasion: planned, issued, answered or missed. Exactly one exists per plan, local date and slot.

    ``asked`` and ``misunderstood`` say where the dialogue by text stands: the items asked last, and how often the
    reply to them was not understood. ``told_subjects`` are those that the person was told what to do about.
    ``only`` are the items that this occasion asks, where it does not ask them all. ``findings`` is what its silence was
    judged to need, as a response's are.
    """

    __tablename__ = "checkin"
    __table_args__ = (
        UniqueConstraint("plan_id", "local_date", "slot"),
        Index("ix_checkin_patient_due", "patient_id", "due_at", "id"),
        Index("ix_checkin_patient_open", "patient_id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index(
            "ix_checkin_enrolment_missed",
            "enrolment_id",
            "window_ends_at",
            postgresql_where=_MISSED,
            sqlite_where=_MISSED,
        ),
        Index(
            "ix_checkin_open",
            "next_action_at",
            postgresql_where=text("next_action_at IS NOT NULL"),
            sqlite_where=text("next_action_at IS NOT NULL"),
        ),
    )

    plan_id: Mapped[str] = mapped_column(ForeignKey("checkin_plan.id"))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    related_person_id: Mapped[str | None] = mapped_column(ForeignKey("related_person.id"))
    name: Mapped[str] = mapped_column(String(80))
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaire.id"))
    local_date: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reminders_sent: Mapped[int] = mapped_column(default=0)
    next_action_at: Mapped[datetime | None]
    asked: Mapped[list[Any]] = mapped_column(default=list)
    misunderstood: Mapped[int] = mapped_column(default=0)
    told_subjects: Mapped[list[Any]] = mapped_column(default=list)
    only: Mapped[list[Any] | None]
    findings: Mapped[list[Any] | None]


class FormLink(SiteOwned, Base):
    """A secret address of one check-in's form for one person; only its hash is stored."""

    __tablename__ = "form_link"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    checkin_id: Mapped[str] = mapped_column(ForeignKey("checkin.id"), index=True)
    expires_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
