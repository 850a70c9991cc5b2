"""Texts out and in, merged, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import Database, Session, site_scope
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.reports.api_lists.patients import find_patient_or_raise
from app.tables import InboundMessage, OutboundMessage

INBOUND, OUTBOUND = "inbound", "outbound"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One text. ``sender`` is empty until it left.

    ``status`` of a text out is the provider's once there is one, ours before; of a text in it is ``received``.
    ``kind`` of a text out says why it was sent, of a text in what was understood.
    """

    id: str
    direction: str
    kind: str
    sender: str | None
    recipient: str
    body: str
    status: str
    message_sid: str | None
    patient: str | None
    created_at: datetime


def list_messages(
    db: Database,
    *,
    site_id: str,
    patient_id: str | None = None,
    direction: str | None = None,
    kind: str | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page[MessageRow]:
    """Texts of a site."""
    with db.reading(site_scope(site_id)) as session:
        rows = messages_of(session, patient_id=patient_id, direction=direction, kind=kind, after=after, limit=limit)
        return cut(rows, limit)


def list_patient_messages(
    db: Database, *, site_id: str, patient_id: str, after: Position | None = None, limit: int = 50
) -> Page[MessageRow]:
    """Texts with a patient and those who help them; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        find_patient_or_raise(session, patient_id)
        return cut(messages_of(session, patient_id=patient_id, after=after, limit=limit), limit)


def messages_of(
    session: Session,
    *,
    patient_id: str | None = None,
    direction: str | None = None,
    kind: str | None = None,
    after: Position | None,
    limit: int,
) -> list[tuple[Position, MessageRow]]:
    """Rows with their positions, at least one more than ``limit`` where there are more."""
    rows: list[MessageRow] = []
    if direction != INBOUND:
        rows += _sent(session, patient_id, kind, after, limit)
    if direction != OUTBOUND:
        rows += _received(session, patient_id, kind, after, limit)
    placed = [(Position(row.created_at, row.id), row) for row in rows]
    return sorted(placed, key=lambda pair: pair[0], reverse=True)


def _sent(
    session: Session, patient_id: str | None, kind: str | None, after: Position | None, limit: int
) -> list[MessageRow]:
    table = OutboundMessage
    wanted = select(table)
    if patient_id is not None:
        wanted = wanted.where(table.patient_id == patient_id)
    if kind is not None:
        wanted = wanted.where(table.kind == kind)
    statement = newest_first(wanted, table.created_at, table.id, after=after, limit=limit)
    return [
        MessageRow(
            id=m.id, direction=OUTBOUND, kind=m.kind, sender=m.sender, recipient=m.recipient, body=m.body,
            status=m.status or m.state, message_sid=m.message_sid, patient=m.patient_id, created_at=m.created_at,
        )
        for m in session.scalars(statement)
    ]  # fmt: skip


def _received(
    session: Session, patient_id: str | None, kind: str | None, after: Position | None, limit: int
) -> list[MessageRow]:
    table = InboundMessage
    wanted = select(table)
    if patient_id is not None:
        wanted = wanted.where(table.patient_id == patient_id)
    if kind is not None:
        wanted = wanted.where(table.result == kind)
    statement = newest_first(wanted, table.received_at, table.id, after=after, limit=limit)
    return [
        MessageRow(
            id=m.id, direction=INBOUND, kind=m.result, sender=m.sender, recipient=m.recipient, body=m.body,
            status="received", message_sid=m.message_sid, patient=m.patient_id, created_at=m.received_at,
        )
        for m in session.scalars(statement)
    ]  # fmt: skip
