"""Put what rules suggest of asking somebody less often into words for a person to decide on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from app.alerts.findings import Finding
from app.alerts.lifecycle import STEP_DOWN
from app.alerts.store import alerts
from app.alerts.store import snoozes as snooze_store
from app.checkins.cadence import rhythm, slower, written
from app.checkins.models import CheckinPlan
from app.checkins.store import plans as plan_store
from app.checkins.timing import Timing
from app.codes import Tier
from app.db import Session
from app.patients.models import Patient
from app.workflows.definitions import load_program
from app.zones import wall_clock

_SUGGESTED_AGAIN_AFTER = timedelta(days=14)


def word_suggestions(
    session: Session, *, patient: Patient, check_in: str | None, findings: Sequence[Finding], at: datetime
) -> list[Finding]:
    """What was found, with at most one suggestion to step down in the place of all findings that ask for it.

    None is made beside a red or an amber, while one waits, within a fortnight of the last, or where nothing is left to
    step down from.
    """
    others = [finding for finding in findings if finding.then is None]
    asking = next((finding for finding in findings if finding.then == STEP_DOWN), None)
    if asking is None or any(finding.tier is not Tier.WATCH for finding in others):
        return others
    last = alerts.latest_by_subject(session, patient_ids=[patient.id], subjects=[STEP_DOWN])
    decided_at = last.get(STEP_DOWN)
    if STEP_DOWN in last and (decided_at is None or at - decided_at < _SUGGESTED_AGAIN_AFTER):
        return others
    suggestion = _suggestion(session, patient, check_in, asking, at)
    return [*others, suggestion] if suggestion else others


def _suggestion(
    session: Session, patient: Patient, check_in: str | None, asking: Finding, at: datetime
) -> Finding | None:
    running = [s for s in snooze_store.list_snoozes(session, patient_id=patient.id, at=at) if s.runs(at)]
    if any(snooze.subject == asking.subject for snooze in running):
        return _worded(asking, "The snooze of this can end.", {"snooze": asking.subject})
    for plan in plan_store.list_plans(session, patient_id=patient.id):
        timing = timing_now(session, plan)
        step = slower(timing, since=counted_from(session, plan, at)) if timing else None
        if plan.name == check_in and plan.related_person_id is None and timing and step:
            said = f"Suggested: ask {rhythm(step)} instead of {rhythm(timing)}."
            return _worded(asking, said, {"plan": plan.id, "every": written(step)["every"]})
    return None


def _worded(asking: Finding, suggestion: str, values: Mapping[str, Any]) -> Finding:
    reason = f"{asking.reason}. {suggestion}"
    return replace(asking, tier=Tier.WATCH, subject=STEP_DOWN, reason=reason, values=values, instruction=None)


def timing_now(session: Session, plan: CheckinPlan) -> Timing | None:
    """When a plan's person is asked: by a timing of their own, else by the program's."""
    definition = load_program(session, plan.program_id).check_in(plan.name)
    return definition.timing_of(plan.timing) if definition is not None else None


def counted_from(session: Session, plan: CheckinPlan, now: datetime) -> date:
    """The local date of the last slot that came, from which a slower rhythm counts; else today's."""
    last = plan_store.last_slot(session, plan_id=plan.id)
    return last[1] if last else wall_clock(now, plan.time_zone).date()
