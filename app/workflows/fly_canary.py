"""Send a text from one of our numbers to another: what does not come back through the webhook, no patient's does."""

from datetime import datetime, timedelta

from app.db import Session, all_sites, keyring_of, wake_after_commit
from app.logs import get_logger
from app.messaging.delivery import MessageKind
from app.operations import store as operations
from app.operations.canary import canary_text, canary_word
from app.staff import store as staff
from app.workflows.queue_text import PATIENTS, STAFF, new_text
from app.workflows.service import Service
from app.workflows.system_alert import raise_system_alert

log = get_logger()

BACK_WITHIN = timedelta(minutes=5)
_KEPT = timedelta(days=30)


def fly_canary(service: Service) -> int:
    """Send one when it is time, and call a person when the last one is missing; returns how many were sent.

    Time is cut into slots of ``CANARY_MINUTES`` that every worker counts alike, so that each slot has one canary.
    While a person holds all texts back none is sent and none is missed.
    """
    interval, now = timedelta(minutes=service.settings.canary_minutes), service.clock.now()
    if not interval:
        return 0
    with service.db.transaction(all_sites()) as session:
        if operations.is_on(session, name=operations.OUTBOX_PAUSED):
            return 0
        slot = int(now.timestamp() // interval.total_seconds())
        word = keyring_of(session).index("canary", str(slot))
        sites = staff.list_sites(session)
        sent = bool(sites) and operations.add_canary(session, word=word, now=now)
        if sent:
            operations.delete_canaries(session, before=now - _KEPT)
            _queue(service, session, word, slot, sites[0].id, now)
        if _is_missing(session, interval, now):
            log.error("canary_missing")
            reason = (
                "A text that the service sent to itself has not come back. Either texts do not leave, or what patients "
                "text does not arrive: check the provider, its webhook address, and this service."
            )
            raise_system_alert(service, session, subject="canary", tier="red", reason=reason)
    return int(sent)


def canary_is_missing(service: Service) -> bool:
    """Whether the last canary that had time to come back has not, and none after it."""
    interval = timedelta(minutes=service.settings.canary_minutes)
    with service.db.reading(all_sites()) as session:
        return bool(interval) and _is_missing(session, interval, service.clock.now())


def note_canary(service: Service, session: Session, inbound_sender: str, body: str) -> bool:
    """Tell whether a text that came in is a canary of ours, and note that it is back.

    From a number of ours it is one even when its word is not known, as after a restore: we do not talk to ourselves.
    """
    word = canary_word(body)
    if word is None:
        return False
    canary = operations.find_canary(session, word=word)
    if canary is None:
        settings = service.settings
        return inbound_sender in settings.twilio_from_numbers + settings.twilio_alert_from_numbers
    canary.returned_at = canary.returned_at or service.clock.now()
    return True


def _queue(service: Service, session: Session, word: str, slot: int, site_id: str, now: datetime) -> None:
    """From the pages' number to the patients', each of these in turn; to the pages' number where a service has them."""
    patients, alert = service.settings.twilio_from_numbers, service.settings.twilio_alert_from_numbers
    to_service = bool(service.settings.twilio_messaging_service_sid)
    numbers, pool = (alert, PATIENTS) if to_service else (patients, STAFF)
    session.add(
        new_text(
            session, site_id=site_id, kind=MessageKind.CANARY, phone=numbers[slot % len(numbers)], pool=pool, now=now,
            body=canary_text(word), key=f"canary:{word}", expires_at=now + BACK_WITHIN,
        )
    )  # fmt: skip
    wake_after_commit(session)


def _is_missing(session: Session, interval: timedelta, now: datetime) -> bool:
    since = now - 2 * interval - BACK_WITHIN
    turned_at = operations.last_turned(session, name=operations.OUTBOX_PAUSED)
    for canary in operations.list_canaries(session, since=max(since, turned_at or since)):
        if canary.returned_at is not None:
            return False
        if now - canary.sent_at >= BACK_WITHIN:
            return True
    return False
