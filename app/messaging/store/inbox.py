"""SQL for texts that came in, and for questions asked on the side."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient_to_detached

from app.db import keyring_of
from app.keyring import PHONE
from app.messaging.models import InboundMessage, SideQuestion
from app.messaging.store.once import insert_once


def insert_inbound(session: Session, row: InboundMessage) -> bool:
    """Store a text as ``insert_once`` does; the row then belongs to the session, as if it had been read back."""
    if not insert_once(session, row):
        return False
    make_transient_to_detached(row)
    session.add(row)
    return True


def list_last_results(session: Session, *, sender_index: str, since: datetime, but: str, limit: int) -> list[str]:
    """What the last texts from a number since a moment were taken for, the newest first; one of them left out."""
    wanted = select(InboundMessage.result).where(
        InboundMessage.sender_index == sender_index, InboundMessage.received_at >= since, InboundMessage.id != but
    )
    return list(session.scalars(wanted.order_by(InboundMessage.received_at.desc()).limit(limit)))


def list_waiting_texts(
    session: Session, *, sender_index: str, result: str, since: datetime
) -> Sequence[InboundMessage]:
    """Texts from a number that were taken for ``result`` since a moment, oldest first."""
    wanted = select(InboundMessage).where(
        InboundMessage.sender_index == sender_index,
        InboundMessage.result == result,
        InboundMessage.received_at >= since,
    )
    return session.scalars(wanted.order_by(InboundMessage.received_at, InboundMessage.id)).all()


def list_unplaced(session: Session, *, inbound_id: str, whole_number: bool) -> list[InboundMessage]:
    """A text that belongs to nobody yet, held for this transaction; empty when it is somebody's by now.

    ``whole_number`` adds the later ones from the same unknown number, oldest first.
    """
    nobodys = select(InboundMessage).where(
        InboundMessage.patient_id.is_(None), InboundMessage.practitioner_id.is_(None)
    )
    held = {"populate_existing": True}
    first = session.scalar(nobodys.where(InboundMessage.id == inbound_id).with_for_update().execution_options(**held))
    if first is None or not whole_number:
        return [] if first is None else [first]
    later = nobodys.where(
        InboundMessage.sender_index.in_(keyring_of(session).indexes(PHONE, first.sender)),
        InboundMessage.result.not_in(("ambiguous_sender", "who_is_writing")),  # those may be of different people
        InboundMessage.received_at >= first.received_at,
        InboundMessage.id != first.id,
    )
    rows = session.scalars(later.order_by(InboundMessage.received_at, InboundMessage.id).with_for_update())
    return [first, *rows]


def list_known_sids(session: Session, *, message_sids: Collection[str]) -> set[str]:
    """Which of some texts in, by the provider's ids, are stored."""
    return set(session.scalars(select(InboundMessage.message_sid).where(InboundMessage.message_sid.in_(message_sids))))


def find_side_question(session: Session, *, number_index: str, kind: str) -> SideQuestion | None:
    """The last question of a kind that a number was asked."""
    wanted = select(SideQuestion).where(SideQuestion.number_index == number_index, SideQuestion.kind == kind)
    return session.scalars(wanted.order_by(SideQuestion.asked_at.desc(), SideQuestion.id).limit(1)).first()


def lease_expired_question(session: Session, *, now: datetime) -> SideQuestion | None:
    """A side question that nobody answered in time, held for this transaction; other workers pass it by."""
    wanted = select(SideQuestion).where(SideQuestion.settled_at.is_(None), SideQuestion.expires_at <= now)
    return session.scalars(wanted.order_by(SideQuestion.expires_at).limit(1).with_for_update(skip_locked=True)).first()
