"""What waits in the outbox, and what one handset has received and sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from app.db import Database, all_sites, keyring_of
from app.messaging.delivery import FAILURES, OutboxState
from app.tables import InboundMessage, OutboundMessage


@dataclass(frozen=True, slots=True)
class Waiting:
    """One text in the outbox, without its words or its recipient."""

    id: str
    kind: str
    state: str
    status: str | None
    error_code: int | None
    attempt: int
    created_at: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """One text as a handset shows it; ``received`` tells that the handset got it, else that it was sent from it."""

    id: str
    at: datetime
    received: bool
    body: str


def list_outbox(db: Database, *, states: tuple[str, ...], limit: int = 200) -> list[Waiting]:
    """The texts in some states, the next to leave first."""
    wanted = select(OutboundMessage).where(OutboundMessage.state.in_(states))
    return _list(db, wanted.order_by(OutboundMessage.priority, OutboundMessage.next_attempt_at).limit(limit))


def list_undelivered(db: Database, *, limit: int = 200) -> list[Waiting]:
    """The texts that were handed over and did not arrive, the newest first."""
    wanted = select(OutboundMessage).where(
        OutboundMessage.state == OutboxState.HANDED_OVER, OutboundMessage.status.in_(FAILURES)
    )
    return _list(db, wanted.order_by(OutboundMessage.created_at.desc()).limit(limit))


def _list(db: Database, wanted: Select[OutboundMessage]) -> list[Waiting]:
    with db.reading(all_sites()) as session:
        return [
            Waiting(m.id, m.kind, m.state, m.status, m.error_code, m.attempt, m.created_at, m.next_attempt_at)
            for m in session.scalars(wanted)
        ]


def count_outbox(db: Database) -> dict[str, int]:
    """How many texts are in each state."""
    with db.reading(all_sites()) as session:
        rows = session.execute(select(OutboundMessage.state, func.count()).group_by(OutboundMessage.state))
        return {state: count for state, count in rows}


def list_texts(db: Database, *, phone: str, limit: int = 50) -> list[Text]:
    """What a handset (E.164) received and sent lately, oldest first."""
    with db.reading(all_sites()) as session:
        hashes = keyring_of(session).indexes("phone", phone)
        got = select(OutboundMessage).where(
            OutboundMessage.recipient_index.in_(hashes), OutboundMessage.handed_over_at.is_not(None)
        )
        sent = select(InboundMessage).where(InboundMessage.sender_index.in_(hashes))
        newest_got = session.scalars(got.order_by(OutboundMessage.handed_over_at.desc()).limit(limit))
        newest_sent = session.scalars(sent.order_by(InboundMessage.received_at.desc()).limit(limit))
        texts = [Text(m.id, m.handed_over_at or m.created_at, True, m.body) for m in newest_got]
        texts += [Text(m.id, m.received_at, False, m.body) for m in newest_sent]
    return sorted(texts, key=lambda text: (text.at, text.id))[-limit:]
