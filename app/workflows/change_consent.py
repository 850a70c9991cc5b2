"""Begin and end agreement to be texted, and check it at the moment a text leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.audit import store as audit
from app.checkins.store import checkins
from app.db import Session, scope_of
from app.messaging.delivery import MessageKind
from app.messaging.models import OutboundMessage
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.models import Consent
from app.staff import store as staff
from app.workflows import wording
from app.workflows.concern import Concern
from app.workflows.person import Person
from app.workflows.plan_reassessment import cancel_reassessments
from app.workflows.queue_text import queue_to_person
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import Service

_TO_STAFF = frozenset({MessageKind.PAGE, MessageKind.PAGE_REPLY, MessageKind.FALLBACK_PAGE})
_QUESTIONS = frozenset({MessageKind.INVITATION, MessageKind.REMINDER})


def opt_out(
    service: Service, session: Session, person: Person, *, inbound_id: str, in_own_words: bool, confirm: bool = True
) -> None:
    """Stop at once: nothing more leaves but one confirmation, and the care team is told.

    ``in_own_words`` marks a request that was not one of the carriers' words, so that a person confirms the reading.
    ``confirm`` is false for the second of two people on one number: one text says it for both.
    """
    now, patient = service.clock.now(), person.patient
    mine: dict[str, Any] = {"patient_id": patient.id, "related_person_id": person.related_id}
    outbox.cancel_waiting(session, **mine)
    checkins.cancel_open_checkins(session, patient_id=patient.id, related_person_id=person.related_id, now=now)
    cancel_reassessments(session, **mine, why="they asked us to stop texting", now=now)
    patients.withdraw_consent(
        session, patient_id=patient.id, related_person_id=person.related_id, now=now, agent=person.agent
    )
    for contact in patients.list_contact_points_of(session, patient_id=patient.id, related_person_id=person.related_id):
        patients.set_contact_status(session, contact_point=contact, status="opted_out")
    audit.record(session, agent=person.agent, action="opt_out", entity="patient", entity_id=patient.id, now=now)
    site = staff.get_site(session, site_id=scope_of(session))
    if confirm:
        body = service.renderer.render("stopped", person.language, clinic=site.public_name)
        queue_to_person(session, person, kind=MessageKind.CONFIRMATION, body=body, key=f"stopped:{inbound_id}", now=now)
    who = "The caregiver" if person.related else "The patient"
    read_as = " It was asked for in their own words: please check that it was meant." if in_own_words else ""
    raise_concern(
        service,
        session,
        Concern(
            kind="opt_out", subject=f"opt_out:{person.key}", tier="amber", patient=patient, inbound_id=inbound_id,
            reason=f"{who} asked us to stop texting. They are no longer asked how they are.{read_as}",
        ),
    )  # fmt: skip


def opt_in(service: Service, session: Session, person: Person, *, inbound_id: str, confirm: bool = True) -> None:
    """Take texting up again at the person's own word; ``confirm`` as in ``opt_out``."""
    now = service.clock.now()
    contact = person.contact or patients.find_contact_point(
        session, patient_id=person.patient.id, related_person_id=person.related_id
    )
    if contact is not None:
        contact.paused_until = None
        patients.set_contact_status(session, contact_point=contact, status="active")
    if not patients.find_consent(session, patient_id=person.patient.id, related_person_id=person.related_id):
        session.add(
            Consent(
                patient_id=person.patient.id, related_person_id=person.related_id, method="sms", text_version="start",
                given_at=now, recorded_by=person.agent, withdrawn_at=None, withdrawn_by=None,
            )
        )  # fmt: skip
    audit.record(session, agent=person.agent, action="opt_in", entity="patient", entity_id=person.patient.id, now=now)
    site = staff.get_site(session, site_id=scope_of(session))
    number = wording.emergency(site, person.patient.intent)
    body = service.renderer.render("started", person.language, clinic=site.public_name, emergency_number=number)
    session.flush()
    if confirm:
        queue_to_person(session, person, kind=MessageKind.CONFIRMATION, body=body, key=f"started:{inbound_id}", now=now)


def texts_not_allowed(session: Session, rows: Sequence[OutboundMessage], now: datetime) -> set[str]:
    """Ids of claimed texts that may not leave: no consent in force, opted out, the patient died, or wants a rest.

    A confirmation may leave after an opt-out: it is the one that says so. Pages to staff need no consent, but a number
    that its owner stopped gets nothing.
    """
    to_people = [row for row in rows if row.kind not in _TO_STAFF]
    allowed = patients.list_textable(
        session, patient_ids={row.patient_id for row in to_people if row.patient_id is not None}
    )
    refused = set()
    for row in to_people:
        may = allowed.alive if row.kind == MessageKind.CONFIRMATION else allowed.agreed
        # A text to nobody we know is the neutral reply to a stranger, who wrote first.
        who = (row.patient_id, row.related_person_id)
        rests = row.kind in _QUESTIONS and who in allowed.paused and allowed.paused[who] > now
        if row.patient_id is not None and (who not in may or rests):
            refused.add(row.id)
    stopped = staff.list_stopped(
        session, practitioner_ids={r.practitioner_id for r in rows if r.kind in _TO_STAFF and r.practitioner_id}
    )
    return refused | {row.id for row in rows if row.practitioner_id in stopped and row.kind == MessageKind.PAGE}
