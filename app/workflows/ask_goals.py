"""Ask somebody who is new, once, at which level of each symptom they would feel comfortable, and keep what they say.

The question waits for a quiet moment: on the day after enrolment at the earliest, in the afternoon, after they have
answered their first check-in, and while nothing else is being asked. Until then it comes up again every afternoon.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from app.checkins.models import CheckinPlan
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.checkins.store import plans as plan_store
from app.checkins.timing import Slot, Timing, next_slot
from app.db import Session
from app.workflows.invitations import Invitees

_EVERY_AFTERNOON = Timing(timedelta(days=1), (time(15),))
_PUNCTUAL = timedelta(hours=2)
_A_DAY = timedelta(days=1)


def goals_slot(zone: str, enrolled_at: datetime) -> Slot:
    """When a person who was enrolled at that moment is asked for their goals at the earliest."""
    return next_slot(_EVERY_AFTERNOON, zone, enrolled_at + _A_DAY)


def put_off_goals(
    session: Session, plans: Sequence[CheckinPlan], invitees: Invitees, now: datetime
) -> list[CheckinPlan]:
    """Put off, among plans whose slot has come, questions for goals that come at a bad moment; returns the others.

    They come up again the next afternoon.
    """
    once = [plan for plan in plans if plan.name == GOALS and not plan.timing]
    if not once:
        return list(plans)
    answered = checkins.list_answerers(session, patient_ids={plan.patient_id for plan in once})
    busy = invitees.busy | {(plan.patient_id, plan.related_person_id) for plan in plans if plan not in once}
    put_off: dict[str, list[str]] = {}
    for plan in once:
        assert plan.next_slot_at is not None
        who = (plan.patient_id, plan.related_person_id)
        punctual = now - plan.next_slot_at <= _PUNCTUAL
        rests = invitees.paused_until(invitees.person(plan), now) is not None
        if plan.patient_id not in answered or not punctual or who in busy or rests:
            put_off.setdefault(plan.time_zone, []).append(plan.id)
    for zone, plan_ids in put_off.items():
        plan_store.move_plans(session, plan_ids=plan_ids, slot=next_slot(_EVERY_AFTERNOON, zone, now))
    later = {plan_id for plan_ids in put_off.values() for plan_id in plan_ids}
    return [plan for plan in plans if plan.id not in later]
