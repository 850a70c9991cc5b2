"""Let people take turns on a rota, and end that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.audit import store as audit
from app.db import Session, site_scope
from app.errors import Rejected
from app.escalation import store as escalation
from app.escalation.hours import WEEKDAYS
from app.escalation.models import Rotation
from app.escalation.oncall import ShiftRole
from app.escalation.rotations import LONGEST_TURN
from app.workflows.plan_shifts import Problems, check_staff_for_duty
from app.workflows.service import Service
from app.zones import instant, wall_clock

MOST_MEMBERS = 20
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationDetails:
    """Who takes turns, by the wall clock of the rota's zone: times are ``08:00``, days ``mon`` … ``sun``.

    The first member's turn begins on ``starts_on`` and lasts ``turn_days`` days. Without ``until_at`` a day lasts until
    the next hand-over; ``days`` left out are all. ``ends_on`` is the first day that is not covered any more.
    """

    role: str
    members: Sequence[str]
    starts_on: date
    hand_over_at: str
    turn_days: int = 7
    until_at: str | None = None
    days: Sequence[str] | None = None
    ends_on: date | None = None


def add_rotation(service: Service, *, site_id: str, schedule_id: str, details: RotationDetails, agent: str) -> str:
    """Make a rotation; returns its id. Raises ``NotFound``, ``Rejected`` naming each wrong field."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        schedule = escalation.get_schedule(session, schedule_id=schedule_id)
        if problems := _check(session, details):
            raise Rejected(problems)
        days = [day for day in WEEKDAYS if day in details.days] if details.days else None
        row = Rotation(
            schedule_id=schedule.id, role=details.role, members=list(details.members), starts_on=details.starts_on,
            hand_over_at=details.hand_over_at, until_at=details.until_at, turn_days=details.turn_days,
            days=None if days is None or len(days) == len(WEEKDAYS) else days, ends_on=details.ends_on, created_at=now,
        )  # fmt: skip
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="rotation", entity_id=row.id, now=now)
        return row.id


def end_rotation(
    service: Service,
    *,
    site_id: str,
    schedule_id: str,
    rotation_id: str,
    agent: str,
    ends_on: date | None = None,
) -> None:
    """End a rotation: ``ends_on`` is the first day without it, else the day that is under way is its last.

    Raises ``NotFound``, ``Rejected`` for a day in the past: who was on duty stays on record.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        zone = escalation.get_schedule(session, schedule_id=schedule_id).time_zone
        row = escalation.get_rotation(session, schedule_id=schedule_id, rotation_id=rotation_id)
        if ends_on is not None and not wall_clock(now, zone).date() <= ends_on <= _LAST:
            raise Rejected({"ends_on": ["must be today or later."]})
        row.ends_on = ends_on or _next_day(row, zone, now)
        audit.record(
            session, agent=agent, action="end", entity="rotation", entity_id=row.id, now=now,
            ends_on=row.ends_on.isoformat(),
        )  # fmt: skip


def _next_day(row: Rotation, zone: str, now: datetime) -> date:
    """The first day of a rotation that has not begun yet."""
    today = wall_clock(now, zone).date()
    begins = instant(datetime.combine(today, time.fromisoformat(row.hand_over_at)), zone)
    return today if now < begins else today + timedelta(days=1)


def _check(session: Session, details: RotationDetails) -> Problems:
    problems: Problems = {}
    if details.role not in list(ShiftRole):
        problems["role"] = [f"must be one of {', '.join(ShiftRole)}."]
    if not 1 <= len(details.members) <= MOST_MEMBERS:
        problems["members"] = [f"Name 1 to {MOST_MEMBERS} people, in the order of their turns."]
    else:
        problems |= check_staff_for_duty(session, "members", details.members)
    for name, clock in (("hand_over_at", details.hand_over_at), ("until_at", details.until_at)):
        if clock is not None and not _CLOCK.fullmatch(clock):
            problems[name] = ["must be a time of day such as 08:00."]
    if not 1 <= details.turn_days <= LONGEST_TURN:
        problems["turn_days"] = [f"must be 1 to {LONGEST_TURN} days."]
    if details.days is not None and (not details.days or not set(details.days) <= set(WEEKDAYS)):
        problems["days"] = [f"Days are {', '.join(WEEKDAYS)}."]
    if not _FIRST <= details.starts_on <= _LAST:
        problems["starts_on"] = [f"must lie between {_FIRST} and {_LAST}."]
    if details.ends_on is not None and not details.starts_on < details.ends_on <= _LAST:
        problems["ends_on"] = ["must be later than starts_on."]
    return problems
