"""Make rotas and put people on shifts."""

from dataclasses import dataclass
from datetime import datetime

from app.audit import store as audit
from app.db import site_scope
from app.errors import Conflict, Rejected
from app.escalation import store as escalation
from app.escalation.models import OnCallSchedule, Shift
from app.escalation.oncall import ShiftRole
from app.staff import store as staff
from app.workflows.service import Service
from app.zones import zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDetails:
    """One person's time on duty; both moments aware."""

    staff: str
    role: str
    starts_at: datetime
    ends_at: datetime


def add_schedule(service: Service, *, site_id: str, name: str, time_zone: str, agent: str) -> str:
    """Make a rota; returns its id. Raises ``Rejected``, ``Conflict`` for a name that is taken."""
    problems: dict[str, list[str]] = {}
    if not name.strip() or len(name) > 80:
        problems["name"] = ["A name of 1 to 80 characters is needed."]
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
        row = OnCallSchedule(name=name.strip(), time_zone=time_zone, created_at=now)
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="schedule", entity_id=row.id, now=now)
        return row.id


def add_shift(service: Service, *, site_id: str, schedule_id: str, details: ShiftDetails, agent: str) -> str:
    """Put somebody on a shift; returns its id. Raises ``NotFound``, ``Rejected`` naming each wrong field."""
    problems: dict[str, list[str]] = {}
    if details.role not in list(ShiftRole):
        problems["role"] = [f"must be one of {', '.join(ShiftRole)}."]
    if details.ends_at <= details.starts_at:
        problems["ends_at"] = ["must be later than starts_at."]
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        schedule = escalation.get_schedule(session, schedule_id=schedule_id)
        members = {person.id: person for person, _ in staff.list_members(session, site_id=site_id)}
        if details.staff not in members:
            problems["staff"] = ["is no active member of staff of this site."]
        elif not members[details.staff].phone:
            problems["staff"] = ["has no phone number, so they could not be paged."]
        if problems:
            raise Rejected(problems)
        row = Shift(
            schedule_id=schedule.id, practitioner_id=details.staff, role=details.role,
            starts_at=details.starts_at, ends_at=details.ends_at,
        )  # fmt: skip
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="shift", entity_id=row.id, now=now)
        return row.id
