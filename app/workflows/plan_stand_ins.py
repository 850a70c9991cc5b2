"""Let somebody stand in for whoever would be on duty, and end that."""

from datetime import datetime

from app.audit import store as audit
from app.db import Session, site_scope
from app.errors import Conflict, Rejected
from app.escalation import store as escalation
from app.escalation.models import ShiftOverride
from app.workflows.plan_shifts import ShiftDetails, check_duty
from app.workflows.service import Service


def add_stand_in(service: Service, *, site_id: str, schedule_id: str, details: ShiftDetails, agent: str) -> str:
    """Let somebody replace whoever would have a role in that stretch; returns the stand-in's id.

    Raises ``NotFound``, ``Conflict`` where somebody stands in already, ``Rejected`` naming each wrong field.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        schedule = escalation.get_schedule(session, schedule_id=schedule_id)
        problems = check_duty(session, details)
        if details.ends_at <= now:
            problems.setdefault("ends_at", []).append("must be in the future.")
        if problems:
            raise Rejected(problems)
        if _taken(session, schedule.id, details):
            raise Conflict("Somebody stands in then already: end that first.")
        row = ShiftOverride(
            schedule_id=schedule.id, practitioner_id=details.staff, role=details.role, starts_at=details.starts_at,
            ends_at=details.ends_at,
        )  # fmt: skip
        session.add(row)
        audit.record(session, agent=agent, action="add", entity="stand_in", entity_id=row.id, now=now)
        return row.id


def end_stand_in(service: Service, *, site_id: str, schedule_id: str, stand_in_id: str, agent: str) -> None:
    """End a stand-in: whoever was planned is on duty again. Raises ``NotFound``, ``Conflict`` when it is over."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        row = escalation.get_stand_in(session, schedule_id=schedule_id, stand_in_id=stand_in_id)
        if row.ends_at <= now or row.removed_at is not None:
            raise Conflict("This stand-in is over.")
        _end(row, now)
        audit.record(session, agent=agent, action="end", entity="stand_in", entity_id=row.id, now=now)


def _end(row: ShiftOverride, now: datetime) -> None:
    """One that has begun ends now, so that who was on duty stays on record; a later one never happens."""
    if row.starts_at < now:
        row.ends_at = now
    else:
        row.removed_at = now


def _taken(session: Session, schedule_id: str, details: ShiftDetails) -> bool:
    others = escalation.list_stand_ins(session, since=details.starts_at, until=details.ends_at)
    return any(other.schedule_id == schedule_id and other.role == details.role for other in others)
