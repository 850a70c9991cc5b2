"""Ask again, some time after an alert was closed with a promise of relief, whether it helped.

A check-in that is due within six hours is waited for, and then only what it did not ask is asked: nobody answers the
same twice. What cannot be asked is never lost: a person is told.
"""

from datetime import datetime, timedelta

from app.alerts.models import Alert, Reassessment
from app.alerts.reassessment import MERGED_WITHIN, Status
from app.alerts.store import alerts, reassessments
from app.checkins.models import CheckinPlan
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.checkins.store import plans as plan_store
from app.checkins.timing import defer_for_quiet_hours
from app.codes import Tier
from app.db import Session, all_sites, narrow, retry_on_conflict
from app.logs import get_logger
from app.patients import store as patients
from app.questionnaires import store as questionnaires
from app.workflows.concern import Concern
from app.workflows.definitions import Program, load_items
from app.workflows.invitations import Invitees, Opening
from app.workflows.person import Person, load_person
from app.workflows.plan_reassessment import NOT_ASKED_IN, cancel_reassessments, day_of, find_questions
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import SYSTEM, Service
from app.workflows.settle_reassessment import ABOUT_THE_CALL, CHANGE, SLOT
from app.workflows.write_checkins import new_checkin, write_checkins
from app.zones import wall_clock

log = get_logger()

BATCH = 250
_SET_ASIDE = timedelta(minutes=5)
_ONE_CALL = timedelta(hours=1)
"""Alerts that were closed so soon one after the other were closed by one call: it is asked about once."""


def reassess(service: Service) -> int:
    """Ask everybody whose time has come and who is free; returns how many reassessments were asked or given up."""
    now, done = service.clock.now(), 0
    for reassessment_id, patient_id in _due(service, now):
        try:
            done += _ask(service, reassessment_id, patient_id)
        except Exception:
            # One that cannot be asked must not keep the others from it; it comes up again, and a person knows.
            log.error("reassessment_set_aside", id=reassessment_id, exc_info=True)
            _set_aside(service, reassessment_id, patient_id)
    return done


def _due(service: Service, now: datetime) -> list[tuple[str, str]]:
    """Who is to be asked now, as (reassessment id, patient id), without those who wait for another check-in."""
    due: list[tuple[str, str]] = []
    after = ""
    with service.db.reading(all_sites()) as session:
        while rows := reassessments.list_due_reassessments(session, now=now, after=after, limit=BATCH):
            after = rows[-1].id
            ids = {row.patient_id for row in rows}
            busy = checkins.list_busy(session, patient_ids=ids, now=now)
            soon = plan_store.list_next_slots(session, patient_ids=ids)
            awake = {
                patient_id
                for patient_id, patient in patients.find_patients(session, patient_ids=ids).items()
                if defer_for_quiet_hours(now, patient.time_zone) <= now
            }
            for row in rows:
                who = (row.patient_id, row.related_person_id)
                coming = [at for at in soon.get(who, ()) if at <= row.due_at + MERGED_WITHIN]
                if row.patient_id in awake and who not in busy and not coming:
                    due.append((row.id, row.patient_id))
    return due


@retry_on_conflict
def _ask(service: Service, reassessment_id: str, patient_id: str) -> int:
    """Ask one; 0 where that has to wait after all."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        narrow(session, patient.site_id)
        row = reassessments.get_reassessment(session, reassessment_id=reassessment_id)
        if row.status != Status.PLANNED or row.due_at > now:
            return 0
        person = load_person(session, patient=patient, related_person_id=row.related_person_id)
        alert = alerts.get_alert(session, alert_id=row.alert_id)
        questions = find_questions(session, patient.id, alert.respondent)
        if patient.status != "active" or patient.setting in NOT_ASKED_IN or questions is None:
            why = "they are looked after elsewhere, or not asked any more"
            cancel_reassessments(session, patient_id=patient.id, alert_id=row.alert_id, why=why, now=now)
            return 1
        enrolment_id, program, check_in = questions
        plan = _plan(session, person, enrolment_id, program, check_in.name)
        invitees = Invitees.load(session, [plan], now)
        if not invitees.may_ask(person):
            _give_up(service, session, person, row, program, now)
            return 1
        rests_until = invitees.paused_until(person, now)
        if rests_until is not None:
            row.due_at = rests_until
        if rests_until is not None or not invitees.begin(person):
            return 0
        _issue(service, session, invitees, person, plan, program, row, now)
        return 1


def _issue(
    service: Service,
    session: Session,
    invitees: Invitees,
    person: Person,
    plan: CheckinPlan,
    program: Program,
    row: Reassessment,
    now: datetime,
) -> None:
    items, alert = load_items(session, plan.questionnaire_id), alerts.get_alert(session, alert_id=row.alert_id)
    facts = items.find(row.item) if row.item else None
    row.after = _just_answered(session, person, row, plan.enrolment_id, now)
    told = reassessments.find_told_of_call(session, like=row, within=_ONE_CALL, since=now - MERGED_WITHIN)
    row.called, row.helped = (told.called, told.helped) if told is not None else (None, None)
    asked = ABOUT_THE_CALL if told is None else (CHANGE,)
    only = [link for link in asked if link in items.by_link]
    if facts is not None and row.after is None:
        only.insert(0, facts.link_id)
    slot = (now, wall_clock(now, plan.time_zone).date(), f"{SLOT}{row.id}")
    checkin = new_checkin(plan, program, slot, now, only)
    # A window that would close in the night stays open until the morning: nobody can be called before that.
    checkin["window_ends_at"] = defer_for_quiet_hours(checkin["window_ends_at"], person.patient.time_zone)
    checkin["next_action_at"] = min(checkin["next_action_at"], checkin["window_ends_at"])
    opening = None
    if person.related is None:
        said = {
            "labels": facts.named(person.language) if facts is not None else "",
            "day": day_of(alert.triggered_at, now, person.patient, person.language),
        }
        opening = Opening("reassess", said)
    write_checkins(service, session, invitees, [(person, checkin)], now, opening=opening)
    row.status, row.checkin_id = Status.ASKED, checkin["id"]
    detail = "Asked whether it helped." if row.after is None else "Asked whether it helped; the symptom was just told."
    alerts.add_event(session, alert, at=now, type="reassess_asked", agent=SYSTEM, detail=detail)


def _just_answered(
    session: Session, person: Person, row: Reassessment, enrolment_id: str, now: datetime
) -> float | None:
    """The symptom as the same person gave it in the last six hours, since the alert was closed."""
    since = max(now - MERGED_WITHIN, row.opened_at)
    lately = questionnaires.list_responses(
        session, patient_id=row.patient_id, enrolment_id=enrolment_id, since=since, before=now
    )
    for response in reversed(lately):
        facts = load_items(session, response.questionnaire_id).find(row.item) if row.item else None
        if facts is None or response.related_person_id != person.related_id or response.check_in == GOALS:
            continue
        for answer in questionnaires.list_answers(session, response_ids=[response.id]):
            if answer.link_id == facts.link_id and answer.value is not None:
                return answer.value
    return None


def _plan(session: Session, person: Person, enrolment_id: str, program: Program, name: str) -> CheckinPlan:
    """The person's plan for these questions; whoever was enrolled before there were any gets one now."""
    for plan in plan_store.list_plans(session, patient_id=person.patient.id):
        if (plan.enrolment_id, plan.name, plan.related_person_id) == (enrolment_id, name, person.related_id):
            return plan
    definition = program.check_in(name)
    assert definition is not None
    questionnaire = questionnaires.find_questionnaire(session, name=definition.questionnaire)
    assert questionnaire is not None
    plan = CheckinPlan(
        enrolment_id=enrolment_id, patient_id=person.patient.id, related_person_id=person.related_id, name=name,
        questionnaire_id=questionnaire.id, program_id=program.id, time_zone=person.patient.time_zone, timing=None,
        **plan_store.slot_values(None),
    )  # fmt: skip
    session.add(plan)
    session.flush()
    return plan


def _give_up(
    service: Service, session: Session, person: Person, row: Reassessment, program: Program, now: datetime
) -> None:
    """Nobody can be texted: a person has to find out whether it helped."""
    alert = alerts.get_alert(session, alert_id=row.alert_id)
    why = "they cannot be texted"
    cancel_reassessments(session, patient_id=row.patient_id, alert_id=row.alert_id, why=why, now=now)
    tier = Tier.AMBER if row.tier == Tier.RED else Tier.WATCH
    closed = f"{(alert.outcome or 'closed').replace('_', ' ')} on {day_of(row.opened_at, now, person.patient)}"
    reason = (
        f"It was planned to ask whether alert {alert.code} ({closed}) is better, but they cannot be texted. "
        "Please call and ask."
    )
    _tell(service, session, person, alert, tier, reason, program)


def _tell(
    service: Service, session: Session, person: Person, alert: Alert, tier: Tier, reason: str, program: Program | None
) -> None:
    concern = Concern(
        kind="review", subject=f"reassess:{alert.id}", tier=tier, patient=person.patient, reason=reason,
        respondent=alert.respondent, program=program,
    )  # fmt: skip
    raise_concern(service, session, concern)


def _set_aside(service: Service, reassessment_id: str, patient_id: str) -> None:
    """Try one again later; nobody is asked meanwhile, so a person has to know."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        narrow(session, patient.site_id)
        row = reassessments.postpone_reassessment(session, reassessment_id=reassessment_id, until=now + _SET_ASIDE)
        alert = alerts.get_alert(session, alert_id=row.alert_id)
        reason = (
            f"It cannot be asked whether alert {alert.code} is better. It is tried again every 5 minutes; until then "
            "nobody is asked. Please call."
        )
        concern = Concern(kind="system", subject=f"reassess:{alert.id}", tier="amber", patient=patient, reason=reason)
        raise_concern(service, session, concern)
