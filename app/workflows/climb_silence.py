"""The rungs between a reminder and a nurse's call when somebody is silent: another way to them, then who helps them.

Each rung is taken once for a check-in, minds quiet hours and consent, and stands in the silence alert's history.
"""

from dataclasses import replace
from datetime import datetime

from app.checkins.models import Checkin, CheckinPlan
from app.checkins.store import checkins
from app.checkins.store import plans as plan_store
from app.codes import Respondent, Tier
from app.db import Session
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.workflows.definitions import load_program, load_questionnaire
from app.workflows.invitations import Invitees, Opening
from app.workflows.note_silence import HELPER_SLOT, LOOK_BACK, note_in_silence
from app.workflows.person import Person
from app.workflows.service import Service
from app.workflows.write_checkins import new_checkin, write_checkins
from app.zones import wall_clock


def other_way(session: Session, person: Person) -> Person:
    """The same person on another of their numbers, if they have one that is in use; else on the one they had."""
    usual = patients.find_contact_point(session, patient_id=person.patient.id, related_person_id=person.related_id)
    for contact in patients.list_contact_points_of(
        session, patient_id=person.patient.id, related_person_id=person.related_id
    ):
        if usual is not None and contact.id != usual.id and contact.status == "active":
            return replace(person, contact=contact)
    return person


def was_red(session: Session, patient: Patient, now: datetime) -> bool:
    """Whether the last thing that a patient answered was red."""
    last = questionnaires.find_last_response(
        session, patient_id=patient.id, respondent=Respondent.SELF, since=now - LOOK_BACK
    )
    return last is not None and last.tier == Tier.RED


def first_of_silence(session: Session, checkin: Checkin) -> bool:
    """Whether a missed check-in is the patient's first since they were heard: the ones after it add nothing new."""
    before = checkins.find_closed_before(session, checkin=checkin)
    return before is None or before.status != "missed"


def ask_helpers(service: Service, session: Session, patient: Patient, silent: Checkin, now: datetime) -> None:
    """Ask those who may report and receive, and agreed to be texted, how a silent patient is: once each."""
    plans = [plan for plan in _helpers_plans(session, patient) if not _asked_already(session, plan, silent)]
    if not plans:
        return
    invitees = Invitees.load(session, plans, now)
    asked = []
    for plan in plans:
        person = invitees.person(plan)
        assert person.related is not None
        may = person.related.may_report and person.related.may_receive and invitees.may_ask(person)
        if may and invitees.paused_until(person, now) is None and not _heard_since(session, person, silent):
            asked.append((person, plan))
    for person, plan in asked:
        slot = (now, wall_clock(now, plan.time_zone).date(), f"{HELPER_SLOT}{silent.id}")
        row = new_checkin(plan, load_program(session, plan.program_id), slot, now)
        write_checkins(service, session, invitees, [(person, row)], now, opening=Opening("silence_caregiver"))
        assert person.related is not None
        note_in_silence(session, patient, f"{person.related.name} was asked how {patient.given_name} is.", now)


def _helpers_plans(session: Session, patient: Patient) -> list[CheckinPlan]:
    """Of each helper the plan that asks them about the patient, in the program's order; none that only asks again."""
    found: dict[str, CheckinPlan] = {}
    plans = [plan for plan in plan_store.list_plans(session, patient_id=patient.id) if plan.related_person_id]
    for plan in plans:
        program = load_program(session, plan.program_id)
        names = [check_in.name for check_in in program.check_ins if check_in.timing is not None]
        about = load_questionnaire(session, plan.questionnaire_id).about
        if about == "patient" and plan.name in names and plan.related_person_id is not None:
            found.setdefault(plan.related_person_id, plan)
    return list(found.values())


def _asked_already(session: Session, plan: CheckinPlan, silent: Checkin) -> bool:
    return checkins.find_slot(session, plan_id=plan.id, slot=f"{HELPER_SLOT}{silent.id}") is not None


def _heard_since(session: Session, person: Person, silent: Checkin) -> bool:
    """Whether a helper has told us how the patient is since the patient was asked."""
    last = questionnaires.find_last_response(
        session, patient_id=person.patient.id, respondent=Respondent.PROXY, since=silent.due_at
    )
    return last is not None
