"""Invite people to their check-ins: those whose slot has come, or one that somebody issues by hand."""

from datetime import datetime, timedelta

from app.audit import store as audit
from app.checkins import store as checkins
from app.checkins.models import Checkin, CheckinPlan
from app.checkins.timing import defer_for_quiet_hours, next_slot
from app.codes import Channel
from app.db import Session, all_sites, narrow, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.ids import new_id
from app.messaging.delivery import MessageKind
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires.engine import next_items
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.ask import new_link
from app.workflows.close_windows import judge_silence
from app.workflows.definitions import Program, load_program, load_questionnaire
from app.workflows.person import Person, load_person
from app.workflows.queue_text import queue_to_person
from app.workflows.service import Service
from app.zones import wall_clock

BATCH = 100


@retry_on_conflict
def issue_due_checkins(service: Service) -> int:
    """Issue one batch of check-ins whose slot has come; returns how many plans were due.

    The slot and the plan's next one are written together, under the plan's lock and a unique key: exactly one prompt
    per plan and local slot, whatever the number of workers. A slot found after its window is missed, and not sent.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        plans = checkins.lease_due_plans(session, now=now, limit=BATCH)
        for plan in plans:
            _issue_slot(service, session, plan, now)
        session.flush()
    return len(plans)


def issue_checkin(service: Service, *, site_id: str, patient_id: str, name: str, agent: str) -> list[str]:
    """Issue a check-in of a patient's program now; returns the ids (one per caregiver for a caregiver's check-in).

    Whoever issues it wants it now, so quiet hours do not hold it. Raises ``NotFound``, ``Rejected`` for a name that the
    program does not have, ``Conflict`` when it is open already or the person may not be texted.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        plans = [p for p in checkins.list_plans(session, patient_id=patient.id) if p.name == name]
        if not plans:
            names = sorted({p.name for p in checkins.list_plans(session, patient_id=patient.id)})
            said = f"must be one of {', '.join(names)}." if names else "this patient is not enrolled in a program."
            raise Rejected({"check_in": [said]})
        if patient.status != "active":
            raise Conflict(f"this patient is {patient.status} and is not asked")
        issued = []
        for plan in plans:
            person = load_person(session, patient=patient, related_person_id=plan.related_person_id)
            _check_may_ask(session, person)
            standing = checkins.find_open_checkin(
                session, patient_id=patient.id, related_person_id=plan.related_person_id
            )
            if standing is not None and standing.name == name and standing.window_ends_at > now:
                raise Conflict(f"a {name} check-in is open for this person already")
            program = load_program(session, plan.program_id)
            local = wall_clock(now, plan.time_zone)
            checkin = _add(
                session, plan, program, due_at=now, local_date=local.date(), slot=f"by-hand:{new_id()}", now=now
            )
            site = staff.get_site(session, site_id=site_id)
            _invite(service, session, site, person, checkin, program, now, at_once=True)
            audit.record(session, agent=agent, action="issue", entity="checkin", entity_id=checkin.id, now=now)
            issued.append(checkin.id)
        return issued


def _issue_slot(service: Service, session: Session, plan: CheckinPlan, now: datetime) -> None:
    scope = session.info["scope"]
    narrow(session, plan.site_id)
    program = load_program(session, plan.program_id)
    definition = program.check_in(plan.name)
    slot_at, local_date, local_time = plan.next_slot_at, plan.next_local_date, plan.next_local_time
    assert definition is not None and definition.timing is not None and slot_at is not None and local_date is not None
    following = next_slot(definition.timing, plan.time_zone, slot_at)
    plan.next_slot_at, plan.next_local_date = following.at, following.local_date
    plan.next_local_time = following.planned.time().isoformat()
    patient = patients.get_patient(session, patient_id=plan.patient_id)
    if patient.status == "active":
        person = load_person(session, patient=patient, related_person_id=plan.related_person_id)
        site = staff.get_site(session, site_id=plan.site_id)
        slot = local_time or ""
        checkin = _add(session, plan, program, due_at=slot_at, local_date=local_date, slot=slot, now=now)
        _invite_or_miss(service, session, site, person, checkin, program, now)
    session.info["scope"] = scope


def _invite_or_miss(
    service: Service, session: Session, site: Site, person: Person, checkin: Checkin, program: Program, now: datetime
) -> None:
    if not _agreed(session, person):
        checkin.status, checkin.closed_at, checkin.next_action_at = "cancelled", now, None
    elif checkin.window_ends_at <= now:
        checkin.status, checkin.closed_at, checkin.next_action_at = "missed", now, None
        session.flush()
        judge_silence(service, session, person, checkin, program)
    else:
        _invite(service, session, site, person, checkin, program, now, at_once=False)


def _add(
    session: Session,
    plan: CheckinPlan,
    program: Program,
    *,
    due_at: datetime,
    local_date: object,
    slot: str,
    now: datetime,
) -> Checkin:
    definition = program.check_in(plan.name)
    assert definition is not None
    reminders = [at for at in definition.reminders_at(due_at) if at > now]
    ends = definition.window_ends(due_at)
    checkin = Checkin(
        site_id=plan.site_id, plan_id=plan.id, enrolment_id=plan.enrolment_id, patient_id=plan.patient_id,
        related_person_id=plan.related_person_id, name=plan.name, questionnaire_id=plan.questionnaire_id,
        local_date=local_date, slot=slot, status="issued", due_at=due_at, window_ends_at=ends, issued_at=now,
        closed_at=None, reminders_sent=0, next_action_at=min([*reminders, ends]), asked=[], misunderstood=0,
        told_subjects=[],
    )  # fmt: skip
    session.add(checkin)
    session.flush()
    return checkin


def _invite(
    service: Service,
    session: Session,
    site: Site,
    person: Person,
    checkin: Checkin,
    program: Program,
    now: datetime,
    *,
    at_once: bool,
) -> None:
    """Queue the invitation with the first question and a link. A caregiver gets the link only."""
    not_before = now if at_once else defer_for_quiet_hours(now, person.patient.time_zone)
    queue_to_person(
        session, person, kind=MessageKind.INVITATION, body=_invitation(service, session, site, person, checkin, now),
        key=f"invitation:{checkin.id}", now=now, not_before=not_before, expires_at=checkin.window_ends_at,
        checkin_id=checkin.id,
    )  # fmt: skip


def _invitation(service: Service, session: Session, site: Site, person: Person, checkin: Checkin, now: datetime) -> str:
    language = person.language
    said = {
        "clinic": site.public_name,
        "link": new_link(service, session, checkin),
        "readers": wording.readers(service, site, language),
        "emergency_number": site.emergency_number,
    }
    if person.related is not None:
        return service.renderer.render("caregiver_invitation", language, name=person.patient.given_name, **said)
    if person.patient.preferred_channel == Channel.WEB:
        return service.renderer.render("link_invitation", language, **said)
    questionnaire = load_questionnaire(session, checkin.questionnaire_id)
    items = next_items(questionnaire, {})
    checkin.asked = [item.link_id for item in items]
    question = wording.question(service, questionnaire, items, language)
    first = _first_of_week(session, person.patient, checkin, now)
    return service.renderer.render("invitation", language, question=question, first=first, **said)


def _first_of_week(session: Session, patient: Patient, checkin: Checkin, now: datetime) -> bool:
    """Whether nothing was issued since Monday: then who reads and when is said in full."""
    local = wall_clock(now, patient.time_zone)
    monday = now - timedelta(days=local.weekday(), hours=local.hour, minutes=local.minute)
    return not checkins.issued_since(
        session, patient_id=patient.id, related_person_id=checkin.related_person_id, since=monday, but=checkin.id
    )


def _agreed(session: Session, person: Person) -> bool:
    allowed = patients.list_textable(session, patient_ids=[person.patient.id])
    return (person.patient.id, person.related_id) in allowed.agreed


def _check_may_ask(session: Session, person: Person) -> None:
    if not _agreed(session, person):
        raise Conflict("this person has not agreed to be texted, or asked us to stop")
