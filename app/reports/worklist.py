"""What needs a person now at one site: every open alert, worst first, then oldest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from app.codes import Tier
from app.db import Database, site_scope
from app.escalation.hours import ClinicHours
from app.escalation.policy import ClockKind, EscalationPolicy
from app.tables import Alert, Patient, Practitioner, Site

LONGEST = 300
"""How many alerts the list holds at most; the worst come first, and the counts are of all."""

_SILENT = Alert.kind == "silence"
_UNPLACED = and_(Alert.kind == "review", Alert.patient_id.is_(None), Alert.inbound_id.is_not(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert as a line of a list.

    ``patient_id`` is ``None`` for a number that nobody knows. ``next_page_at`` is set while nobody has taken it;
    ``call_by`` is by when the person is to be called, unless they were (``contacted_at``).
    """

    id: str
    code: str
    kind: str
    subject: str
    tier: Tier
    status: str
    respondent: str | None
    reasons: tuple[str, ...]
    patient_id: str | None
    patient_name: str
    patient_mrn: str
    opened_at: datetime
    triggered_at: datetime
    acknowledged_at: datetime | None
    owner_id: str | None
    owner_name: str
    next_page_at: datetime | None
    call_by: datetime | None
    contacted_at: datetime | None
    resolved_at: datetime | None
    outcome: str | None
    exhausted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many alerts are open, of all of them.

    ``silent`` are people who do not answer, ``review`` texts that nobody has placed yet.
    """

    all: int
    red: int
    unowned: int
    mine: int
    silent: int
    review: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """The lines that were asked for, and the counts of all."""

    rows: tuple[AlertRow, ...]
    counts: Counts


def read_worklist(
    db: Database,
    *,
    site_id: str,
    reader_id: str | None = None,
    only: str = "all",
) -> Worklist:
    """The open alerts of a site: red first, then amber, then watch; the oldest first within a tier.

    ``only`` is ``all``, ``red``, ``unowned``, ``mine`` (those that ``reader_id`` took), ``silent`` (people to be
    called because they do not answer), or ``review`` (texts that wait for somebody to say who wrote them).
    """
    with db.reading(site_scope(site_id)) as session:
        counts = _counts(session, reader_id)
        wanted = select(Alert).where(Alert.status != "resolved")
        if only == "red":
            wanted = wanted.where(Alert.tier == Tier.RED)
        elif only == "unowned":
            wanted = wanted.where(Alert.acknowledged_by.is_(None))
        elif only == "mine":
            wanted = wanted.where(Alert.acknowledged_by == reader_id)
        elif only == "silent":
            wanted = wanted.where(_SILENT)
        elif only == "review":
            wanted = wanted.where(_UNPLACED)
        worst_first = case({tier.value: tier.rank for tier in Tier}, value=Alert.tier, else_=len(Tier))
        alerts = session.scalars(wanted.order_by(worst_first, Alert.opened_at, Alert.id).limit(LONGEST)).all()
        return Worklist(tuple(rows_of(session, site_id, alerts)), counts)


def rows_of(session: Session, site_id: str, alerts: Sequence[Alert]) -> list[AlertRow]:
    """Alerts as lines, in the order given; names are fetched for all of them at once."""
    site = session.get(Site, site_id)
    assert site is not None
    hours = ClinicHours.from_mapping(site.clinic_hours, site.time_zone)
    patients = by_id(session, Patient, {a.patient_id for a in alerts if a.patient_id})
    owners = by_id(session, Practitioner, {a.acknowledged_by for a in alerts if a.acknowledged_by})
    return [_row(alert, patients.get(alert.patient_id), owners.get(alert.acknowledged_by), hours) for alert in alerts]


def by_id(session: Session, entity: Any, ids: Collection[str | None]) -> Mapping[str | None, Any]:
    """Rows of one table by their ids, in one statement."""
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(entity).where(entity.id.in_(ids)))}


def call_by(alert: Alert, hours: ClinicHours) -> datetime | None:
    """By when an alert's person is to be called; ``None`` where nobody is to be paged, or contact was recorded."""
    policy = EscalationPolicy.from_mapping(alert.policy)
    called = alert.contacted_at is not None and alert.contacted_at >= alert.triggered_at
    if not policy.steps or called or alert.status == "resolved":
        return None
    return _add(policy, hours, alert.triggered_at, policy.resolve_within)


def full_name(patient: Patient | None) -> str:
    """Given and family name; empty for nobody."""
    return f"{patient.given_name} {patient.family_name}".strip() if patient else ""


def _add(policy: EscalationPolicy, hours: ClinicHours, at: datetime, length: timedelta) -> datetime:
    return hours.add_open_time(at, length) if policy.clock is ClockKind.CLINIC else at + length


def _counts(session: Session, reader_id: str | None) -> Counts:
    wanted = select(Alert.tier, Alert.acknowledged_by, case((_SILENT, 1), else_=0), case((_UNPLACED, 1), else_=0))
    rows = session.execute(wanted.where(Alert.status != "resolved")).all()
    return Counts(
        all=len(rows),
        red=sum(tier == Tier.RED for tier, *_ in rows),
        unowned=sum(owner is None for _, owner, *_ in rows),
        mine=sum(owner is not None and owner == reader_id for _, owner, *_ in rows),
        silent=sum(silent for *_, silent, _ in rows),
        review=sum(unplaced for *_, unplaced in rows),
    )


def _row(alert: Alert, patient: Patient | None, owner: Practitioner | None, hours: ClinicHours) -> AlertRow:
    waiting = alert.status == "triggered"
    return AlertRow(
        id=alert.id, code=alert.code, kind=alert.kind, subject=alert.subject, tier=Tier(alert.tier),
        status=alert.status, respondent=alert.respondent,
        reasons=tuple(line for line in alert.reason.splitlines() if line.strip()),
        patient_id=alert.patient_id, patient_name=full_name(patient), patient_mrn=patient.mrn if patient else "",
        opened_at=alert.opened_at, triggered_at=alert.triggered_at, acknowledged_at=alert.acknowledged_at,
        owner_id=alert.acknowledged_by, owner_name=owner.name if owner else "",
        next_page_at=alert.next_action_at if waiting else None, call_by=call_by(alert, hours),
        contacted_at=alert.contacted_at, resolved_at=alert.resolved_at, outcome=alert.outcome,
        exhausted=alert.exhausted,
    )  # fmt: skip
