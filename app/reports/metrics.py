"""Figures of the whole service for its metrics, counted in the database. No person is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database, all_sites
from app.tables import Alert, AlertEvent, Checkin, InboundMessage, OutboundMessage, Page, SenderPace, StageProgress

_WAITING = ("pending", "leased", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts by label; seconds from an alert to its first page handed over, and to somebody taking it."""

    inbound: Mapping[tuple[str, ...], int]
    outbound: Mapping[tuple[str, ...], int]
    pending: Mapping[tuple[str, ...], int]
    oldest_pending_seconds: float
    checkins: Mapping[tuple[str, ...], int]
    open_alerts: Mapping[tuple[str, ...], int]
    unanswered_alerts: Mapping[tuple[str, ...], int]
    to_page_seconds: Sequence[float]
    to_acknowledge_seconds: Sequence[float]
    stages: Mapping[str, float]
    resting_senders: Mapping[tuple[str, ...], int]


def read_figures(db: Database, *, now: datetime) -> Figures:
    """Count everything that ``/metrics`` tells, over all sites."""
    with db.reading(all_sites()) as session:
        count = func.count()
        waiting = OutboundMessage.state.in_(_WAITING)
        kind, status = OutboundMessage.kind, func.coalesce(OutboundMessage.status, OutboundMessage.state)
        oldest = session.scalar(
            select(func.min(OutboundMessage.next_attempt_at)).where(waiting, OutboundMessage.next_attempt_at <= now)
        )
        return Figures(
            inbound=_counts(session, select(InboundMessage.result, count).group_by(InboundMessage.result)),
            outbound=_counts(session, select(kind, status, count).group_by(kind, status)),
            pending=_counts(
                session, select(OutboundMessage.priority, count).where(waiting).group_by(OutboundMessage.priority)
            ),
            oldest_pending_seconds=(now - oldest).total_seconds() if oldest else 0.0,
            checkins=_counts(session, select(Checkin.status, count).group_by(Checkin.status)),
            open_alerts=_counts(
                session, select(Alert.tier, count).where(Alert.status != "resolved").group_by(Alert.tier)
            ),
            unanswered_alerts=_counts(
                session,
                select(Alert.tier, count).where(Alert.status == "triggered", Alert.exhausted).group_by(Alert.tier),
            ),
            to_page_seconds=_to_page(session),
            to_acknowledge_seconds=_to_acknowledge(session),
            stages={row.id: row.progressed_at.timestamp() for row in session.scalars(select(StageProgress))},
            resting_senders=_counts(
                session,
                select(SenderPace.paused_code, count)
                .where(SenderPace.paused_code.is_not(None))
                .group_by(SenderPace.paused_code),
            ),
        )  # fmt: skip


def _counts(session: Session, statement: "object") -> dict[tuple[str, ...], int]:
    return {tuple(map(str, labels)): int(number) for *labels, number in session.execute(statement)}  # type: ignore[call-overload]  # any select of labels and a count


def _to_page(session: Session) -> list[float]:
    first = (
        select(Alert.opened_at, func.min(OutboundMessage.handed_over_at))
        .join(Page, Page.alert_id == Alert.id)
        .join(OutboundMessage, OutboundMessage.id == Page.message_id)
        .where(OutboundMessage.handed_over_at.is_not(None))
        .group_by(Alert.id, Alert.opened_at)
    )
    return [(reached - opened).total_seconds() for opened, reached in session.execute(first) if reached]


def _to_acknowledge(session: Session) -> list[float]:
    first = (
        select(Alert.opened_at, func.min(AlertEvent.at))
        .join(AlertEvent, AlertEvent.alert_id == Alert.id)
        .where(AlertEvent.type == "acknowledged")
        .group_by(Alert.id, Alert.opened_at)
    )
    return [(taken - opened).total_seconds() for opened, taken in session.execute(first)]
