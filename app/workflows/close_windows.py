"""Remind people of an open check-in, and close those whose window is over: partial, or missed."""

from datetime import datetime, timedelta

from app.checkins.models import Checkin
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.checkins.timing import defer_for_quiet_hours
from app.db import Session, all_sites, narrow, retry_on_conflict
from app.logs import get_logger
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.patients import store as patients
from app.staff import store as staff
from app.workflows.answer_question import Dialogue, judge_dialogue, load_dialogue, settle_unasked
from app.workflows.ask import new_link
from app.workflows.climb_silence import ask_helpers, first_of_silence, other_way, was_red
from app.workflows.concern import concerns_of
from app.workflows.definitions import Program, load_program, load_questionnaire
from app.workflows.judge import judge_missed
from app.workflows.next_checkin import open_planned
from app.workflows.note_silence import SUBJECT, note_rungs_so_far
from app.workflows.person import Person, load_person
from app.workflows.queue_text import queue_to_person
from app.workflows.raise_alerts import raise_alerts
from app.workflows.service import Service

log = get_logger()

BATCH = 100
_SET_ASIDE = timedelta(minutes=5)


def close_windows(service: Service) -> int:
    """Send the reminders and close the windows that are due; returns how many check-ins were looked at."""
    with service.db.reading(all_sites()) as session:
        due = checkins.list_due_checkins(session, now=service.clock.now(), limit=BATCH)
    for checkin_id, patient_id in due:
        try:
            _act(service, checkin_id, patient_id)
        except Exception:
            # One that cannot be closed must not keep the others open; it comes up again with the next round.
            log.error("checkin_set_aside", checkin_id=checkin_id, exc_info=True)
            _set_aside(service, checkin_id)
    return len(due)


@retry_on_conflict
def _act(service: Service, checkin_id: str, patient_id: str) -> None:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        # The patient first, as everywhere: an answer that arrives at this moment comes before or after, never between.
        patient = patients.lock_patient(session, patient_id=patient_id)
        narrow(session, patient.site_id)
        checkin = checkins.lock_checkin(session, checkin_id=checkin_id)
        if checkin.next_action_at is None or checkin.next_action_at > now:
            return
        person = load_person(session, patient=patient, related_person_id=checkin.related_person_id)
        if checkin.status == "planned":
            open_planned(service, session, person, checkin, now)
        elif checkin.window_ends_at <= now:
            _close(service, session, person, checkin, now)
        else:
            remind_unanswered(service, session, person, checkin, now)


def remind_unanswered(service: Service, session: Session, person: Person, checkin: Checkin, now: datetime) -> None:
    """Remind somebody who has not finished, once per reminder of the plan, and note the next moment to act.

    The last reminder goes to another of their numbers, where they have one. After a red answer those who help are asked
    now, and not only when the window is over.
    """
    program = _program(session, checkin)
    definition = program.check_in(checkin.name)
    assert definition is not None
    number = checkin.reminders_sent + 1
    later = [at for at in definition.reminders_at(checkin.due_at) if at > now]
    checkin.reminders_sent, checkin.next_action_at = number, min([*later, checkin.window_ends_at])
    not_before = defer_for_quiet_hours(now, person.patient.time_zone)
    if not_before >= checkin.window_ends_at or _rests(session, checkin, since=now):
        return
    site = staff.get_site(session, site_id=checkin.site_id)
    link = new_link(service, session, checkin)
    body = service.renderer.render("reminder", person.language, clinic=site.public_name, link=link)
    unheard = person.related is None and checkin.status == "issued" and checkin.name != GOALS
    if unheard and was_red(session, person.patient, now):
        ask_helpers(service, session, person.patient, checkin, now)
    reached = person if later else other_way(session, person)
    queue_to_person(
        session, reached, kind=MessageKind.REMINDER, body=body, key=f"reminder:{checkin.id}:{number}", now=now,
        not_before=not_before, expires_at=checkin.window_ends_at, checkin_id=checkin.id,
    )  # fmt: skip


def _close(service: Service, session: Session, person: Person, checkin: Checkin, now: datetime) -> None:
    """Close a window. With at least one answer it is partial and every rule runs; with none it is missed.

    Whoever asked to be left alone for a day was not silent: then it is called off.
    """
    dialogue = load_dialogue(session, person, checkin)
    # Whoever did not say what would be comfortable was not silent about how they are.
    off = checkin.name == GOALS or _rests(session, checkin, since=checkin.due_at)
    unanswered = "cancelled" if off else "missed"
    if not end_checkin(service, session, dialogue, now, unanswered=unanswered) and unanswered == "missed":
        judge_silence(service, session, person, checkin, dialogue.program)
        if person.related is None and first_of_silence(session, checkin):
            ask_helpers(service, session, person.patient, checkin, now)


def end_checkin(service: Service, session: Session, dialogue: Dialogue, now: datetime, *, unanswered: str) -> bool:
    """End a check-in as it stands: partial, every rule run, or ``unanswered``; tells whether anything was answered."""
    checkin = dialogue.checkin
    answered = any(answer.status == "answered" for answer in dialogue.answers.values())
    checkin.closed_at, checkin.next_action_at = now, None
    checkin.status = "partial" if answered else unanswered
    outbox.cancel_waiting(session, checkin_id=checkin.id)
    checkins.wake_planned(session, patient_id=checkin.patient_id, related_person_id=checkin.related_person_id, now=now)
    if dialogue.response is not None:
        dialogue.response.status = "stopped"
    session.flush()
    if answered:
        judge_dialogue(service, session, dialogue, completed=True)
    else:
        settle_unasked(service, session, dialogue, promised=unanswered == "missed")
    return answered


def _rests(session: Session, checkin: Checkin, *, since: datetime) -> bool:
    """Whether the person asked to be left alone, and that lasts until after a moment."""
    contact = patients.find_contact_point(
        session, patient_id=checkin.patient_id, related_person_id=checkin.related_person_id
    )
    return contact is not None and contact.paused_until is not None and contact.paused_until > since


def judge_silence(service: Service, session: Session, person: Person, checkin: Checkin, program: Program) -> None:
    """Judge a check-in that nobody answered: silence is data. What was tried before stands in the alert's history."""
    findings = judge_missed(session, patient=person.patient, program=program, checkin=checkin)
    questionnaire = load_questionnaire(session, checkin.questionnaire_id)
    respondent = questionnaire.respondent(related=person.related is not None)
    about = {"patient": person.patient, "respondent": respondent, "program": program}
    now = service.clock.now()
    raised = raise_alerts(service, session, concerns_of(findings, **about))
    checkin.findings = raised.mark(checkin.findings or ())
    for alert in raised.alerts:
        if alert.subject == SUBJECT and alert.opened_at >= now:
            note_rungs_so_far(session, person.patient, alert, now)


def _program(session: Session, checkin: Checkin) -> Program:
    enrolment = program_store.get_enrolment(session, enrolment_id=checkin.enrolment_id)
    return load_program(session, enrolment.program_id)


def _set_aside(service: Service, checkin_id: str) -> None:
    with service.db.transaction(all_sites()) as session:
        checkins.postpone(session, checkin_id=checkin_id, until=service.clock.now() + _SET_ASIDE)
