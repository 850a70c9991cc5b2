"""Invite people to their check-ins: those whose slot has come, or one that somebody issues by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter

from app.audit import store as audit
from app.checkins.models import CheckinPlan
from app.checkins.plan import GOALS
from app.checkins.store import checkins
from app.checkins.store import plans as plan_store
from app.checkins.timing import next_slot
from app.db import Session, all_sites, narrow, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.ids import new_id
from app.logs import get_logger
from app.patients import store as patients
from app.patients.models import Patient
from app.workflows.ask_goals import put_off_goals
from app.workflows.close_windows import judge_silence
from app.workflows.concern import Concern
from app.workflows.definitions import Program, load_program
from app.workflows.invitations import Invitees
from app.workflows.person import Person
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import Service
from app.workflows.write_checkins import Row, let_wait, new_checkin, write_checkins
from app.zones import instant, wall_clock

log = get_logger()

BATCH = 250
_SET_ASIDE = timedelta(minutes=5)


def issue_due_checkins(service: Service) -> int:
    """Issue one batch of check-ins whose slot has come; returns how many plans were due.

    The slot and the plan's next one are written together, under the plan's lock and a unique key: exactly one prompt
    per plan and local slot, whatever the number of workers. A slot found after its window is missed, and not sent.
    The number of statements grows with the clinics of a batch, not with its plans. When a batch fails, its plans are
    issued one by one; the one that cannot be is set aside for five minutes, and shown to a person.
    """
    try:
        return _issue_batch(service, BATCH)
    except Exception:
        log.error("batch_not_issued", exc_info=True)
    with service.db.reading(all_sites()) as session:
        due = plan_store.list_due_plans(session, now=service.clock.now(), limit=BATCH)
    for plan_id in due:
        try:
            _issue_batch(service, 1, plan_id)
        except Exception:
            log.error("plan_set_aside", id=plan_id, exc_info=True)
            _set_aside(service, plan_id)
    return len(due)


@retry_on_conflict
def _issue_batch(service: Service, limit: int, plan_id: str | None = None) -> int:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        plans = plan_store.lease_due_plans(session, now=now, limit=limit, plan_id=plan_id)
        by_site = attrgetter("site_id")
        for site_id, mine in groupby(sorted(plans, key=by_site), by_site):
            narrow(session, site_id)
            _issue_slots(service, session, list(mine), now)
    return len(plans)


def issue_checkin(service: Service, *, site_id: str, patient_id: str, name: str, agent: str) -> list[str]:
    """Issue a check-in of a patient's program now; returns the ids (one per caregiver for a caregiver's check-in).

    Whoever issues it wants it now, so quiet hours do not hold it. While the person answers another check-in it is
    planned, and goes out when that one ends. Raises ``NotFound``, ``Rejected`` for a name that the
    program does not have, ``Conflict`` when it is open already or the person may not be texted.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        plans = _plans_by_hand(session, patient, name)
        invitees = Invitees.load(session, plans, now)
        invited: list[tuple[Person, Row]] = []
        for plan in plans:
            person = invitees.person(plan)
            _check_may_issue(session, invitees, person, name, now)
            slot = (now, wall_clock(now, plan.time_zone).date(), f"by-hand:{new_id()}")
            checkin = new_checkin(plan, load_program(session, plan.program_id), slot, now)
            audit.record(session, agent=agent, action="issue", entity="checkin", entity_id=checkin["id"], now=now)
            if name != GOALS and not invitees.begin(person):
                let_wait(checkin)
            invited.append((person, checkin))
        write_checkins(service, session, invitees, invited, now, at_once=True)
        return [checkin["id"] for _, checkin in invited]


def _set_aside(service: Service, plan_id: str) -> None:
    """Try a plan again later. Nobody is asked meanwhile, and no silence is noticed: so a person has to know."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        plan = plan_store.postpone_plan(session, plan_id=plan_id, until=now + _SET_ASIDE)
        narrow(session, plan.site_id)
        patient = patients.lock_patient(session, patient_id=plan.patient_id)
        reason = f"The {plan.name} check-in cannot be sent. It is tried again every 5 minutes; nobody is being asked."
        concern = Concern(kind="system", subject=f"plan:{plan.id}", tier="amber", patient=patient, reason=reason)
        raise_concern(service, session, concern)


def _issue_slots(service: Service, session: Session, plans: Sequence[CheckinPlan], now: datetime) -> None:
    """Issue the due slots of one clinic's plans; the session is confined to it."""
    # 1. Who they are, and who agreed to be asked.
    invitees = Invitees.load(session, plans, now)
    plans = put_off_goals(session, plans, invitees, now)
    # 2. What becomes of each slot.
    made: list[tuple[Person, Row]] = []
    missed: list[tuple[Person, str, Program]] = []
    for plan in plans:
        program, person = load_program(session, plan.program_id), invitees.person(plan)
        if person.patient.status == "active":
            checkin = new_checkin(plan, program, _slot(plan), now)
            rests_until = invitees.paused_until(person, now) or invitees.asked_enough_until(person, now)
            if not invitees.may_ask(person) or (rests_until and rests_until >= checkin["window_ends_at"]):
                checkin.update(status="cancelled", issued_at=None, closed_at=now, next_action_at=None)
            elif checkin["window_ends_at"] <= now:
                checkin.update(status="missed", issued_at=None, closed_at=now, next_action_at=None)
                missed.append((person, checkin["id"], program))
            elif rests_until:
                let_wait(checkin, until=rests_until)
            elif plan.name != GOALS and not invitees.begin(person):
                let_wait(checkin)
            made.append((person, checkin))
    # 3. All of it in one go, with the invitations; the plans move on to their next slots.
    _advance(session, plans)
    write_checkins(service, session, invitees, made, now)
    # 4. Where it was too late to ask: silence is judged like an answer.
    for person, checkin_id, program in missed:
        judge_silence(service, session, person, checkins.get_checkin(session, checkin_id=checkin_id), program)
    session.flush()  # while the session is confined to this clinic


def _advance(session: Session, plans: Sequence[CheckinPlan]) -> None:
    """Set plans to their next slots: one statement for all that are asked at the same time in the same zone."""
    together: dict[tuple[str, str, str, str, datetime], list[CheckinPlan]] = {}
    for plan in plans:
        own = repr(plan.timing) if plan.timing else ""
        together.setdefault((plan.program_id, plan.name, own, plan.time_zone, _slot(plan)[0]), []).append(plan)
    for (program_id, name, _own, time_zone, slot_at), alike in together.items():
        definition = load_program(session, program_id).check_in(name)
        timing = definition.timing_of(alike[0].timing) if definition is not None else None
        slot = next_slot(timing, time_zone, slot_at) if timing is not None else None
        plan_store.move_plans(session, plan_ids=[plan.id for plan in alike], slot=slot)


def _slot(plan: CheckinPlan) -> tuple[datetime, date, str]:
    """The moment, local date and local time of the slot that has come.

    A plan that was set aside came up later than that: what was planned still says when it should have been.
    """
    assert plan.next_slot_at is not None and plan.next_local_date is not None and plan.next_local_time is not None
    planned = datetime.combine(plan.next_local_date, time.fromisoformat(plan.next_local_time))
    return min(plan.next_slot_at, instant(planned, plan.time_zone)), plan.next_local_date, plan.next_local_time


def _plans_by_hand(session: Session, patient: Patient, name: str) -> list[CheckinPlan]:
    """The patient's plans of that name; ``Rejected`` or ``Conflict`` where there is nothing to issue."""
    plans = plan_store.list_plans(session, patient_id=patient.id)
    found = [plan for plan in plans if plan.name == name]
    if not found:
        names = sorted({plan.name for plan in plans})
        said = f"must be one of {', '.join(names)}." if names else "this patient is not enrolled in a program."
        raise Rejected({"check_in": [said]})
    if patient.status != "active":
        raise Conflict(f"this patient is {patient.status} and is not asked")
    return found


def _check_may_issue(session: Session, invitees: Invitees, person: Person, name: str, now: datetime) -> None:
    """Raise ``Conflict`` where somebody cannot be asked now."""
    if not invitees.may_ask(person):
        raise Conflict("this person has not agreed to be texted, or asked us to stop")
    if invitees.paused_until(person, now):
        raise Conflict("this person asked to be left alone for a day; please call them instead")
    if name == GOALS:
        standing = checkins.find_open_aside(session, patient_id=person.patient.id)
    else:
        standing = checkins.find_open_checkin(
            session, patient_id=person.patient.id, related_person_id=person.related_id
        )
    if standing is not None and standing.name == name and standing.window_ends_at > now:
        raise Conflict(f"a {name} check-in is open for this person already")
