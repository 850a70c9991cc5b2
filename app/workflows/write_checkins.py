"""Make the row of a check-in, and write many at once with their links and invitations."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from app.checkins.models import Checkin, CheckinPlan, FormLink
from app.checkins.timing import defer_for_quiet_hours
from app.db import Session, insert_many
from app.ids import new_id
from app.messaging.delivery import MessageKind
from app.workflows.definitions import Program
from app.workflows.invitations import Invitations, Invitees, Opening
from app.workflows.person import Person
from app.workflows.queue_text import may_be_reached, queue_many, text_values, to_person
from app.workflows.service import Service

Row = dict[str, Any]
"""The values of a check-in that is written with many others."""


def new_checkin(
    plan: CheckinPlan,
    program: Program,
    slot: tuple[datetime, date, str],
    now: datetime,
    only: Sequence[str] | None = None,
) -> Row:
    """The occasion of a plan at a slot (moment, local date, name), as issued now; ``only`` are the items it asks."""
    definition = program.check_in(plan.name)
    assert definition is not None
    due_at, local_date, name = slot
    reminders = [at for at in definition.reminders_at(due_at) if at > now]
    ends = definition.window_ends(due_at)
    return {
        "id": new_id(), "site_id": plan.site_id, "plan_id": plan.id, "enrolment_id": plan.enrolment_id,
        "patient_id": plan.patient_id, "related_person_id": plan.related_person_id, "name": plan.name,
        "questionnaire_id": plan.questionnaire_id, "local_date": local_date, "slot": name, "status": "issued",
        "due_at": due_at, "window_ends_at": ends, "issued_at": now, "closed_at": None, "reminders_sent": 0,
        "next_action_at": min([*reminders, ends]), "asked": [], "misunderstood": 0, "told_subjects": [],
        "only": list(only) if only else None,
    }  # fmt: skip


def let_wait(checkin: Row, until: datetime | None = None) -> None:
    """Plan a check-in for when the person has finished another, or has had their rest (``until``).

    Of two at once, an answer lands in the wrong one.
    """
    checkin.update(status="planned", issued_at=None, next_action_at=until or checkin["next_action_at"])


def write_checkins(
    service: Service,
    session: Session,
    invitees: Invitees,
    made: Sequence[tuple[Person, Row]],
    now: datetime,
    *,
    at_once: bool = False,
    opening: Opening | None = None,
) -> None:
    """Write check-ins, and for each that is issued the link and the invitation with the first question.

    ``opening`` words the invitations otherwise than usual; ``at_once`` minds no quiet hours.
    """
    invitations = Invitations(service, session, invitees, opening)
    texts: list[Row] = []
    for person, checkin in made:
        if checkin["status"] != "issued":
            continue
        checkin["asked"] = invitations.asked(person, checkin)
        body, contact = invitations.word(person, checkin, now), invitees.contact(person)
        if contact is not None and may_be_reached(contact):
            texts.append(
                text_values(
                    session, kind=MessageKind.INVITATION, body=body, key=f"invitation:{checkin['id']}", now=now,
                    not_before=now if at_once else _leaves_at(invitees, person, now),
                    expires_at=checkin["window_ends_at"], checkin_id=checkin["id"], **to_person(person, contact),
                )
            )  # fmt: skip
    insert_many(session, Checkin, [checkin for _, checkin in made])
    insert_many(session, FormLink, invitations.links)
    queue_many(session, texts)


def _leaves_at(invitees: Invitees, person: Person, now: datetime) -> datetime:
    """When an invitation leaves: not in the quiet hours, and spread over some minutes where the site wants that."""
    spread = timedelta(seconds=crc32(person.key.encode()) % (60 * invitees.site.spread_minutes or 1))
    return defer_for_quiet_hours(now, person.patient.time_zone) + spread
