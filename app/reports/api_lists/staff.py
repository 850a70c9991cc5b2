"""Members of staff of a site, their rotas and their shifts, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.db import Database, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import Membership, OnCallSchedule, Practitioner, Shift


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff with their role at the site."""

    id: str
    name: str
    email: str
    phone: str | None
    role: str
    time_zone: str | None
    language: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A rota."""

    id: str
    name: str
    time_zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One person's time on duty; ``schedule`` and ``staff`` are ids."""

    id: str
    schedule: str
    staff: str
    role: str
    starts_at: datetime
    ends_at: datetime


def list_staff(db: Database, *, site_id: str, after: Position | None = None, limit: int = 50) -> Page[StaffRow]:
    """Members of staff of a site, also those whose access was taken away."""
    with db.reading(site_scope(site_id)) as session:
        statement = newest_first(_staff(site_id), Practitioner.created_at, Practitioner.id, after=after, limit=limit)
        rows = [_staff_row(person, role) for person, role in session.execute(statement)]
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_staff_row(db: Database, *, site_id: str, staff_id: str) -> StaffRow:
    """One member of staff of a site; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.execute(_staff(site_id).where(Practitioner.id == staff_id)).first()
        if found is None:
            raise NotFound("there is no such member of staff")
        return _staff_row(found[0], found[1])


def list_schedules(db: Database, *, site_id: str, after: Position | None = None, limit: int = 50) -> Page[ScheduleRow]:
    """The rotas of a site."""
    table = OnCallSchedule
    with db.reading(site_scope(site_id)) as session:
        statement = newest_first(select(table), table.created_at, table.id, after=after, limit=limit)
        rows = [ScheduleRow(s.id, s.name, s.time_zone, s.created_at) for s in session.scalars(statement)]
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_schedule_row(db: Database, *, site_id: str, schedule_id: str) -> ScheduleRow:
    """One rota; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(OnCallSchedule, schedule_id)
        if found is None:
            raise NotFound("there is no such schedule")
        return ScheduleRow(found.id, found.name, found.time_zone, found.created_at)


def list_shifts(
    db: Database, *, site_id: str, schedule_id: str, after: Position | None = None, limit: int = 50
) -> Page[ShiftRow]:
    """The shifts of a rota, the latest start first; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        if session.get(OnCallSchedule, schedule_id) is None:
            raise NotFound("there is no such schedule")
        wanted = select(Shift).where(Shift.schedule_id == schedule_id)
        statement = newest_first(wanted, Shift.starts_at, Shift.id, after=after, limit=limit)
        rows = [_shift_row(shift) for shift in session.scalars(statement)]
        return cut([(Position(row.starts_at, row.id), row) for row in rows], limit)


def get_shift_row(db: Database, *, site_id: str, shift_id: str) -> ShiftRow:
    """One shift; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(Shift, shift_id)
        if found is None:
            raise NotFound("there is no such shift")
        return _shift_row(found)


def _staff(site_id: str) -> Select[Practitioner, str]:
    joined = select(Practitioner, Membership.role).join(Membership, Membership.practitioner_id == Practitioner.id)
    return joined.where(Membership.site_id == site_id)


def _staff_row(person: Practitioner, role: str) -> StaffRow:
    return StaffRow(
        person.id, person.name, person.email, person.phone or None, role, person.time_zone, person.language,
        person.active, person.created_at,
    )  # fmt: skip


def _shift_row(shift: Shift) -> ShiftRow:
    return ShiftRow(
        shift.id, shift.schedule_id, shift.practitioner_id, shift.role, shift.starts_at, shift.ends_at
    )  # fmt: skip
