"""Hand waiting texts to the provider: claim, commit, call, record. No transaction is open during the call."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db import Session, all_sites, keyring_of
from app.errors import DeliveryFailed
from app.keyring import hash_token
from app.logs import get_logger
from app.messaging import store as messaging
from app.messaging.delivery import PAGES, MessageKind, OutboxState, back_off, lease_length, look_up_after
from app.messaging.gateway import Accepted, Departure, Gateway
from app.messaging.models import OutboundMessage
from app.operations import store as operations
from app.workflows.after_failure import after_failure
from app.workflows.change_consent import texts_not_allowed
from app.workflows.queue_text import PATIENTS, STAFF
from app.workflows.service import Service

log = get_logger()

BATCH = 16
_LONGEST_VALIDITY = timedelta(hours=10)
_UNPACED = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A text that this worker holds: what to send, and the attempt under which its result may be recorded."""

    departure: Departure
    attempt: int
    kind: str
    priority: int


def deliver_outbox(
    service: Service, gateway: Gateway, pool: ThreadPoolExecutor, to: Sequence[str] = (STAFF, PATIENTS)
) -> int:
    """Send what is due, one batch of each sender pool in ``to``; returns how many texts were claimed."""
    claims = [claim for name in to for claim in _claim(service, gateway, name)]
    for _ in pool.map(lambda claim: _send(service, gateway, claim), claims):
        pass
    return len(claims)


def _claim(service: Service, gateway: Gateway, pool: str) -> list[Claim]:
    """Take a batch within each sender's pace, and check at this last moment that it may still be sent."""
    claims: list[Claim] = []
    for sender in gateway.senders(pool):
        now = service.clock.now()
        with service.db.transaction(all_sites()) as session:
            if operations.is_on(session, name=operations.OUTBOX_PAUSED):
                return claims
            limit = BATCH
            rate = service.settings.sender_mps if gateway.paced else _UNPACED
            if gateway.paced:
                pace = messaging.lock_pace(session, sender=sender, now=now)
                if pace.next_free_at > now:
                    continue
                limit = max(1, min(BATCH, int(rate)))
            rows = messaging.lease_due_messages(
                session, now=now, lease_until=now + lease_length(), limit=limit, pool=pool
            )
            unwanted = texts_not_allowed(session, rows)
            leaving = [row for row in rows if _still_wanted(row, now, row.id in unwanted)]
            if gateway.paced and leaving:
                pace.next_free_at = now + timedelta(seconds=sum(row.segments for row in leaving) / rate)
            claims += [_make_claim(service, session, row, sender, now) for row in leaving]
    return claims


def _still_wanted(row: OutboundMessage, now: datetime, refused: bool) -> bool:
    """Tell whether a claimed text may still leave; what may not is closed here, in the claim's own transaction."""
    if refused or (row.expires_at is not None and row.expires_at <= now):
        row.state, row.lease_expires_at = OutboxState.CANCELLED, None
        return False
    return True


def _make_claim(service: Service, session: Session, row: OutboundMessage, sender: str, now: datetime) -> Claim:
    # The same for every attempt, so that a report of an earlier one still finds its text.
    token = keyring_of(session).index("callback", row.id)
    row.callback_hash, row.sender = hash_token(token), sender
    validity = None
    if row.expires_at is not None:
        validity = int(min(row.expires_at - now, _LONGEST_VALIDITY).total_seconds()) or 1
    departure = Departure(
        message_id=row.id, recipient=row.recipient, body=row.body, sender=sender,
        callback_url=f"{service.settings.public_url}/webhooks/twilio/status/{token}", validity=validity,
    )  # fmt: skip
    return Claim(departure, row.attempt, row.kind, row.priority)


def _send(service: Service, gateway: Gateway, claim: Claim) -> None:
    if service.db.in_transaction:
        raise RuntimeError("no transaction may be open while the provider is called")
    try:
        accepted = gateway.send(claim.departure)
    except DeliveryFailed as failure:
        _record_failure(service, claim, failure)
    except Exception:
        # Whatever it was, the provider may have taken the text: it is looked up before anybody sends it again.
        log.error("gateway_crashed", message_id=claim.departure.message_id, exc_info=True)
        _record_failure(service, claim, DeliveryFailed("the gateway failed", ambiguous=True))
    else:
        record_accepted(service, claim.departure.message_id, claim.attempt, accepted)


def record_accepted(service: Service, message_id: str, attempt: int, accepted: Accepted) -> bool:
    """Write that the provider took a text; ``False`` when a later attempt overtook this one."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        return messaging.record_attempt(
            session, message_id=message_id, attempt=attempt, state=OutboxState.HANDED_OVER,
            message_sid=accepted.message_sid, status=accepted.status, handed_over_at=now, lease_expires_at=None,
            error_code=None,
        )  # fmt: skip


def _record_failure(service: Service, claim: Claim, failure: DeliveryFailed) -> None:
    now = service.clock.now()
    message_id, values = claim.departure.message_id, {"error_code": failure.code, "lease_expires_at": None}
    log.warning(
        "text_not_taken", message_id=message_id, kind=claim.kind, error_code=failure.code, attempt=claim.attempt,
        outcome="dead" if failure.permanent else "unknown" if failure.ambiguous else "retry",
    )  # fmt: skip
    with service.db.transaction(all_sites()) as session:
        if failure.permanent:
            written = messaging.record_attempt(
                session, message_id=message_id, attempt=claim.attempt, state=OutboxState.DEAD, status="failed", **values
            )
            if written:
                after_failure(service, session, message_id=message_id, code=failure.code)
            return
        if failure.ambiguous:
            state, due = OutboxState.UNKNOWN, now + look_up_after()
        else:
            state, due = OutboxState.PENDING, now + back_off(claim.attempt, failure.retry_after)
        messaging.record_attempt(
            session, message_id=message_id, attempt=claim.attempt, state=state, next_attempt_at=due, **values
        )


def settle_unknown(service: Service, gateway: Gateway) -> int:
    """Find out what became of texts whose fate is unknown; returns how many were looked at.

    A page that the provider does not know of is sent again: at least once. A check-in goes once more at most; then it
    stays unknown and visible, because two invitations are worse than one late one.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        messaging.expire_leases(session, now=now)
        rows = messaging.lease_unknown_messages(session, now=now, again_at=now + look_up_after(), limit=BATCH)
        waiting = [(r.id, r.attempt, r.kind, r.recipient, r.body, r.created_at, r.message_sid) for r in rows]
    for message_id, attempt, kind, recipient, body, created_at, sid in waiting:
        if sid is not None:  # a status report carried its id meanwhile
            record_accepted(service, message_id, attempt, Accepted(sid, "accepted"))
            continue
        try:
            found = gateway.find_sent(recipient, body, created_at)
        except DeliveryFailed:
            continue
        if found is not None:
            record_accepted(service, message_id, attempt, found)
        else:
            _send_again(service, message_id, attempt, kind)
    return len(waiting)


def _send_again(service: Service, message_id: str, attempt: int, kind: str) -> None:
    now = service.clock.now()
    again = kind in PAGES or kind == MessageKind.PAGE_REPLY or attempt < 2
    with service.db.transaction(all_sites()) as session:
        if again:
            messaging.record_attempt(
                session, message_id=message_id, attempt=attempt, state=OutboxState.PENDING, next_attempt_at=now
            )
            return
        messaging.record_attempt(
            session, message_id=message_id, attempt=attempt, state=OutboxState.DEAD, status="unknown"
        )
        after_failure(service, session, message_id=message_id, code=None)


__all__ = ["BATCH", "Claim", "deliver_outbox", "record_accepted", "settle_unknown"]
