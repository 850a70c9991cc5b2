"""Write what was tried when somebody is silent into the history of the silence alert."""

from datetime import datetime, timedelta

from app.alerts.models import Alert
from app.alerts.store import alerts
from app.checkins.store import checkins
from app.codes import Respondent
from app.db import Session
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.workflows import wording
from app.workflows.plan_reassessment import day_of
from app.workflows.service import SYSTEM

HELPER_SLOT = "silent:"
"""How the slot of a check-in begins that asks a helper because the patient is silent."""
SUBJECT = "silence"
LOOK_BACK = timedelta(days=14)
_SINCE = " They have answered since, on "


def note_in_silence(session: Session, patient: Patient, detail: str, now: datetime) -> None:
    """Write a rung into the history of the open silence alert, if there is one."""
    for alert in alerts.lock_open_alerts(session, patient_id=patient.id, subjects=[SUBJECT]).values():
        alerts.add_event(session, alert, at=now, type="silence_rung", agent=SYSTEM, detail=detail)


def note_answered(session: Session, patient: Patient, now: datetime) -> None:
    """Say in the open silence alert, if there is one, that they have answered since: whoever calls should know."""
    for alert in alerts.lock_open_alerts(session, patient_id=patient.id, subjects=[SUBJECT]).values():
        when = f"{day_of(now, now, patient)} at {wording.local_time(now, patient.time_zone)}"
        alert.reason = f"{alert.reason.partition(_SINCE)[0]}{_SINCE}{when}."
        alerts.add_event(session, alert, at=now, type="silence_rung", agent=SYSTEM, detail=f"They answered on {when}.")


def note_rungs_so_far(session: Session, patient: Patient, alert: Alert, now: datetime) -> None:
    """Write into a silence alert that has just opened what was tried before: reminders, and who was asked."""
    last = questionnaires.find_last_response(
        session, patient_id=patient.id, respondent=Respondent.SELF, since=now - LOOK_BACK
    )
    since = last.authored_at if last is not None else now - LOOK_BACK
    helpers = {row.id: row.name for row in patients.list_related_persons(session, patient_id=patient.id)}
    for row in checkins.list_tried(session, patient_id=patient.id, since=since, helper_slot=HELPER_SLOT):
        at = row.issued_at or row.due_at
        when = f"{day_of(at, now, patient)} {wording.local_time(at, patient.time_zone)}"
        if row.related_person_id is None:
            detail = f"Asked on {when}, reminded {row.reminders_sent} times, no answer."
        else:
            detail = f"{helpers.get(row.related_person_id, 'A helper')} was asked on {when}: {row.status}."
        alerts.add_event(session, alert, at=now, type="silence_rung", agent=SYSTEM, detail=detail)
