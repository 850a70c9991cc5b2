"""Puts one text into the outbox: the only way in which anything is said to anybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.db import Session, insert_many, keyring_of, wake_after_commit
from app.keyring import PHONE
from app.messaging.delivery import MessageKind, OutboxState, Priority
from app.messaging.models import OutboundMessage
from app.messaging.segments import measure
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.models import ContactPoint
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
    MessageKind.CANARY: Priority.OTHER,
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
STAFF, PATIENTS, EMAIL = "staff", "patients", "email"
"""The pools that a text may leave from: two of senders of texts, and the way to staff by e-mail."""
_AGAIN = ":again"


def text_values(
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
    priority: Priority | None = None,
    **about: str | None,
) -> dict[str, Any]:
    """The values of an outbox row. The same business ``key`` twice is the same text; ``about`` sets its links."""
    size = measure(body)
    return {
        "site_id": site_id,
        "business_key": key,
        "kind": kind,
        "priority": _PRIORITY[kind] if priority is None else priority,
        "pool": pool,
        "recipient": phone,
        "recipient_index": keyring_of(session).index(PHONE, phone),
        "body": body,
        "segments": size.count,
        "encoding": size.encoding,
        "state": OutboxState.PENDING,
        "next_attempt_at": not_before or now,
        "expires_at": expires_at or now + _LIVES.get(kind, _DEFAULT_LIFE),
        "created_at": now,
        **about,
    }


def new_text(session: Session, **values: Any) -> OutboundMessage:
    """Make an outbox row; takes what ``text_values`` takes."""
    return OutboundMessage(**text_values(session, **values))


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
    contact = person.contact or patients.find_contact_point(
        session, patient_id=person.patient.id, related_person_id=person.related_id
    )
    if contact is None or not may_be_reached(contact):
        return None
    message = new_text(
        session, kind=kind, body=body, key=key, now=now, not_before=not_before, expires_at=expires_at,
        checkin_id=checkin_id, **to_person(person, contact),
    )  # fmt: skip
    session.add(message)
    wake_after_commit(session)
    return message


def queue_again(session: Session, message: OutboundMessage, *, now: datetime, after: timedelta) -> bool:
    """Queue a text once more as a text of its own, so that nothing still reported of the first one touches it.

    ``False`` when it was sent twice already, or when the second would come too late.
    """
    key, at = message.business_key + _AGAIN, now + after
    late = message.expires_at is not None and message.expires_at <= at
    if late or is_copy(message) or outbox.find_by_key(session, business_key=key) is not None:
        return False
    session.add(copy_of(session, message, key=key, now=now, not_before=at, expires_at=message.expires_at))
    wake_after_commit(session)
    return True


def is_copy(message: OutboundMessage) -> bool:
    """Whether a text is the second copy of another."""
    return message.business_key.endswith(_AGAIN)


def copy_of(session: Session, message: OutboundMessage, **values: Any) -> OutboundMessage:
    """The same words to the same number, with a ``key``, ``now`` and times of their own."""
    return new_text(
        session, site_id=message.site_id, kind=MessageKind(message.kind), phone=message.recipient, body=message.body,
        pool=message.pool, patient_id=message.patient_id, related_person_id=message.related_person_id,
        practitioner_id=message.practitioner_id, checkin_id=message.checkin_id, alert_id=message.alert_id,
        priority=Priority(message.priority), **values,
    )  # fmt: skip


def queue_many(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Queue many texts at once: rows as ``text_values`` makes them, all with the same links."""
    insert_many(session, OutboundMessage, rows)
    if rows:
        wake_after_commit(session)


def may_be_reached(contact: ContactPoint) -> bool:
    """Whether a number is worth a text: not known to be somebody else's, or dead."""
    return contact.status not in ("wrong", "unreachable")


def to_person(person: Person, contact: ContactPoint) -> dict[str, Any]:
    """What makes a text one to a patient or a helper."""
    return {
        "site_id": person.patient.site_id,
        "phone": contact.value,
        "patient_id": person.patient.id,
        "related_person_id": person.related_id,
    }
