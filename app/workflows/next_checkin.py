"""A check-in that waited until the person had finished another, or rested: ask it now, if it still makes sense."""

from datetime import datetime, timedelta

from app.checkins.models import Checkin, FormLink
from app.checkins.store import plans as plan_store
from app.checkins.timing import defer_for_quiet_hours
from app.db import Session
from app.messaging.delivery import MessageKind
from app.workflows.definitions import load_program
from app.workflows.invitations import Invitations, Invitees
from app.workflows.person import Person
from app.workflows.queue_text import queue_to_person
from app.workflows.service import Service

_LOOK_AGAIN = timedelta(minutes=10)


def open_planned(service: Service, session: Session, person: Person, checkin: Checkin, now: datetime) -> None:
    """Issue a planned check-in unless the person is still busy or rests; one whose time is over is called off.

    Nobody was asked, so nobody was silent: it is not missed.
    """
    plan = plan_store.get_plan(session, plan_id=checkin.plan_id)
    invitees = Invitees.load(session, [plan], now)
    until = invitees.paused_until(person, now) or invitees.asked_enough_until(person, now) or now
    if until >= checkin.window_ends_at or not invitees.may_ask(person):
        checkin.status, checkin.closed_at, checkin.next_action_at = "cancelled", now, None
        return
    if until > now:
        checkin.next_action_at = until
        return
    if not invitees.begin(person):
        checkin.next_action_at = min(now + _LOOK_AGAIN, checkin.window_ends_at)
        return
    definition = load_program(session, plan.program_id).check_in(plan.name)
    assert definition is not None
    reminders = [at for at in definition.reminders_at(now) if at < checkin.window_ends_at]
    checkin.status, checkin.issued_at = "issued", now
    checkin.next_action_at = min([*reminders, checkin.window_ends_at])
    _invite(service, session, invitees, person, checkin, now)


def _invite(
    service: Service, session: Session, invitees: Invitees, person: Person, checkin: Checkin, now: datetime
) -> None:
    invitations = Invitations(service, session, invitees)
    row = {
        "id": checkin.id, "name": checkin.name, "window_ends_at": checkin.window_ends_at,
        "questionnaire_id": checkin.questionnaire_id, "only": checkin.only,
    }  # fmt: skip
    body = invitations.word(person, row, now)
    checkin.asked = invitations.asked(person, row)
    session.add_all(FormLink(**values) for values in invitations.links)
    queue_to_person(
        session, person, kind=MessageKind.INVITATION, body=body, key=f"invitation:{checkin.id}", now=now,
        not_before=defer_for_quiet_hours(now, person.patient.time_zone), expires_at=checkin.window_ends_at,
        checkin_id=checkin.id,
    )  # fmt: skip
