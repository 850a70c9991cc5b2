"""Texts whose sender is not certain: kept for a person to assign, never guessed and never dropped."""

from collections.abc import Sequence
from datetime import timedelta

from app.alerts.red_flags import find
from app.db import Session
from app.messaging.delivery import MessageKind
from app.messaging.models import InboundMessage
from app.messaging.store import outbox
from app.patients import store as patients
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.queue_text import new_text
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import Service

_ONE_REPLY_A = timedelta(days=1)


def review_stranger(service: Service, session: Session, inbound: InboundMessage) -> str:
    """Keep a text from a number that nobody has; one neutral reply a day at most."""
    flags = _flags(service, inbound)
    raise_concern(
        service, session,
        Concern(
            kind="review", subject=f"unknown:{inbound.sender_index}", tier="red" if flags else "watch",
            inbound_id=inbound.id, reason=f"A text from a number that we do not know: {inbound.body[:300]}",
        ),
    )  # fmt: skip
    _neutral_reply(service, session, inbound)
    return "unknown_sender"


def review_ambiguous(
    service: Service,
    session: Session,
    inbound: InboundMessage,
    *,
    site_id: str,
    patient_ids: Sequence[str],
    replying: bool = True,
) -> None:
    """Have one site find out who wrote from a number that several of its people share, or people of other sites too.

    The session is confined to that site, so that no name of another one is told. ``replying`` sends the neutral reply.
    """
    known = [p for p in (patients.find_patient(session, patient_id=i) for i in dict.fromkeys(patient_ids)) if p]
    names = ", ".join(f"{p.given_name} {p.family_name}" for p in known)
    flags = _flags(service, inbound)
    raise_concern(
        service, session,
        Concern(
            kind="review", subject=f"shared:{inbound.id}", tier="red" if flags else "amber", inbound_id=inbound.id,
            reason=f"A text from a number that several people share ({names}); please find out who wrote: "
            f"{inbound.body[:300]}",
        ),
    )  # fmt: skip
    if replying and site_id == inbound.site_id:
        _neutral_reply(service, session, inbound)


def _flags(service: Service, inbound: InboundMessage) -> bool:
    """Whether the text holds red-flag words of any language: nobody knows which one a stranger writes."""
    return any(find(inbound.body, language) for language in service.renderer.languages)


def _neutral_reply(service: Service, session: Session, inbound: InboundMessage) -> None:
    now, site = service.clock.now(), staff.get_site(session, site_id=inbound.site_id)
    recent = outbox.count_recent_replies(
        session, recipient_index=inbound.sender_index, kind=MessageKind.CONFIRMATION, since=now - _ONE_REPLY_A
    )
    if recent:
        return
    body = service.renderer.render("unknown_sender", site.language, emergency_number=site.emergency_number)
    session.add(
        new_text(
            session, site_id=site.id, kind=MessageKind.CONFIRMATION, phone=inbound.sender, body=body,
            key=f"reply:{inbound.id}", now=now,
        )
    )  # fmt: skip
