"""SQL for the outbox, delivery events and the inbox."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from app.columns import Base, seal_row
from app.db import keyring_of
from app.keyring import hash_token
from app.messaging.delivery import OutboxState
from app.messaging.models import DeliveryEvent, InboundMessage, OutboundMessage, SenderPace

PHONE = "phone"


def insert_once(session: Session, row: Base) -> bool:
    """Insert a row unless one with the same unique key is there; tell whether it was inserted.

    Needs a transaction over all sites: whose row it is was settled before.
    """
    seal_row(row, keyring_of(session))
    values = {
        attribute.columns[0].name: getattr(row, attribute.key)
        for attribute in type(row).__mapper__.column_attrs
        if attribute.key in row.__dict__
    }
    # What came back tells whether it was inserted; the row count of an insert is not known on every database.
    return session.execute(_insert_once(type(row), session.get_bind().dialect.name), values).first() is not None


@cache
def _insert_once(kind: type[Base], dialect_name: str) -> Any:
    """The statement; made once, because every text that comes in needs it."""
    dialect: Any = postgresql if dialect_name == "postgresql" else sqlite
    table: Any = kind.__table__
    return dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)


def insert_inbound(session: Session, row: InboundMessage) -> bool:
    """Store a text as ``insert_once`` does; the row then belongs to the session, as if it had been read back."""
    if not insert_once(session, row):
        return False
    make_transient_to_detached(row)
    session.add(row)
    return True


def lease_due_messages(
    session: Session, *, now: datetime, lease_until: datetime, limit: int, pool: str, pages_only: bool = False
) -> Sequence[OutboundMessage]:
    """Claim texts of a pool that are due, most urgent first, and give them with their new attempt number.

    The candidates are chosen in a materialised step: under a nested-loop plan PostgreSQL was seen to claim fifty rows
    where one was asked for.
    """
    wanted = select(OutboundMessage.id).where(
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
    expired = (OutboundMessage.state == OutboxState.LEASED, OutboundMessage.lease_expires_at <= now)
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
        .where(OutboundMessage.state == OutboxState.UNKNOWN, OutboundMessage.next_attempt_at <= now)
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


def get_message(session: Session, *, message_id: str) -> OutboundMessage:
    """The text with this id."""
    return session.scalars(select(OutboundMessage).where(OutboundMessage.id == message_id)).one()


def find_message(session: Session, *, message_id: str) -> OutboundMessage | None:
    """The text with this id, held for this transaction."""
    return session.scalar(select(OutboundMessage).where(OutboundMessage.id == message_id).with_for_update())


def list_messages(session: Session, *, ids: Sequence[str]) -> Sequence[OutboundMessage]:
    """Some texts."""
    return session.scalars(select(OutboundMessage).where(OutboundMessage.id.in_(ids))).all() if ids else []
