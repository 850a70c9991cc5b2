"""A text has come in: store it exactly once, find out who wrote and what it means, act, and answer.

All of it is one transaction: the text, the answer, the alert, the first page and the reply are committed together,
before the provider is told that we have it. When anything fails on the way, the text is stored all the same and a
person is called to read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.checkins.store import checkins
from app.db import DATABASE_ERRORS, Session, all_sites, is_away, keyring_of, lost_connection, narrow, retry_on_conflict
from app.errors import Unavailable
from app.keyring import PHONE
from app.logs import get_logger
from app.messaging.automatic import is_automatic
from app.messaging.keywords import acknowledgement_codes
from app.messaging.models import InboundMessage
from app.messaging.store import inbox
from app.patients import store as patients
from app.patients.models import ContactPoint
from app.plain_text import storable
from app.staff import store as staff
from app.staff.models import Practitioner
from app.workflows.acknowledge_alert import acknowledge_by_codes
from app.workflows.concern import Concern
from app.workflows.converse import converse
from app.workflows.fly_canary import note_canary
from app.workflows.person import Person, load_person
from app.workflows.raise_alerts import raise_concern
from app.workflows.review_inbound import review_stranger
from app.workflows.service import Service
from app.workflows.shared_number import (
    ask_who,
    can_be_asked,
    find_speaker,
    handle_shared,
    in_order,
    list_waiting,
    review_shared,
    settle_review,
)
from app.workflows.side_question import WHO, find_question
from app.workflows.staff_phone import handle_staff_word

log = get_logger()

_STORED_AT_MOST = 10_000
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundSms:
    """A text as the provider handed it over, signature checked. Numbers are E.164.

    ``arrived_at`` is when it reached us; whatever was answered later, its writer cannot have seen.
    """

    message_sid: str
    sender: str
    recipient: str
    body: str
    media: int = 0
    opt_out_type: str | None = None
    arrived_at: datetime | None = None


def receive_sms(service: Service, sms: InboundSms) -> str:
    """Take in one text; returns what was done with it (``duplicate`` when it is known already).

    Raises ``Unavailable`` only when the database cannot store it: then the provider must be told so, to try again.
    """
    sms = replace(sms, arrived_at=sms.arrived_at or service.clock.now())
    try:
        return _receive_or_keep(service, sms)
    except DATABASE_ERRORS as error:
        log.error("inbound_not_stored", message_sid=sms.message_sid, exc_info=True)
        raise Unavailable("The text could not be stored; send it again.") from error


def _receive_or_keep(service: Service, sms: InboundSms) -> str:
    for first in (True, False):
        try:
            return _receive(service, sms)
        except Exception as error:
            log.error("inbound_failed", message_sid=sms.message_sid, exc_info=True)
            # A database that was restarted is back in a moment, and what was committed is found by its id: an answer
            # must not become a riddle for a nurse because a connection broke.
            if first and lost_connection(error):
                continue
            if is_away(error):
                raise
            break
    # Something in the text could not be handled, or the database refused it: then the text alone still fits.
    try:
        return _keep_for_a_person(service, sms)
    except DATABASE_ERRORS:
        raise
    except Exception:
        log.error("inbound_nobody_called", message_sid=sms.message_sid, exc_info=True)
        return _keep(service, sms)


@retry_on_conflict
def _receive(service: Service, sms: InboundSms) -> str:
    with service.db.transaction(all_sites()) as session:
        contacts = patients.list_contact_points_by_phone(session, phone=sms.sender)
        # A number that is a patient's speaks for its nurse only with the code of a page.
        from_nurse = not contacts or bool(acknowledgement_codes(_clean(sms.body)))
        nurses = staff.list_practitioners_by_phone(session, phone=sms.sender) if from_nurse else []
        inbound = _store(service, session, sms, contacts, nurses)
        if inbound is None:
            return "duplicate"
        inbound.result = _handle(service, session, sms, inbound, contacts, nurses)
        session.flush()
        return inbound.result


def _store(
    service: Service,
    session: Session,
    sms: InboundSms,
    contacts: Sequence[ContactPoint],
    nurses: Sequence[Practitioner],
) -> InboundMessage | None:
    """Insert the text by its provider's id; ``None`` when it is there already."""
    site_id = contacts[0].site_id if contacts else _site_of(session, sms, nurses)
    clean = _clean(sms.body)
    row = InboundMessage(
        site_id=site_id, message_sid=sms.message_sid, sender=sms.sender,
        sender_index=keyring_of(session).index(PHONE, sms.sender), recipient=sms.recipient[:40], body=clean,
        raw_body=sms.body if sms.body != clean else None, media=sms.media, opt_out_type=sms.opt_out_type,
        patient_id=None, related_person_id=None, practitioner_id=None, result="received",
        received_at=sms.arrived_at or service.clock.now(),
    )  # fmt: skip
    return row if inbox.insert_inbound(session, row) else None


def _clean(body: str) -> str:
    """What of a text can be stored, and is read."""
    return storable(body)[:_STORED_AT_MOST]


def _site_of(session: Session, sms: InboundSms, nurses: Sequence[Practitioner]) -> str:
    for nurse in nurses:
        for membership in staff.list_memberships(session, practitioner_id=nurse.id):
            return membership.site_id
    site = staff.find_site_of_sender(session, number=sms.recipient)
    if site is None:
        raise RuntimeError("there is no site to receive for")
    return site.id


def _handle(
    service: Service,
    session: Session,
    sms: InboundSms,
    inbound: InboundMessage,
    contacts: Sequence[ContactPoint],
    nurses: Sequence[Practitioner],
) -> str:
    if note_canary(service, session, sms.sender, inbound.body):
        return "canary"
    codes = acknowledgement_codes(inbound.body)
    if nurses and (codes or not contacts):
        return _from_staff(service, session, inbound, nurses[0], codes)
    if not contacts:
        narrow(session, inbound.site_id)
        return review_stranger(service, session, inbound)
    people = {(contact.patient_id, contact.related_person_id): contact for contact in contacts}
    if len(people) > 1:
        everybody, names = in_order(session, list(people.values()))
        done = handle_shared(service, session, inbound, everybody)
        if done is not None:
            return done
        speaking, told_us = find_speaker(session, inbound, everybody, names)
        if speaking is not None and told_us:
            return _take_waiting(service, session, inbound, speaking)
        speaking = speaking or _whose_dialogue(session, everybody)
        if speaking is None:
            if is_automatic(inbound.body):
                return "automatic"
            if can_be_asked(everybody, names):
                narrow(session, everybody[0].site_id)
                return ask_who(service, session, inbound, everybody, names, service.clock.now())
            return review_shared(service, session, inbound, everybody)
        contact = speaking
    else:
        contact = contacts[0]
    return _from_person(service, session, inbound, contact)


def _from_person(service: Service, session: Session, inbound: InboundMessage, contact: ContactPoint) -> str:
    """A text of which we know who wrote it."""
    narrow(session, contact.site_id)
    inbound.site_id = contact.site_id
    person = _lock_person(session, contact)
    inbound.patient_id, inbound.related_person_id = person.patient.id, person.related_id
    if contact.status == "unreachable":
        patients.set_contact_status(session, contact_point=contact, status="active")
    if contact.heard_from_at is None or inbound.received_at - contact.heard_from_at > _A_DAY:
        contact.heard_from_at = inbound.received_at
    return converse(service, session, person, inbound)


def _take_waiting(service: Service, session: Session, inbound: InboundMessage, contact: ContactPoint) -> str:
    """Somebody said who they are: the texts that waited for that are theirs, and this one says no more."""
    question = find_question(session, inbound, WHO)
    assert question is not None
    waiting = list_waiting(session, question)
    narrow(session, contact.site_id)
    inbound.patient_id, inbound.related_person_id = contact.patient_id, contact.related_person_id
    for text in waiting:
        text.result = _from_person(service, session, text, contact)
        settle_review(service, session, text)
        session.flush()
    return "said_who"


def _whose_dialogue(session: Session, contacts: Sequence[ContactPoint]) -> ContactPoint | None:
    """Who of several people with one number is being asked just now; ``None`` when that does not settle it."""
    asked = [
        contact
        for contact in contacts
        if checkins.find_open_checkin(
            session, patient_id=contact.patient_id, related_person_id=contact.related_person_id
        )
    ]
    return asked[0] if len(asked) == 1 else None


def _lock_person(session: Session, contact: ContactPoint) -> Person:
    patient = patients.lock_patient(session, patient_id=contact.patient_id)
    return load_person(session, patient=patient, related_person_id=contact.related_person_id, contact=contact)


def _from_staff(
    service: Service, session: Session, inbound: InboundMessage, nurse: Practitioner, codes: Sequence[str]
) -> str:
    inbound.practitioner_id = nurse.id
    done = handle_staff_word(service, session, inbound, nurse)
    if done is not None:
        return done
    site_ids = [m.site_id for m in staff.list_memberships(session, practitioner_id=nurse.id)]
    said = codes or [inbound.body[:12].strip() or "-"]
    return acknowledge_by_codes(
        service, session, person=nurse, site_ids=site_ids or [inbound.site_id], codes=said, inbound_id=inbound.id
    )


def _keep_for_a_person(service: Service, sms: InboundSms) -> str:
    """Store a text that could not be handled and call a nurse to read it."""
    with service.db.transaction(all_sites()) as session:
        contacts = patients.list_contact_points_by_phone(session, phone=sms.sender)
        inbound = _store(service, session, sms, contacts, [])
        if inbound is None:
            return "duplicate"
        narrow(session, inbound.site_id)
        alone = {contact.patient_id for contact in contacts if contact.site_id == inbound.site_id}
        patient = patients.lock_patient(session, patient_id=alone.pop()) if len(alone) == 1 else None
        inbound.patient_id, inbound.result = patient.id if patient else None, "failed"
        raise_concern(
            service, session,
            Concern(
                kind="review", subject="review" if patient else f"review:{inbound.id}", tier="red", patient=patient,
                inbound_id=inbound.id, reason="A text came in that the service could not handle. Please read it now.",
            ),
        )  # fmt: skip
        return "failed"


def _keep(service: Service, sms: InboundSms) -> str:
    """Store a text, and nothing else."""
    with service.db.transaction(all_sites()) as session:
        contacts = patients.list_contact_points_by_phone(session, phone=sms.sender)
        inbound = _store(service, session, sms, contacts, [])
        if inbound is None:
            return "duplicate"
        inbound.result = "failed"
        return "failed"
