"""Take texts out of the queue to send them: within each sender's pace, pages first, and only what may still leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.checkins.store import checkins
from app.db import Session, all_sites, keyring_of
from app.keyring import hash_token
from app.messaging.delivery import PROBE_EVERY, MessageKind, OutboxState, Trouble, lease_length, trouble_of
from app.messaging.gateway import Departure, WayOut
from app.messaging.models import OutboundMessage, SenderPace
from app.messaging.store import outbox
from app.operations import store as operations
from app.workflows.change_consent import texts_not_allowed
from app.workflows.queue_text import EMAIL, PATIENTS, STAFF, is_copy
from app.workflows.service import Service

BATCH = 16
_LONGEST_VALIDITY = timedelta(hours=10)
_UNPACED = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Claim:
    """A text that this worker holds: what to send, and the attempt under which its result may be recorded.

    ``probe``: it tries whether a sender that was refused may send again.
    """

    departure: Departure
    attempt: int
    kind: str
    pool: str
    probe: bool


def claim_texts(service: Service, gateway: WayOut, pool: str) -> list[Claim]:
    """Take a batch within each sender's pace, and check at this last moment that it may still be sent."""
    claims: list[Claim] = []
    for sender in gateway.senders(pool):
        now = service.clock.now()
        with service.db.transaction(all_sites()) as session:
            if operations.is_on(session, name=operations.OUTBOX_PAUSED):
                return claims
            pace = outbox.lock_pace(session, sender=sender, now=now)
            rate = service.settings.sender_mps if gateway.paced else _UNPACED
            limit = _room(session, gateway, pool, pace, rate, now)
            if not limit:
                continue
            rows = outbox.lease_due_messages(session, now=now, lease_until=now + lease_length(), limit=limit, pool=pool)
            # Agreement is to texts; whether a member of staff gets e-mail was asked when it was queued.
            unwanted = texts_not_allowed(session, rows, now) | _overtaken(session, rows) if pool != EMAIL else set()
            leaving = [row for row in rows if _still_wanted(row, now, row.id in unwanted)]
            probe = _rests(pace, pool)
            if gateway.paced and leaving:
                pace.next_free_at = now + timedelta(seconds=sum(row.segments for row in leaving) / rate)
            if probe and leaving:
                pace.paused_until = now + PROBE_EVERY
            claims += [_make_claim(service, session, row, sender, now, probe) for row in leaving]
    return claims


def _room(session: Session, gateway: WayOut, pool: str, pace: SenderPace, rate: float, now: datetime) -> int:
    """How many texts may leave a sender now: none while it is busy or rests, and one to see whether it may again.

    Where pages leave from the patients' sender, they go first.
    """
    rests = _rests(pace, pool)
    busy = gateway.paced and pace.next_free_at > now
    if busy or (rests and pace.paused_until is not None and pace.paused_until > now):
        return 0
    if pool == PATIENTS and pace.id in gateway.senders(STAFF) and outbox.page_is_due(session, pool=STAFF, now=now):
        return 0
    if rests:
        return 1
    return max(1, min(BATCH, int(rate)))


def _rests(pace: SenderPace, pool: str) -> bool:
    """Whether a sender that was refused has to wait. Too long a queue holds check-ins back, and no page."""
    if pace.paused_code is None:
        return False
    return pool != STAFF or trouble_of(pace.paused_code) is not Trouble.CAPACITY


def _overtaken(session: Session, rows: Sequence[OutboundMessage]) -> set[str]:
    """Second copies of an invitation that has been answered meanwhile."""
    copies = [row for row in rows if row.kind == MessageKind.INVITATION and row.checkin_id and is_copy(row)]
    return {
        row.id for row in copies if checkins.get_checkin(session, checkin_id=row.checkin_id or "").status != "issued"
    }


def _still_wanted(row: OutboundMessage, now: datetime, refused: bool) -> bool:
    """Tell whether a claimed text may still leave; what may not is closed here, in the claim's own transaction."""
    if refused or (row.expires_at is not None and row.expires_at <= now):
        row.state, row.lease_expires_at = OutboxState.CANCELLED, None
        return False
    return True


def _make_claim(
    service: Service, session: Session, row: OutboundMessage, sender: str, now: datetime, probe: bool
) -> Claim:
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
    return Claim(departure, row.attempt, row.kind, row.pool, probe)
