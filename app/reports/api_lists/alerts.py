"""Alerts of a site with their history, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import Database, Session, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import Alert, AlertEvent

OPEN = "open"
"""Stands for every status in which somebody still has to act."""


@dataclass(frozen=True, slots=True)
class AlertEventRow:
    """One thing that happened to an alert."""

    at: datetime
    type: str
    agent: str
    detail: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """Something that needs a person. ``patient`` and ``acknowledged_by`` are ids; ``events`` are oldest first."""

    id: str
    code: str
    kind: str
    tier: str
    status: str
    patient: str | None
    respondent: str | None
    subject: str
    reason: str
    rules: tuple[str, ...]
    program_version: str | None
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    contacted_at: datetime | None
    resolved_at: datetime | None
    outcome: str | None
    not_useful_because: str | None
    next_action_at: datetime | None
    events: tuple[AlertEventRow, ...]


def list_alerts(
    db: Database,
    *,
    site_id: str,
    status: str | None = None,
    tier: str | None = None,
    patient_id: str | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page[AlertRow]:
    """Alerts, newest first. ``status`` may be ``open``: whatever is not resolved."""
    with db.reading(site_scope(site_id)) as session:
        rows = alerts_of(session, status=status, tier=tier, patient_id=patient_id, after=after, limit=limit)
        return cut(rows, limit)


def get_alert_row(db: Database, *, site_id: str, alert_id: str) -> AlertRow:
    """One alert; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(Alert, alert_id)
        if found is None:
            raise NotFound("there is no such alert")
        return _rows(session, [found])[0]


def alerts_of(
    session: Session,
    *,
    status: str | None = None,
    tier: str | None = None,
    patient_id: str | None = None,
    after: Position | None,
    limit: int,
) -> list[tuple[Position, AlertRow]]:
    """Rows with their positions, one more than ``limit`` where there are more."""
    wanted = select(Alert)
    if status == OPEN:
        wanted = wanted.where(Alert.status != "resolved")
    elif status is not None:
        wanted = wanted.where(Alert.status == status)
    if tier is not None:
        wanted = wanted.where(Alert.tier == tier)
    if patient_id is not None:
        wanted = wanted.where(Alert.patient_id == patient_id)
    statement = newest_first(wanted, Alert.opened_at, Alert.id, after=after, limit=limit)
    return [(Position(row.opened_at, row.id), row) for row in _rows(session, session.scalars(statement).all())]


def _rows(session: Session, found: Sequence[Alert]) -> list[AlertRow]:
    events: dict[str, list[AlertEventRow]] = {alert.id: [] for alert in found}
    wanted = select(AlertEvent).where(AlertEvent.alert_id.in_(list(events)))
    for event in session.scalars(wanted.order_by(AlertEvent.at, AlertEvent.id)):
        events[event.alert_id].append(AlertEventRow(event.at, event.type, event.agent, event.detail))
    return [
        AlertRow(
            id=a.id, code=a.code, kind=a.kind, tier=a.tier, status=a.status, patient=a.patient_id,
            respondent=a.respondent, subject=a.subject, reason=a.reason, rules=tuple(str(rule) for rule in a.rules),
            program_version=a.program_version, opened_at=a.opened_at, acknowledged_at=a.acknowledged_at,
            acknowledged_by=a.acknowledged_by, contacted_at=a.contacted_at, resolved_at=a.resolved_at,
            outcome=a.outcome, not_useful_because=a.not_useful_because, next_action_at=a.next_action_at,
            events=tuple(sorted(events[a.id], key=_order)),
        )
        for a in found
    ]  # fmt: skip


def _order(event: AlertEventRow) -> tuple[datetime, int]:
    # An answer opens an alert, adds evidence to it and pages in one moment: what came about first comes first.
    first = ("opened", "reopened", "evidence")
    return event.at, first.index(event.type) if event.type in first else len(first)
