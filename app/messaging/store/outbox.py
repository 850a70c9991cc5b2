"""SQL for texts that leave, what the provider reports of them, and the pace of each sender."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session, aliased

from app.keyring import hash_token
from app.messaging.delivery import PAGES, OutboxState, Priority
from app.messaging.models import WAITING, DeliveryEvent, OutboundMessage, SenderPace
from app.messaging.store.once import insert_once


def lease_due_messages(
    session: Session, *, now: datetime, lease_until: datetime, limit: int, pool: str, pages_only: bool = False
) -> Sequence[OutboundMessage]:
    """Claim texts of a pool that are due, most urgent first, and give them with their new attempt number.

    The candidates are chosen in a materialised step: under a nested-loop plan PostgreSQL was seen to claim fifty rows
    where one was asked for.
    """
    wanted = select(OutboundMessage.id).where(
        WAITING,
        OutboundMessage.state == OutboxState.PENDING,
        OutboundMessage.next_attempt_at <= now,
        OutboundMessage.pool == pool,
    )
    if pages_only:
        wanted = wanted.where(OutboundMessage.priority <= 10)
    due = (
        wanted.order_by(OutboundMessage.priority, OutboundMessage.next_attempt_at, OutboundMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    claim = (
        update(OutboundMessage)
        .where(OutboundMessage.id.in_(select(due.c.id)))
        .values(state=OutboxState.LEASED, attempt=OutboundMessage.attempt + 1, lease_expires_at=lease_until)
        .returning(OutboundMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    rows = list(session.scalars(claim))
    return sorted(rows, key=lambda row: (row.priority, row.next_attempt_at, row.id))


def expire_leases(session: Session, *, now: datetime) -> int:
    """Texts whose worker died while holding them: whether the provider has them is not known."""
    expired = (WAITING, OutboundMessage.state == OutboxState.LEASED, OutboundMessage.lease_expires_at <= now)
    statement = update(OutboundMessage).where(*expired).values(state=OutboxState.UNKNOWN, next_attempt_at=now)
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def lease_unknown_messages(
    session: Session, *, now: datetime, again_at: datetime, limit: int
) -> Sequence[OutboundMessage]:
    """Claim texts whose fate is to be looked up now; they come up again at ``again_at`` if nothing is recorded."""
    due = (
        select(OutboundMessage.id)
        .where(WAITING, OutboundMessage.state == OutboxState.UNKNOWN, OutboundMessage.next_attempt_at <= now)
        .order_by(OutboundMessage.priority, OutboundMessage.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    claim = update(OutboundMessage).where(OutboundMessage.id.in_(select(due.c.id)))
    options = {"synchronize_session": False, "populate_existing": True}
    return list(
        session.scalars(claim.values(next_attempt_at=again_at).returning(OutboundMessage).execution_options(**options))
    )


def record_attempt(session: Session, *, message_id: str, attempt: int, **values: object) -> bool:
    """Write what became of one attempt, unless a later attempt has begun (the fence); tell whether it was written."""
    fenced = (
        OutboundMessage.id == message_id,
        OutboundMessage.attempt == attempt,
        OutboundMessage.state.in_((OutboxState.LEASED, OutboxState.UNKNOWN)),
    )
    statement = update(OutboundMessage).where(*fenced).values(**values)
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return bool(result.rowcount == 1)


def put_back(session: Session, *, message_id: str, attempt: int, at: datetime, error_code: int | None) -> bool:
    """Put a claimed text back into the queue as if it had not been tried, unless a later attempt has begun."""
    fenced = (
        OutboundMessage.id == message_id,
        OutboundMessage.attempt == attempt,
        OutboundMessage.state == OutboxState.LEASED,
    )
    values = {"state": OutboxState.PENDING, "attempt": attempt - 1, "next_attempt_at": at, "error_code": error_code}
    statement = update(OutboundMessage).where(*fenced).values(lease_expires_at=None, **values)
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return bool(result.rowcount == 1)


def cancel_waiting(session: Session, **having: object) -> int:
    """Cancel the texts that nobody holds yet and whose columns equal ``having``."""
    wanted = [getattr(OutboundMessage, name) == value for name, value in having.items()]
    statement = update(OutboundMessage).where(OutboundMessage.state == OutboxState.PENDING, *wanted)
    result = session.execute(statement.values(state=OutboxState.CANCELLED).execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def find_by_callback(session: Session, *, token: str) -> OutboundMessage | None:
    """The text whose callback address carries this secret, held for this transaction."""
    wanted = select(OutboundMessage).where(OutboundMessage.callback_hash == hash_token(token)).with_for_update()
    return session.scalar(wanted)


def find_by_key(session: Session, *, business_key: str) -> OutboundMessage | None:
    """The text with this business key."""
    return session.scalar(select(OutboundMessage).where(OutboundMessage.business_key == business_key))


def list_statuses(session: Session, *, message_sid: str) -> list[str]:
    """Every status that the provider ever reported of a text."""
    return list(session.scalars(select(DeliveryEvent.status).where(DeliveryEvent.message_sid == message_sid)))


def count_recent_replies(session: Session, *, recipient_index: str, kind: str, since: datetime) -> int:
    """How many texts of a kind went to a number since a moment."""
    wanted = select(OutboundMessage.id).where(
        OutboundMessage.recipient_index == recipient_index,
        OutboundMessage.kind == kind,
        OutboundMessage.created_at >= since,
    )
    return len(session.scalars(wanted.limit(100)).all())


def lock_pace(session: Session, *, sender: str, now: datetime) -> SenderPace:
    """The sender's pace, made on first use and held for this transaction."""
    insert_once(session, SenderPace(id=sender, next_free_at=now))
    return session.scalars(select(SenderPace).where(SenderPace.id == sender).with_for_update()).one()


def wake_senders(session: Session, *, now: datetime) -> None:
    """Let every sender that rests try at once whether it may send again."""
    resting = update(SenderPace).where(SenderPace.paused_code.is_not(None)).values(paused_until=now)
    session.execute(resting.execution_options(synchronize_session=False))


def page_is_due(session: Session, *, pool: str, now: datetime) -> bool:
    """Tell whether a page of this pool waits that may leave now."""
    wanted = select(OutboundMessage.id).where(
        WAITING,
        OutboundMessage.state == OutboxState.PENDING,
        OutboundMessage.pool == pool,
        OutboundMessage.priority <= Priority.LESSER_PAGE,
        OutboundMessage.next_attempt_at <= now,
    )
    return session.scalar(wanted.limit(1)) is not None


def list_pages_not_taken(
    session: Session, *, pool: str, copies: str, before: datetime, now: datetime
) -> Sequence[OutboundMessage]:
    """Pages of a pool, made before a moment, that still matter, that nobody has taken, and of which there is no copy.

    ``copies`` is what the business key of a copy ends in. Held for this transaction.
    """
    copy = aliased(OutboundMessage)
    copied = select(copy.id).where(copy.business_key == OutboundMessage.business_key + copies).exists()
    wanted = select(OutboundMessage).where(
        WAITING,
        OutboundMessage.pool == pool,
        OutboundMessage.kind.in_(PAGES),
        OutboundMessage.created_at <= before,
        OutboundMessage.expires_at > now,
        ~copied,
    )
    newest_first = wanted.order_by(OutboundMessage.created_at.desc(), OutboundMessage.id)
    return session.scalars(newest_first.limit(100).with_for_update(skip_locked=True, of=OutboundMessage)).all()


def count_since(session: Session, *, since: datetime, error_code: int) -> tuple[int, int]:
    """How many texts of the site were handed over since a moment, and how many of them failed with an error."""
    failed = func.count().filter(OutboundMessage.error_code == error_code)
    wanted = select(func.count(), failed).where(
        OutboundMessage.created_at >= since, OutboundMessage.handed_over_at.is_not(None)
    )
    sent, filtered = session.execute(wanted).one()
    return sent, filtered


def get_message(session: Session, *, message_id: str) -> OutboundMessage:
    """The text with this id."""
    return session.scalars(select(OutboundMessage).where(OutboundMessage.id == message_id)).one()


def find_message(session: Session, *, message_id: str) -> OutboundMessage | None:
    """The text with this id, held for this transaction."""
    return session.scalar(select(OutboundMessage).where(OutboundMessage.id == message_id).with_for_update())


def list_messages(session: Session, *, ids: Sequence[str]) -> Sequence[OutboundMessage]:
    """Some texts."""
    return session.scalars(select(OutboundMessage).where(OutboundMessage.id.in_(ids))).all() if ids else []


def list_urgent_waiting(session: Session, *, ids: Collection[str]) -> set[str]:
    """Which of some texts are of the first priority and have not left yet."""
    wanted = select(OutboundMessage.id).where(
        OutboundMessage.id.in_(ids),
        OutboundMessage.priority <= Priority.PAGE,
        OutboundMessage.state.in_((OutboxState.PENDING, OutboxState.LEASED)),
    )
    return set(session.scalars(wanted)) if ids else set()


def list_texted(session: Session, *, patient_ids: Collection[str], since: datetime) -> set[tuple[str | None, str]]:
    """The numbers to which texts of some patients, or their helpers, left since a moment: patient id, number's hash."""
    if not patient_ids:
        return set()
    number = (OutboundMessage.patient_id, OutboundMessage.recipient_index)
    wanted = select(*number).where(
        OutboundMessage.patient_id.in_(patient_ids),
        OutboundMessage.created_at >= since,
        OutboundMessage.handed_over_at.is_not(None),
    )
    return {(patient_id, number_index) for patient_id, number_index in session.execute(wanted.distinct())}


def lease_silent_messages(
    session: Session, *, now: datetime, again_at: datetime, limit: int
) -> Sequence[OutboundMessage]:
    """Claim texts about which the provider is to be asked now, pages first; they come up again at ``again_at``."""
    due = (
        select(OutboundMessage.id)
        .where(OutboundMessage.next_poll_at <= now)
        .order_by(OutboundMessage.priority, OutboundMessage.next_poll_at, OutboundMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    claim = update(OutboundMessage).where(OutboundMessage.id.in_(select(due.c.id))).values(next_poll_at=again_at)
    options = {"synchronize_session": False, "populate_existing": True}
    rows = session.scalars(claim.returning(OutboundMessage).execution_options(**options))
    return sorted(rows, key=lambda row: (row.priority, row.id))
