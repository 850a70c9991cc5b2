"""Hand waiting texts to the provider: claim, commit, call, record. No transaction is open during the call."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from app.db import Session, all_sites, retry_on_conflict
from app.errors import DeliveryFailed
from app.logs import get_logger
from app.messaging.delivery import (
    AWAY_AFTER,
    HOLDS_SENDER,
    PAGES,
    UNREACHABLE,
    MessageKind,
    OutboxState,
    Trouble,
    back_off,
    look_up_after,
    trouble_of,
)
from app.messaging.gateway import Accepted, Gateway, WayOut
from app.messaging.polling import next_poll
from app.messaging.store import outbox
from app.workflows.after_failure import after_failure
from app.workflows.claim_texts import BATCH, Claim, claim_texts
from app.workflows.queue_text import EMAIL, PATIENTS, STAFF
from app.workflows.sender_trouble import hold_sender, resume_sender
from app.workflows.service import Service

log = get_logger()


def deliver_outbox(
    service: Service, gateway: WayOut, pool: ThreadPoolExecutor, to: Sequence[str] = (STAFF, PATIENTS)
) -> int:
    """Send what is due, one batch of each sender pool in ``to``; returns how many texts were claimed.

    ``gateway`` is the way out of all these pools: texts and e-mail are handed over by calls of their own.
    """
    claims = [claim for name in to for claim in claim_texts(service, gateway, name)]
    for _ in pool.map(lambda claim: _send(service, gateway, claim), claims):
        pass
    return len(claims)


def _send(service: Service, gateway: WayOut, claim: Claim) -> None:
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
        if claim.probe:
            resume_sender(service, claim.departure.sender)


def record_accepted(service: Service, message_id: str, attempt: int, accepted: Accepted) -> bool:
    """Write that the provider took a text; ``False`` when a later attempt overtook this one."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        return outbox.record_attempt(
            session, message_id=message_id, attempt=attempt, state=OutboxState.HANDED_OVER,
            message_sid=accepted.message_sid, status=accepted.status, handed_over_at=now, lease_expires_at=None,
            error_code=None, next_poll_at=next_poll(accepted.status, now, now),
        )  # fmt: skip


@retry_on_conflict
def _record_failure(service: Service, claim: Claim, failure: DeliveryFailed) -> None:
    now, code = service.clock.now(), _code(claim, failure)
    held = claim.pool != EMAIL and code is not None and trouble_of(code) in HOLDS_SENDER
    message_id, values = claim.departure.message_id, {"error_code": failure.code, "lease_expires_at": None}
    dead = failure.permanent and not held
    log.warning(
        "text_not_taken", message_id=message_id, kind=claim.kind, error_code=failure.code, attempt=claim.attempt,
        outcome="held" if held else "dead" if dead else "unknown" if failure.ambiguous else "retry",
    )  # fmt: skip
    with service.db.transaction(all_sites()) as session:
        if held and code is not None:
            _hold(service, session, claim, code, now)
            return
        if dead:
            written = outbox.record_attempt(
                session, message_id=message_id, attempt=claim.attempt, state=OutboxState.DEAD, status="failed", **values
            )
            if written:
                after_failure(service, session, message_id=message_id, code=failure.code)
            return
        if failure.ambiguous:
            state, due = OutboxState.UNKNOWN, now + look_up_after()
        else:
            state, due = OutboxState.PENDING, now + back_off(claim.attempt, failure.retry_after)
        outbox.record_attempt(
            session, message_id=message_id, attempt=claim.attempt, state=state, next_attempt_at=due, **values
        )


def _code(claim: Claim, failure: DeliveryFailed) -> int | None:
    """The provider's error code; one of ours when it could not be reached for a while."""
    away = failure.code is None and not failure.permanent and not failure.ambiguous and claim.attempt >= AWAY_AFTER
    return UNREACHABLE if away else failure.code


def _hold(service: Service, session: Session, claim: Claim, code: int, now: datetime) -> None:
    """Put a text back that its sender may not send now, and let the sender rest; its attempt does not count."""
    message_id, attempt = claim.departure.message_id, claim.attempt
    if claim.pool == STAFF and trouble_of(code) is Trouble.CAPACITY:  # a page does not wait for the queue to empty
        outbox.record_attempt(
            session, message_id=message_id, attempt=attempt, state=OutboxState.PENDING, error_code=code,
            lease_expires_at=None, next_attempt_at=now + back_off(attempt),
        )  # fmt: skip
    else:
        outbox.put_back(session, message_id=message_id, attempt=attempt, at=now, error_code=code or None)
    hold_sender(service, session, sender=claim.departure.sender, code=code)


def settle_unknown(service: Service, gateway: Gateway, stopping: Callable[[], bool] = lambda: False) -> int:
    """Find out what became of texts whose fate is unknown; returns how many were looked at.

    A look-up may take as long as a call does: once ``stopping``, no other begins.

    A page that the provider does not know of is sent again: at least once. A check-in goes once more at most; then it
    stays unknown and visible, because two invitations are worse than one late one.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        outbox.expire_leases(session, now=now)
        rows = outbox.lease_unknown_messages(session, now=now, again_at=now + look_up_after(), limit=BATCH)
        waiting = [(r.id, r.attempt, r.kind, r.pool, r.recipient, r.body, r.created_at, r.message_sid) for r in rows]
    for message_id, attempt, kind, pool, recipient, body, created_at, sid in waiting:
        if stopping():
            break
        if sid is not None:  # a status report carried its id meanwhile
            record_accepted(service, message_id, attempt, Accepted(sid, "accepted"))
            continue
        try:
            found = gateway.find_sent(recipient, body, created_at) if pool != EMAIL else None
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
            outbox.record_attempt(
                session, message_id=message_id, attempt=attempt, state=OutboxState.PENDING, next_attempt_at=now
            )
            return
        outbox.record_attempt(session, message_id=message_id, attempt=attempt, state=OutboxState.DEAD, status="unknown")
        after_failure(service, session, message_id=message_id, code=None)
