"""Ask somebody nothing more, because they have died or do not want it: all of it ends in one transaction."""

from datetime import datetime

from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.db import Session
from app.messaging.store import outbox
from app.patients.models import Patient
from app.workflows.plan_reassessment import cancel_reassessments

DECEASED = "deceased"


def end_patient(session: Session, patient: Patient, status: str, now: datetime) -> None:
    """Set the status of a patient who is held, ``stopped`` or ``deceased``; every text that waits is cancelled.

    Those who report for them are asked nothing more either. Open alerts stay: a person closes them.
    """
    patient.status = status
    for enrolment in program_store.list_enrolments(session, patient_id=patient.id):
        enrolment.status, enrolment.ended_at = "ended", now
    checkins.end_patient(session, patient_id=patient.id, now=now)
    why = "they have died" if status == DECEASED else "they are not asked any more"
    cancel_reassessments(session, patient_id=patient.id, why=why, now=now)
    outbox.cancel_waiting(session, patient_id=patient.id)
