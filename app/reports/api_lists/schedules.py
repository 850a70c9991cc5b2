"""The rotas of a site and what is planned on them, newest first."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.db import Database, Session, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import OnCallSchedule, Rotation, Shift, ShiftOverride


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A rota."""

    id: str
    name: str
    time_zone: str
    team: str
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


@dataclass(frozen=True, slots=True)
class OverrideRow(ShiftRow):
    """Somebody who stands in for whoever would be on duty."""

    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RotationRow:
    """People who take turns; ``members`` are staff ids."""

    id: str
    schedule: str
    role: str
    members: tuple[str, ...]
    starts_on: date
    hand_over_at: str
    turn_days: int
    until_at: str | None
    days: tuple[str, ...] | None
    ends_on: date | None
    created_at: datetime


def list_schedules(db: Database, *, site_id: str, after: Position | None = None, limit: int = 50) -> Page[ScheduleRow]:
    """The rotas of a site."""
    table = OnCallSchedule
    with db.reading(site_scope(site_id)) as session:
        statement = newest_first(select(table), table.created_at, table.id, after=after, limit=limit)
        rows = [_schedule_row(s) for s in session.scalars(statement)]
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_schedule_row(db: Database, *, site_id: str, schedule_id: str) -> ScheduleRow:
    """One rota; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(OnCallSchedule, schedule_id)
        if found is None:
            raise NotFound("there is no such schedule")
        return _schedule_row(found)


def list_shifts(
    db: Database, *, site_id: str, schedule_id: str, after: Position | None = None, limit: int = 50
) -> Page[ShiftRow]:
    """The shifts of a rota, the latest start first; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        _must_exist(session, schedule_id)
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


def list_rotations(
    db: Database, *, site_id: str, schedule_id: str, after: Position | None = None, limit: int = 50
) -> Page[RotationRow]:
    """The rotations of a rota, the newest first; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        _must_exist(session, schedule_id)
        wanted = select(Rotation).where(Rotation.schedule_id == schedule_id)
        statement = newest_first(wanted, Rotation.created_at, Rotation.id, after=after, limit=limit)
        rows = [_rotation_row(rotation) for rotation in session.scalars(statement)]
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_rotation_row(db: Database, *, site_id: str, rotation_id: str) -> RotationRow:
    """One rotation; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(Rotation, rotation_id)
        if found is None:
            raise NotFound("there is no such rotation")
        return _rotation_row(found)


def list_overrides(
    db: Database, *, site_id: str, schedule_id: str, after: Position | None = None, limit: int = 50
) -> Page[OverrideRow]:
    """The stand-ins of a rota, the latest start first; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        _must_exist(session, schedule_id)
        wanted = select(ShiftOverride).where(ShiftOverride.schedule_id == schedule_id)
        statement = newest_first(wanted, ShiftOverride.starts_at, ShiftOverride.id, after=after, limit=limit)
        rows = [_override_row(row) for row in session.scalars(statement)]
        return cut([(Position(row.starts_at, row.id), row) for row in rows], limit)


def get_override_row(db: Database, *, site_id: str, override_id: str) -> OverrideRow:
    """One stand-in; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(ShiftOverride, override_id)
        if found is None:
            raise NotFound("there is no such stand-in")
        return _override_row(found)


def _must_exist(session: Session, schedule_id: str) -> None:
    if session.get(OnCallSchedule, schedule_id) is None:
        raise NotFound("there is no such schedule")


def _schedule_row(row: OnCallSchedule) -> ScheduleRow:
    return ScheduleRow(row.id, row.name, row.time_zone, row.team, row.created_at)


def _rotation_row(row: Rotation) -> RotationRow:
    return RotationRow(
        id=row.id, schedule=row.schedule_id, role=row.role, members=tuple(row.members), starts_on=row.starts_on,
        hand_over_at=row.hand_over_at, turn_days=row.turn_days, until_at=row.until_at,
        days=tuple(row.days) if row.days else None, ends_on=row.ends_on, created_at=row.created_at,
    )  # fmt: skip


def _override_row(row: ShiftOverride) -> OverrideRow:
    return OverrideRow(
        row.id, row.schedule_id, row.practitioner_id, row.role, row.starts_at, row.ends_at, row.removed_at
    )  # fmt: skip


def _shift_row(shift: Shift) -> ShiftRow:
    return ShiftRow(
        shift.id, shift.schedule_id, shift.practitioner_id, shift.role, shift.starts_at, shift.ends_at
    )  # fmt: skip
