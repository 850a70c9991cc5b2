"""Make rotas, put people on shifts, and take them off again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.audit import store as audit
from app.db import Session, scope_of, site_scope
from app.errors import Conflict, Rejected
from app.escalation import store as escalation
from app.escalation.models import OnCallSchedule, Shift
from app.escalation.oncall import ShiftRole, Team
from app.staff import store as staff
from app.workflows.service import Service
from app.zones import zone

Problems = dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDetails:
    """One person's time on duty; both moments aware."""

    staff: str
    role: str
    starts_at: datetime
    ends_at: datetime


def add_schedule(
    service: Service, *, site_id: str, name: str, time_zone: str, agent: str, team: str = Team.CLINIC
) -> str:
    """Make a rota; returns its id. Raises ``Rejected``, ``Conflict`` for a name that is taken."""
    problems: Problems = {}
    if not name.strip() or len(name) > 80:
        problems["name"] = ["A name of 1 to 80 characters is needed."]
    if team not in list(Team):
        problems["team"] = [f"must be one of {', '.join(Team)}."]
    try:
        zone(time_zone)
    except ValueError as error:
        problems["time_zone"] = [str(error)]
    if problems:
        raise Rejected(problems)
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        if any(row.name == name.strip() for row in escalation.list_schedules(session)):
            raise Conflict("there is a schedule with this name already")
        row = OnCallSchedule(name=name.strip(), time_zone=time_zone, team=team, created_at=now)
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="schedule", entity_id=row.id, now=now)
        return row.id


def add_shift(service: Service, *, site_id: str, schedule_id: str, details: ShiftDetails, agent: str) -> str:
    """Put somebody on a shift; returns its id. Raises ``NotFound``, ``Rejected`` naming each wrong field."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        schedule = escalation.get_schedule(session, schedule_id=schedule_id)
        if problems := check_duty(session, details):
            raise Rejected(problems)
        row = Shift(
            schedule_id=schedule.id, practitioner_id=details.staff, role=details.role,
            starts_at=details.starts_at, ends_at=details.ends_at,
        )  # fmt: skip
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="shift", entity_id=row.id, now=now)
        return row.id


def remove_shift(service: Service, *, site_id: str, schedule_id: str, shift_id: str, agent: str) -> None:
    """Take somebody off a shift: one that has begun ends now, a later one is deleted.

    Raises ``NotFound``, ``Conflict`` when it is over: who was on duty stays on record.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        shift = escalation.get_shift(session, schedule_id=schedule_id, shift_id=shift_id)
        if shift.ends_at <= now:
            raise Conflict("This shift is over.")
        if shift.starts_at < now:
            shift.ends_at = now
        else:
            session.delete(shift)
        audit.record(
            session, agent=agent, action="remove", entity="shift", entity_id=shift.id, now=now,
            staff=shift.practitioner_id, role=shift.role, starts_at=shift.starts_at.isoformat(),
        )  # fmt: skip


def check_duty(session: Session, details: ShiftDetails) -> Problems:
    """What is wrong with a time on duty, by field."""
    problems: Problems = {}
    if details.role not in list(ShiftRole):
        problems["role"] = [f"must be one of {', '.join(ShiftRole)}."]
    if details.ends_at <= details.starts_at:
        problems["ends_at"] = ["must be later than starts_at."]
    return problems | check_staff_for_duty(session, "staff", [details.staff])


def check_staff_for_duty(session: Session, field: str, ids: Collection[str]) -> Problems:
    """What keeps some people from being on duty: they must be at the site and have a number to be paged on."""
    members = {person.id: person for person, _ in staff.list_members(session, site_id=scope_of(session))}
    if any(id not in members for id in ids):
        return {field: ["is no active member of staff of this site."]}
    without = [members[id].name for id in ids if not members[id].phone]
    if without:
        return {field: [f"has no phone number, so they could not be paged ({', '.join(without)})."]}
    return {}
