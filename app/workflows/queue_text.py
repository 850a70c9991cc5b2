"""Puts one text into the outbox: the only way in which anything is said to anybody."""

from datetime import datetime, timedelta

from app.db import Session, keyring_of, wake_after_commit
from app.messaging import store as messaging
from app.messaging.delivery import MessageKind, OutboxState, Priority
from app.messaging.models import OutboundMessage
from app.messaging.segments import measure
from app.patients import store as patients
from app.workflows.person import Person

_PRIORITY = {
    MessageKind.PAGE: Priority.PAGE,
    MessageKind.FALLBACK_PAGE: Priority.PAGE,
    MessageKind.PAGE_REPLY: Priority.PAGE,
    MessageKind.REPLY: Priority.REPLY,
    MessageKind.CONFIRMATION: Priority.REPLY,
    MessageKind.WELCOME: Priority.SAFETY,
    MessageKind.INVITATION: Priority.CHECK_IN,
    MessageKind.REMINDER: Priority.REMINDER,
}
# How long a text is worth sending. While the provider is away it is tried again until then: a reply that comes a day
# late confuses, a page that comes late is not what the ladder needs any more.
_LIVES = {
    MessageKind.PAGE: timedelta(minutes=15),
    MessageKind.PAGE_REPLY: timedelta(minutes=30),
    MessageKind.FALLBACK_PAGE: timedelta(hours=1),
    MessageKind.REPLY: timedelta(hours=4),
}
_DEFAULT_LIFE = timedelta(hours=24)
STAFF, PATIENTS = "staff", "patients"


def new_text(
    session: Session,
    *,
    site_id: str,
    kind: MessageKind,
    phone: str,
    body: str,
    key: str,
    now: datetime,
    pool: str = PATIENTS,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    **about: str | None,
) -> OutboundMessage:
    """Make an outbox row. The same business ``key`` twice is the same text; ``about`` sets what it is linked to."""
    size = measure(body)
    return OutboundMessage(
        site_id=site_id,
        business_key=key,
        kind=kind,
        priority=_PRIORITY[kind],
        pool=pool,
        recipient=phone,
        recipient_index=keyring_of(session).index(messaging.PHONE, phone),
        body=body,
        segments=size.count,
        encoding=size.encoding,
        state=OutboxState.PENDING,
        next_attempt_at=not_before or now,
        expires_at=expires_at or now + _LIVES.get(kind, _DEFAULT_LIFE),
        created_at=now,
        **about,
    )


def queue_to_person(
    session: Session,
    person: Person,
    *,
    kind: MessageKind,
    body: str,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    checkin_id: str | None = None,
) -> OutboundMessage | None:
    """Queue a text to a patient or a helper. ``None`` when there is no number to text to.

    Consent, opt-out and death are checked once more when the text is claimed, because they may change while it waits.
    """
    contact = patients.find_contact_point(session, patient_id=person.patient.id, related_person_id=person.related_id)
    if contact is None or contact.status in ("wrong", "unreachable"):
        return None
    message = new_text(
        session,
        site_id=person.patient.site_id,
        kind=kind,
        phone=contact.value,
        body=body,
        key=key,
        now=now,
        not_before=not_before,
        expires_at=expires_at,
        patient_id=person.patient.id,
        related_person_id=person.related_id,
        checkin_id=checkin_id,
    )
    session.add(message)
    wake_after_commit(session)
    return message
