"""Tables of who is on call and of every call for attention."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Base, SiteOwned
from app.escalation import oncall
from app.escalation.hours import WEEKDAYS
from app.escalation.rotations import Rota, Turns


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

    @property
    def duty(self) -> oncall.Shift:
        """The shift as a value."""
        return oncall.Shift(self.practitioner_id, oncall.ShiftRole(self.role), self.starts_at, self.ends_at)


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

    @property
    def turns(self) -> Turns:
        """The rotation as a value."""
        return Turns(
            role=oncall.ShiftRole(self.role), members=tuple(self.members), starts_on=self.starts_on,
            hand_over_at=time.fromisoformat(self.hand_over_at), turn_days=self.turn_days,
            until_at=time.fromisoformat(self.until_at) if self.until_at else None,
            days=frozenset(map(WEEKDAYS.index, self.days)) if self.days else None, ends_on=self.ends_on,
        )  # fmt: skip


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

    @property
    def duty(self) -> oncall.Shift:
        """The stand-in's shift as a value."""
        return oncall.Shift(self.practitioner_id, oncall.ShiftRole(self.role), self.starts_at, self.ends_at)


class Page(SiteOwned, Base):
    """One call for one person's attention to one alert. ``sequence`` counts an alert's steps taken, for ever upwards.

    ``practitioner_id`` is empty where the site's fallback contact was told.
    """

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("alert_id", "sequence", "recipient"),
        Index("ix_page_recipient_paged", "recipient", "paged_at"),
        Index("ix_page_message", "message_id"),
    )

    alert_id: Mapped[str] = mapped_column(ForeignKey("alert.id"))
    sequence: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(40))
    practitioner_id: Mapped[str | None] = mapped_column(ForeignKey("practitioner.id"))
    message_id: Mapped[str | None] = mapped_column(ForeignKey("outbound_message.id"))
    paged_at: Mapped[datetime]


def rotas_of(
    schedules: Iterable[OnCallSchedule],
    shifts: Iterable[Shift],
    rotations: Iterable[Rotation],
    stand_ins: Iterable[ShiftOverride],
) -> list[Rota]:
    """Rows as values: one rota for each schedule. The rows of other schedules are left out."""
    all_shifts, all_rotations, all_stand_ins = list(shifts), list(rotations), list(stand_ins)
    return [
        Rota(
            zone=schedule.time_zone, team=oncall.Team(schedule.team),
            shifts=[row.duty for row in all_shifts if row.schedule_id == schedule.id],
            turns=[row.turns for row in all_rotations if row.schedule_id == schedule.id],
            stand_ins=[row.duty for row in all_stand_ins if row.schedule_id == schedule.id],
        )
        for schedule in schedules
    ]  # fmt: skip
