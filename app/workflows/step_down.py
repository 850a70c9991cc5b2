"""Ask somebody less often who has been steady, once a person has decided so; it can be taken back."""

from datetime import datetime

from app.alerts.lifecycle import STEP_DOWN, AlertStatus, Outcome, Resolution
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.audit import store as audit
from app.checkins.cadence import rhythm, slower, written
from app.checkins.models import CheckinPlan
from app.checkins.store import plans as plan_store
from app.checkins.timing import Timing, next_slot
from app.db import Session, retry_on_conflict, site_scope
from app.errors import Conflict, NotFound
from app.patients import store as patients
from app.workflows.resolve_alert import close_alert
from app.workflows.service import Service
from app.workflows.snooze_alert import end_snoozes_of
from app.workflows.suggest_step_down import counted_from, timing_now


@retry_on_conflict
def confirm_step_down(
    service: Service, *, site_id: str, alert_id: str, practitioner_id: str | None, agent: str
) -> None:
    """Do what a suggestion says, and close it. Raises ``NotFound``, ``Conflict`` when it is none, or is decided."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient_id = alerts.get_alert(session, alert_id=alert_id).patient_id
        if patient_id is None:
            raise Conflict("This alert suggests nothing.")
        patients.lock_patient(session, patient_id=patient_id)
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.subject != STEP_DOWN:
            raise Conflict("This alert suggests nothing.")
        if alert.status == AlertStatus.RESOLVED:
            raise Conflict("This was decided already.")
        done = _step_down(session, alert, patient_id, now, agent)
        close_alert(
            session, alert, Resolution(Outcome.EXPECTED_NO_CHANGE, None), now=now, practitioner_id=practitioner_id,
            agent=agent, detail=done, event="stepped_down",
        )  # fmt: skip


def restore_timing(service: Service, *, site_id: str, patient_id: str, plan_id: str, agent: str) -> None:
    """Ask a person as often again as their program says; changes nothing where they are. Raises ``NotFound``."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patients.lock_patient(session, patient_id=patient_id)
        plan = next((p for p in plan_store.list_plans(session, patient_id=patient_id) if p.id == plan_id), None)
        if plan is None:
            raise NotFound("there is no such plan")
        if plan.timing:
            _ask_at(session, plan, None, now, agent)


def _step_down(session: Session, alert: Alert, patient_id: str, now: datetime, agent: str) -> str:
    """Do what an alert suggests; returns what was done, for its history."""
    if subject := alert.values.get("snooze"):
        end_snoozes_of(session, patient_id=patient_id, subject=subject, now=now, agent=agent)
        return "The snooze was ended."
    plans = plan_store.list_plans(session, patient_id=patient_id)
    plan = next((plan for plan in plans if plan.id == alert.values.get("plan")), None)
    timing = timing_now(session, plan) if plan else None
    step = slower(timing, since=counted_from(session, plan, now)) if plan and timing else None
    if plan is None or step is None or written(step)["every"] != alert.values.get("every"):
        raise Conflict("The plan has changed since: close this without stepping down.")
    _ask_at(session, plan, step, now, agent)
    return f"From now on they are asked {rhythm(step)}."


def _ask_at(session: Session, plan: CheckinPlan, timing: Timing | None, now: datetime, agent: str) -> None:
    """Give a plan a timing of its own, or the program's again, and its next slot by it."""
    plan.timing = written(timing) if timing else None
    follows = timing or timing_now(session, plan)
    if plan.next_slot_at is None or plan.next_slot_at > now:  # a slot that has come is still asked
        slot = next_slot(follows, plan.time_zone, now) if follows else None
        for name, value in plan_store.slot_values(slot).items():
            setattr(plan, name, value)
    audit.record(
        session, agent=agent, action="change_timing", entity="plan", entity_id=plan.id, now=now, timing=plan.timing
    )
