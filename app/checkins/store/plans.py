"""SQL for plans: who is asked what, and when next."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.checkins.models import Checkin, CheckinPlan, Enrolment
from app.checkins.plan import GOALS
from app.checkins.timing import Slot
from app.errors import NotFound


def list_plans(session: Session, *, patient_id: str) -> Sequence[CheckinPlan]:
    """The plans of a patient's active enrolments."""
    wanted = select(CheckinPlan).join(Enrolment, Enrolment.id == CheckinPlan.enrolment_id)
    return session.scalars(
        wanted.where(CheckinPlan.patient_id == patient_id, Enrolment.status == "active").order_by(CheckinPlan.name)
    ).all()


def get_plan(session: Session, *, plan_id: str) -> CheckinPlan:
    """The plan with this id."""
    found = session.get(CheckinPlan, plan_id)
    if found is None:
        raise NotFound("there is no such plan")
    return found


def list_due_plans(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Ids of plans whose slot has come, oldest first."""
    wanted = select(CheckinPlan.id).where(CheckinPlan.next_slot_at <= now)
    return session.scalars(wanted.order_by(CheckinPlan.next_slot_at, CheckinPlan.id).limit(limit)).all()


def lease_due_plans(
    session: Session, *, now: datetime, limit: int, plan_id: str | None = None
) -> Sequence[CheckinPlan]:
    """Plans whose slot has come, oldest first, locked for this transaction; other workers pass them by.

    ``plan_id`` asks for that one only.
    """
    wanted = select(CheckinPlan).where(CheckinPlan.next_slot_at <= now)
    if plan_id is not None:
        wanted = wanted.where(CheckinPlan.id == plan_id)
    return session.scalars(
        wanted.order_by(CheckinPlan.next_slot_at, CheckinPlan.id).limit(limit).with_for_update(skip_locked=True)
    ).all()


def move_plans(session: Session, *, plan_ids: Sequence[str], slot: Slot | None) -> None:
    """Set some plans to their next slot, if there is one; plans that were loaded before keep what they held."""
    statement = update(CheckinPlan).where(CheckinPlan.id.in_(plan_ids))
    session.execute(statement.values(**slot_values(slot)), execution_options={"synchronize_session": False})


def postpone_plan(session: Session, *, plan_id: str, until: datetime) -> CheckinPlan:
    """Let a plan come up again later; its slot stays the same."""
    plan = session.scalars(select(CheckinPlan).where(CheckinPlan.id == plan_id).with_for_update()).one()
    plan.next_slot_at = until
    session.flush()
    return plan


def slot_values(slot: Slot | None) -> dict[str, Any]:
    """The columns of a plan that hold its next slot; empty without one."""
    return {
        "next_slot_at": slot.at if slot else None,
        "next_local_date": slot.local_date if slot else None,
        "next_local_time": slot.planned.time().isoformat() if slot else None,
    }


def list_next_slots(session: Session, *, patient_ids: Collection[str]) -> dict[tuple[str, str | None], list[datetime]]:
    """When some patients and their helpers are asked next by their plans, by both ids."""
    wanted = select(CheckinPlan.patient_id, CheckinPlan.related_person_id, CheckinPlan.next_slot_at).where(
        CheckinPlan.patient_id.in_(patient_ids), CheckinPlan.next_slot_at.is_not(None), CheckinPlan.name != GOALS
    )
    found: dict[tuple[str, str | None], list[datetime]] = {}
    for patient_id, related_id, at in session.execute(wanted):
        if at is not None:
            found.setdefault((patient_id, related_id), []).append(at)
    return found


def last_slot(session: Session, *, plan_id: str) -> tuple[datetime, date] | None:
    """The moment and local date of the last slot of a plan that came, if any."""
    wanted = select(Checkin.due_at, Checkin.local_date).where(Checkin.plan_id == plan_id)
    row = session.execute(wanted.order_by(Checkin.due_at.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None
