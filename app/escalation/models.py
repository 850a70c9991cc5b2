"""Tables of who is on call and of every call for attention."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned


class OnCallSchedule(SiteOwned, Base):
    """A rota of one site. ``team`` is clinic, or comfort: the hospice or home team, for people with that intent."""

    __tablename__ = "on_call_schedule"

    name: Mapped[str] = mapped_column(String(80))
    time_zone: Mapped[str] = mapped_column(String(64))
    team: Mapped[str] = mapped_column(String(10), default="clinic", server_default="clinic")
    created_at: Mapped[datetime]


class Shift(SiteOwned, Base):
    """One person on call, or backup, from one moment to another."""

    __tablename__ = "shift"
    __table_args__ = (Index("ix_shift_site_ends", "site_id", "ends_at"),)

    schedule_id: Mapped[str] = mapped_column(ForeignKey("on_call_schedule.id"), index=True)
    practitioner_id: Mapped[str] = mapped_column(ForeignKey("practitioner.id"))
    role: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Rotation(SiteOwned, Base):
    """People who take turns in one role of a rota, by the wall clock of the rota's zone.

    ``members`` are practitioner ids in order; the first has the turn that begins on ``starts_on`` at ``hand_over_at``
    ("08:00"), and each turn lasts ``turn_days`` days. With ``until_at`` ("18:00") only that part of each day is
    covered. ``ends_on`` is the first day that it no longer covers.
    """

    __tablename__ = "rotation"

    schedule_id: Mapped[str] = mapped_column(ForeignKey("on_call_schedule.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    members: Mapped[list[Any]]
    starts_on: Mapped[date]
    hand_over_at: Mapped[str] = mapped_column(String(5))
    until_at: Mapped[str | None] = mapped_column(String(5))
    turn_days: Mapped[int]
    days: Mapped[list[Any] | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]


class ShiftOverride(SiteOwned, Base):
    """Somebody stands in for whoever would have a role from one moment to another."""

    __tablename__ = "shift_override"
    __table_args__ = (Index("ix_shift_override_site_ends", "site_id", "ends_at"),)

    schedule_id: Mapped[str] = mapped_column(ForeignKey("on_call_schedule.id"), index=True)
    practitioner_id: Mapped[str] = mapped_column(ForeignKey("practitioner.id"))
    role: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Page(SiteOwned, Base):
    """One call for one person's attention to one alert. ``sequence`` counts an alert's steps taken, for ever upwards.

    ``practitioner_id`` is empty where the site's fallback contact was told.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("alert_id", "sequence", "recipient"),
        Index("ix_page_recipient_paged", "recipient", "paged_at"),
    )

    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"))
    sequence: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(40))
    practitioner_id: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("outbound_message.id"))
    paged_at: Mapped[datetime]
