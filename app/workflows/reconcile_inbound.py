"""Take in what the provider received for us and the webhook never brought: by default it tries a webhook once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.db import Session, all_sites
from app.errors import Unavailable
from app.logs import get_logger
from app.messaging.gateway import Gateway, Received
from app.messaging.store import inbox
from app.operations import store as operations
from app.operations.canary import canary_word
from app.staff import store as staff
from app.workflows.queue_text import PATIENTS, STAFF
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.service import Service
from app.workflows.system_alert import raise_system_alert

log = get_logger()

RECONCILED = "reconciled"
"""The name under which the moment is kept up to which everything was compared."""
_OVERLAP = timedelta(minutes=10)
_FARTHEST = timedelta(hours=24)
# A webhook may still be under way: the provider gives it 15 seconds, with everything that it tries again.
_STILL_COMING = timedelta(seconds=30)
_MOST = 50_000
_AT_ONCE = 1000
_A_HANDFUL = 5
_A_SERVICE = "MG"


def reconcile_inbound(service: Service, gateway: Gateway) -> int:
    """Compare what the provider received lately with what is stored, and take in the rest; returns how many texts.

    Looks back to ten minutes before the last time that this went well, a day at most. Raises ``DeliveryFailed`` when
    the provider cannot tell and ``Unavailable`` when a text cannot be stored: then the stage made no progress.
    """
    now = service.clock.now()
    with service.db.reading(all_sites()) as session:
        since, ours = _since(session, now), _our_numbers(session, gateway)
    received = gateway.list_received(since, _MOST)
    missing = _not_stored(service, [text for text in received if _should_be_here(text, ours, now)])
    readable = sorted((text for text in missing if _can_be_read(text)), key=lambda text: text.received_at)
    taken = sum(_take_in(service, text) for text in readable)
    if missing:
        say = log.error if len(missing) >= _A_HANDFUL else log.warning
        say("webhook_missed", count=len(missing))
    if len(readable) < len(missing):
        _call_for_help(service, len(missing) - len(readable))
    if taken < len(readable):
        raise Unavailable("Some texts that the webhook missed could not be stored.")
    if len(received) == _MOST:
        log.error("reconcile_cut_short", count=_MOST)
    else:
        with service.db.transaction(all_sites()) as session:
            operations.stamp(session, stage=RECONCILED, now=now, worker="any")
    return taken


def _since(session: Session, now: datetime) -> datetime:
    """From when on to compare: what came before there was a clinic here was for somebody else."""
    founded = min((site.created_at for site in staff.list_sites(session)), default=now)
    last = operations.list_progress(session).get(RECONCILED, founded)
    return max(last - _OVERLAP, now - _FARTHEST, founded)


def _our_numbers(session: Session, gateway: Gateway) -> set[str] | None:
    """Numbers at which we are texted; ``None`` when the provider chooses them, so that any of the account may be."""
    senders = {*gateway.senders(PATIENTS), *gateway.senders(STAFF)}
    if any(sender.startswith(_A_SERVICE) for sender in senders):
        return None
    return senders | {str(number) for site in staff.list_sites(session) for number in site.senders}


def _should_be_here(text: Received, ours: set[str] | None, now: datetime) -> bool:
    """Whether a text was for us and its webhook has had its time. A canary shows whether webhooks come: it must not
    come in by this door.
    """
    for_us = ours is None or text.recipient in ours
    return for_us and text.received_at <= now - _STILL_COMING and canary_word(text.body) is None


def _not_stored(service: Service, texts: Sequence[Received]) -> list[Received]:
    with service.db.reading(all_sites()) as session:
        known: set[str] = set()
        for start in range(0, len(texts), _AT_ONCE):
            sids = [text.message_sid for text in texts[start : start + _AT_ONCE]]
            known |= inbox.list_known_sids(session, message_sids=sids)
    return [text for text in texts if text.message_sid not in known]


def _can_be_read(text: Received) -> bool:
    """Whether words and number are there. The provider's message redaction leaves no words, and XXXX of a number."""
    return bool((text.body.strip() or text.media) and text.sender) and not text.sender.endswith("X")


def _take_in(service: Service, text: Received) -> bool:
    """Hand a text to the flow that the webhook calls; one that fails must not keep the others out."""
    sms = InboundSms(
        message_sid=text.message_sid, sender=text.sender, recipient=text.recipient, body=text.body, media=text.media
    )
    try:
        result = receive_sms(service, sms)
    except Exception:
        log.error("missed_text_not_stored", message_sid=text.message_sid, exc_info=True)
        return False
    log.info("inbound_reconciled", message_sid=text.message_sid, result=result)
    return True


def _call_for_help(service: Service, count: int) -> None:
    """Somebody wrote, nobody here knows what or who: storing an empty answer would only hide it."""
    log.error("inbound_redacted", count=count)
    reason = (
        "Texts came in that this service never got, and the provider keeps no words of them (message redaction). "
        "Its log shows when they came: please find out who wrote, and whether the webhook works."
    )
    with service.db.transaction(all_sites()) as session:
        raise_system_alert(service, session, subject="inbound-redacted", tier="red", reason=reason)
