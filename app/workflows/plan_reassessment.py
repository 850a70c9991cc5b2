"""Plan to ask again whether it helped, as an alert is closed with a promise of relief; and call that off."""

from datetime import datetime

from app.alerts.models import Alert, Reassessment
from app.alerts.reassessment import ROUNDS, Status, due_after, worth_asking
from app.alerts.store import alerts, reassessments
from app.alerts.wording import wording as alert_wording
from app.checkins.plan import CheckinPlanDefinition
from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.checkins.timing import defer_for_quiet_hours
from app.codes import Respondent
from app.db import Session
from app.messaging.models import InboundMessage
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.workflows import wording
from app.workflows.definitions import Program, load_program
from app.workflows.service import SYSTEM
from app.zones import zone

_OF_THE_PATIENT, _OF_THEMSELVES = "reassessment", "caregiver-self-reassessment"
"""The questionnaires for it: about the patient, and what a caregiver is asked about themselves."""
NOT_ASKED_IN = ("hospital", "hospice", "deceased")
"""Settings in which others look after a person."""
EVERYBODY = "everybody"


def plan_reassessment(session: Session, alert: Alert, outcome: str, now: datetime) -> str:
    """Note when a closed alert is asked about again; returns what its history says of that.

    Whoever raised it is asked, where their program has questions for that; empty where no question would fit.
    """
    after = due_after(alert.tier, outcome)
    if after is None or alert.patient_id is None or not worth_asking(alert.kind, alert.subject):
        return ""
    patient = patients.get_patient(session, patient_id=alert.patient_id)
    reporter = _reporter(session, alert)
    if patient.status != "active" or patient.setting in NOT_ASKED_IN or reporter == EVERYBODY:
        return ""
    if find_questions(session, patient.id, alert.respondent) is None:
        return ""
    round_ = _round(session, alert)
    if round_ > ROUNDS:
        return f"Asked {ROUNDS} times already whether it helped: this time nobody is asked. Please follow up yourself."
    item = alert.values.get("code") or alert.values.get("item")
    due_at = defer_for_quiet_hours(now + after, patient.time_zone)
    session.add(
        Reassessment(
            site_id=alert.site_id, alert_id=alert.id, patient_id=patient.id, related_person_id=reporter,
            checkin_id=None, round=round_, opened_at=now, due_at=due_at, status=Status.PLANNED, tier=alert.tier,
            item=str(item) if item else None, before=_number(alert.values.get("value")), after=None, change=None,
            called=None, helped=None, closed_at=None,
        )
    )  # fmt: skip
    return f"On {day_of(due_at, now, patient)} at {wording.local_time(due_at, patient.time_zone)} we ask if it helped."


def cancel_reassessments(
    session: Session,
    *,
    patient_id: str,
    why: str,
    now: datetime,
    related_person_id: str | None = EVERYBODY,
    alert_id: str | None = None,
) -> None:
    """Ask nobody any more what was still to be asked of a patient's alerts, or of one; each history says ``why``.

    ``related_person_id`` leaves the others' alone: ``None`` is the patient. What is being asked just now is called off.
    """
    for row in reassessments.list_unsettled(session, patient_id=patient_id):
        if related_person_id not in (EVERYBODY, row.related_person_id) or alert_id not in (None, row.alert_id):
            continue
        if row.checkin_id is not None:
            checkins.call_off(session, checkin_id=row.checkin_id, now=now)
            outbox.cancel_waiting(session, checkin_id=row.checkin_id)
        row.status, row.closed_at = Status.CANCELLED, now
        alert = alerts.get_alert(session, alert_id=row.alert_id)
        detail = f"Nobody is asked whether it helped: {why}."
        alerts.add_event(session, alert, at=now, type="reassess_cancelled", agent=SYSTEM, detail=detail)


def find_questions(
    session: Session, patient_id: str, respondent: str | None
) -> tuple[str, Program, CheckinPlanDefinition] | None:
    """What is asked later of whoever raised an alert: enrolment id, program, its check-in. ``None`` is the patient.

    A caregiver's own strain has questions of its own: what they say of themselves is never taken for the patient's.
    """
    asked_of = "patient" if respondent in (None, Respondent.SELF) else "caregiver"
    wanted = _OF_THEMSELVES if respondent == Respondent.CAREGIVER else _OF_THE_PATIENT
    for enrolment in reversed(program_store.list_enrolments(session, patient_id=patient_id)):
        program = load_program(session, enrolment.program_id)
        for check_in in program.check_ins:
            if check_in.questionnaire == wanted and check_in.respondent == asked_of:
                return enrolment.id, program, check_in
    return None


def day_of(moment: datetime, now: datetime, patient: Patient, language: str = "en") -> str:
    """A day in a patient's zone, as people say it: "3 Nov"."""
    local = zone(patient.time_zone)
    return alert_wording(language).day(moment.astimezone(local), now.astimezone(local))


def _reporter(session: Session, alert: Alert) -> str | None:
    """Who raised an alert: the id of a helper, ``None`` for the patient, ``EVERYBODY`` where that is not known."""
    if alert.respondent in (None, Respondent.SELF):
        return None
    for response in questionnaires.list_responses_by_id(session, ids=[alert.response_id] if alert.response_id else []):
        return response.related_person_id or EVERYBODY
    inbound = session.get(InboundMessage, alert.inbound_id) if alert.inbound_id else None
    return inbound.related_person_id or EVERYBODY if inbound is not None else EVERYBODY


def _round(session: Session, alert: Alert) -> int:
    """Which time it is, since it last helped."""
    number = 1
    for row in reassessments.list_reassessments(session, alert_id=alert.id):
        if row.status == Status.MET:
            number = 1
        elif row.status in (Status.NOT_MET, Status.SILENT):
            number += 1
    return number


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
