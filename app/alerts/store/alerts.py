"""SQL for alerts and their history."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.alerts.models import Alert, AlertEvent
from app.errors import NotFound


def get_alert(session: Session, *, alert_id: str) -> Alert:
    """The alert with this id."""
    alert = session.get(Alert, alert_id)
    if alert is None:
        raise NotFound("there is no such alert")
    return alert


def lock_alert(session: Session, *, alert_id: str) -> Alert:
    """The alert as it is now, held until the end of the transaction."""
    wanted = select(Alert).where(Alert.id == alert_id).with_for_update().execution_options(populate_existing=True)
    alert = session.scalar(wanted)
    if alert is None:
        raise NotFound("there is no such alert")
    return alert


def lock_open_alerts(session: Session, *, patient_id: str | None, subjects: Sequence[str]) -> dict[str, Alert]:
    """A patient's open alerts on some subjects, by subject, held until the end of the transaction."""
    wanted = select(Alert).where(
        Alert.patient_id == patient_id, Alert.subject.in_(subjects), Alert.status != "resolved"
    )
    rows = session.scalars(wanted.order_by(Alert.id).with_for_update().execution_options(populate_existing=True))
    return {alert.subject: alert for alert in rows}


def list_alerts_by_code(
    session: Session, *, site_ids: Sequence[str], code: str, closed_since: datetime
) -> Sequence[Alert]:
    """The alerts with a page code at some sites: open ones, and those that were closed since a moment."""
    recent = or_(Alert.status != "resolved", Alert.resolved_at > closed_since)
    return session.scalars(select(Alert).where(Alert.site_id.in_(site_ids), Alert.code == code, recent)).all()


def list_of_same_patient(session: Session, *, alert_id: str, among: Collection[str]) -> list[str]:
    """Which of some alerts are of the same patient as this one; none where it is of no patient."""
    patient = select(Alert.patient_id).where(Alert.id == alert_id).scalar_subquery()
    return list(session.scalars(select(Alert.id).where(Alert.id.in_(among), Alert.patient_id == patient)))


def list_alerts(session: Session, *, ids: Collection[str]) -> Sequence[Alert]:
    """Some alerts, by their codes."""
    return session.scalars(select(Alert).where(Alert.id.in_(ids)).order_by(Alert.code)).all() if ids else []


def find_last(session: Session, *, subject: str) -> Alert | None:
    """The site's last alert about nobody on a subject, open or not."""
    wanted = select(Alert).where(Alert.patient_id.is_(None), Alert.subject == subject)
    return session.scalars(wanted.order_by(Alert.opened_at.desc(), Alert.id).limit(1)).first()


def code_in_use(session: Session, *, code: str, since: datetime) -> bool:
    """Tell whether a code belongs to an open alert of the site, or to one resolved since a moment."""
    taken: ColumnElement[bool] = or_(Alert.status != "resolved", Alert.resolved_at > since)
    return session.scalar(select(Alert.id).where(and_(Alert.code == code, taken)).limit(1)) is not None


def lease_due_alert(session: Session, *, now: datetime) -> Alert | None:
    """The most urgent alert whose next step is due, held for this transaction; other workers pass it by."""
    wanted = select(Alert).where(Alert.next_action_at <= now, Alert.status != "resolved")
    by_urgency = (Alert.tier == "red").desc(), (Alert.tier == "amber").desc()
    return session.scalars(
        wanted.order_by(*by_urgency, Alert.next_action_at, Alert.id).limit(1).with_for_update(skip_locked=True)
    ).first()


def list_due_like(session: Session, *, alert: Alert, now: datetime, limit: int) -> Sequence[Alert]:
    """Other due alerts of the same site and tier, the longest due first, held for this transaction as that one is."""
    wanted = select(Alert).where(
        Alert.next_action_at <= now,
        Alert.status != "resolved",
        Alert.site_id == alert.site_id,
        Alert.tier == alert.tier,
        Alert.id != alert.id,
    )
    in_order = wanted.order_by(Alert.next_action_at, Alert.id).limit(limit)
    return session.scalars(in_order.with_for_update(skip_locked=True)).all()


def list_due_with(session: Session, *, alert: Alert, now: datetime) -> Sequence[Alert]:
    """Other due alerts of the same response at the same step, to be told in the same page."""
    if alert.response_id is None:
        return []
    wanted = select(Alert).where(
        Alert.response_id == alert.response_id,
        Alert.id != alert.id,
        Alert.status == alert.status,
        Alert.tier == alert.tier,
        Alert.step == alert.step,
        Alert.round == alert.round,
        Alert.next_action_at <= now,
    )
    return session.scalars(wanted.order_by(Alert.id).with_for_update(skip_locked=True)).all()


def add_event(session: Session, alert: Alert, *, at: datetime, type: str, agent: str, detail: str = "") -> AlertEvent:
    """Write one line of an alert's history."""
    event = AlertEvent(site_id=alert.site_id, alert_id=alert.id, at=at, type=type, agent=agent, detail=detail)
    session.add(event)
    return event


def lock_owned(session: Session, *, practitioner_id: str) -> Sequence[Alert]:
    """The open alerts that somebody has taken, held until the end of the transaction."""
    wanted = select(Alert).where(Alert.acknowledged_by == practitioner_id, Alert.status == "acknowledged")
    return session.scalars(wanted.order_by(Alert.id).with_for_update().execution_options(populate_existing=True)).all()


def list_open_without_step(session: Session) -> Sequence[Alert]:
    """Open, unacknowledged red and amber alerts that no clock watches: there must be none."""
    unwatched: tuple[Any, ...] = (Alert.status == "triggered", Alert.tier != "watch", Alert.next_action_at.is_(None))
    return session.scalars(select(Alert).where(*unwatched)).all()


def resolved_subjects(session: Session, *, response_ids: Collection[str]) -> dict[tuple[str | None, str], str]:
    """The tiers of resolved alerts that some responses raised, by response and subject."""
    wanted = select(Alert.response_id, Alert.subject, Alert.tier)
    rows = session.execute(wanted.where(Alert.response_id.in_(response_ids), Alert.status == "resolved"))
    return {(response_id, subject): tier for response_id, subject, tier in rows}


def list_closed_since(
    session: Session, *, patient_id: str, subjects: Collection[str], since: datetime
) -> dict[str, Alert]:
    """A patient's alert on each of some subjects that was closed last, if it was since a moment."""
    wanted = select(Alert).where(
        Alert.patient_id == patient_id, Alert.subject.in_(subjects), Alert.status == "resolved",
        Alert.resolved_at > since,
    )  # fmt: skip
    return {alert.subject: alert for alert in session.scalars(wanted.order_by(Alert.resolved_at, Alert.id))}


def last_event(session: Session, *, alert_id: str, types: Collection[str]) -> AlertEvent | None:
    """The last thing of some types that happened to an alert."""
    wanted = select(AlertEvent).where(AlertEvent.alert_id == alert_id, AlertEvent.type.in_(types))
    return session.scalars(wanted.order_by(AlertEvent.at.desc(), AlertEvent.id).limit(1)).first()


def count_events(session: Session, *, alert_id: str, types: Collection[str]) -> int:
    """How many things of some types happened to an alert."""
    wanted = select(func.count()).where(AlertEvent.alert_id == alert_id, AlertEvent.type.in_(types))
    return session.scalar(wanted) or 0


def list_attempts(session: Session, *, alert_id: str) -> Sequence[AlertEvent]:
    """The calls about an alert that reached nobody since it was opened, or taken up again, oldest first."""
    reopened = select(func.max(AlertEvent.at)).where(AlertEvent.alert_id == alert_id, AlertEvent.type == "reopened")
    wanted = select(AlertEvent).where(
        AlertEvent.alert_id == alert_id, AlertEvent.type == "attempt",
        AlertEvent.at >= func.coalesce(reopened.scalar_subquery(), AlertEvent.at),
    )  # fmt: skip
    return session.scalars(wanted.order_by(AlertEvent.at, AlertEvent.id)).all()


def code_in_use_by_other(session: Session, *, alert: Alert) -> bool:
    """Tell whether another open alert of the site has this alert's code by now."""
    wanted = select(Alert.id).where(Alert.code == alert.code, Alert.id != alert.id, Alert.status != "resolved")
    return session.scalar(wanted.limit(1)) is not None


def red_since(session: Session, *, patient_id: str) -> datetime | None:
    """Since when a patient has an open red alert; the earliest, if there are several."""
    wanted = select(func.min(Alert.triggered_at)).where(
        Alert.patient_id == patient_id, Alert.tier == "red", Alert.status != "resolved"
    )
    return session.scalar(wanted)


def list_touched(session: Session, *, patient_id: str, since: datetime) -> Sequence[Alert]:
    """A patient's open alerts that were opened, or heard more, since a moment; the most urgent first."""
    news = AlertEvent.type.in_(("opened", "evidence"))
    heard = select(AlertEvent.alert_id).where(AlertEvent.alert_id == Alert.id, news, AlertEvent.at >= since)
    wanted = select(Alert).where(Alert.patient_id == patient_id, Alert.status != "resolved", heard.exists())
    by_urgency = (Alert.tier == "red").desc(), (Alert.tier == "amber").desc()
    return session.scalars(wanted.order_by(*by_urgency, Alert.code)).all()


def latest_by_subject(
    session: Session, *, patient_ids: Collection[str], subjects: Collection[str]
) -> dict[str, datetime | None]:
    """When the last alert on each of some subjects was resolved, ``None`` while one is open."""
    if not subjects:
        return {}
    wanted = select(Alert.subject, Alert.resolved_at).where(
        Alert.patient_id.in_(patient_ids), Alert.subject.in_(subjects)
    )
    rows = session.execute(wanted.order_by(Alert.resolved_at.is_(None), Alert.resolved_at))
    return {subject: resolved_at for subject, resolved_at in rows}


def list_acted_on(
    session: Session, *, patient_id: str, subjects: Collection[str], outcomes: Collection[str], since: datetime
) -> list[tuple[str, datetime, str]]:
    """When a patient's alerts on some subjects were closed with some outcomes: subject, moment, outcome."""
    wanted = select(Alert.subject, Alert.resolved_at, Alert.outcome).where(
        Alert.patient_id == patient_id, Alert.subject.in_(subjects), Alert.outcome.in_(outcomes),
        Alert.resolved_at >= since,
    )  # fmt: skip
    rows = session.execute(wanted.order_by(Alert.resolved_at))
    return [(subject, at, outcome) for subject, at, outcome in rows if at is not None and outcome is not None]
