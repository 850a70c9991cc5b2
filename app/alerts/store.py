"""SQL for alerts and their history, for asking again, for snoozes, and for rules that hold otherwise than published."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.alerts.models import Alert, AlertEvent, Reassessment, RuleOverride, Snooze
from app.alerts.overrides import Override
from app.alerts.suppression import SnoozeSet
from app.errors import NotFound

_SNOOZED = (Snooze.id, Snooze.subject, Snooze.expected, Snooze.starts_at, Snooze.ends_at, Snooze.ended_at)
_OVERRIDDEN = (
    RuleOverride.rule_id, RuleOverride.patient_id, RuleOverride.version, RuleOverride.muted, RuleOverride.change,
    RuleOverride.starts_at, RuleOverride.ends_at, RuleOverride.ended_at,
)  # fmt: skip
# Every answer asks these two, so they are made once: making one takes longer than running it.
_SNOOZES_OF_ONE = select(*_SNOOZED).where(
    Snooze.patient_id == bindparam("patient_id"), Snooze.ends_at > bindparam("at")
)
_OVERRIDES_OF_ONE = select(*_OVERRIDDEN).where(
    RuleOverride.program == bindparam("program"),
    or_(RuleOverride.patient_id.is_(None), RuleOverride.patient_id == bindparam("patient_id")),
    or_(RuleOverride.ended_at.is_(None), RuleOverride.ended_at > bindparam("at")),
)


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


def find_open_alert_by_code(session: Session, *, site_ids: Sequence[str], code: str) -> Sequence[Alert]:
    """Open alerts with a page code at some sites."""
    wanted = select(Alert).where(Alert.site_id.in_(site_ids), Alert.code == code, Alert.status != "resolved")
    return session.scalars(wanted).all()


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


def count_events(session: Session, *, alert_id: str, type: str) -> int:
    """How often something happened to an alert."""
    wanted = select(func.count()).select_from(AlertEvent)
    return session.scalar(wanted.where(AlertEvent.alert_id == alert_id, AlertEvent.type == type)) or 0


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


def list_snoozes(session: Session, *, patient_id: str, at: datetime) -> list[SnoozeSet]:
    """A patient's snoozes that were to end after a moment."""
    return [SnoozeSet(*row) for row in session.execute(_SNOOZES_OF_ONE, {"patient_id": patient_id, "at": at})]


def list_snoozes_of(session: Session, *, patient_ids: Collection[str]) -> dict[str, list[SnoozeSet]]:
    """Every snooze there ever was of some patients, by patient."""
    found: dict[str, list[SnoozeSet]] = {}
    wanted = select(Snooze.patient_id, *_SNOOZED).where(Snooze.patient_id.in_(patient_ids))
    for row in session.execute(wanted.order_by(Snooze.starts_at, Snooze.id)):
        found.setdefault(row[0], []).append(SnoozeSet(*row[1:]))
    return found


def lock_snooze(session: Session, *, patient_id: str, subject: str) -> Snooze | None:
    """The snooze of a subject that nobody has ended, though its time may be over; held for this transaction."""
    wanted = select(Snooze).where(Snooze.patient_id == patient_id, Snooze.subject == subject, Snooze.ended_at.is_(None))
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def list_overrides(session: Session, *, program: str, patient_id: str, at: datetime) -> list[Override]:
    """What was set at a site or for a patient, in whatever version of a program, and not taken back before a moment."""
    given = {"program": program, "patient_id": patient_id, "at": at}
    return [Override(*row) for row in session.execute(_OVERRIDES_OF_ONE, given)]


def list_overrides_of(session: Session, *, program: str) -> list[Override]:
    """Every override of a program that there ever was at the site, of all patients."""
    wanted = select(*_OVERRIDDEN).where(RuleOverride.program == program)
    return [Override(*row) for row in session.execute(wanted.order_by(RuleOverride.starts_at, RuleOverride.version))]


def lock_overrides(session: Session, *, program: str, rule_id: str, patient_id: str | None) -> Sequence[RuleOverride]:
    """Every override of a rule for a patient, or for the site, by version; held for this transaction."""
    wanted = select(RuleOverride).where(
        RuleOverride.program == program, RuleOverride.rule_id == rule_id, RuleOverride.patient_id == patient_id
    )
    in_order = wanted.order_by(RuleOverride.version).with_for_update()
    return session.scalars(in_order.execution_options(populate_existing=True)).all()


def list_due_reassessments(session: Session, *, now: datetime, after: str, limit: int) -> Sequence[Reassessment]:
    """Planned reassessments whose time has come, by id from ``after`` on."""
    wanted = select(Reassessment).where(
        Reassessment.status == "planned", Reassessment.due_at <= now, Reassessment.id > after
    )
    return session.scalars(wanted.order_by(Reassessment.id).limit(limit)).all()


def get_reassessment(session: Session, *, reassessment_id: str) -> Reassessment:
    """The reassessment as it is now; its patient's lock is held already."""
    wanted = select(Reassessment).where(Reassessment.id == reassessment_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def find_reassessment(session: Session, *, checkin_id: str) -> Reassessment | None:
    """The reassessment that a check-in asks for."""
    return session.scalar(select(Reassessment).where(Reassessment.checkin_id == checkin_id))


def find_told_of_call(
    session: Session, *, like: Reassessment, within: timedelta, since: datetime
) -> Reassessment | None:
    """What the same person said lately of the call that another alert was closed with, about the same time."""
    wanted = select(Reassessment).where(
        Reassessment.patient_id == like.patient_id,
        Reassessment.related_person_id.is_not_distinct_from(like.related_person_id),
        Reassessment.id != like.id,
        Reassessment.called.is_not(None),
        Reassessment.closed_at >= since,
        Reassessment.opened_at.between(like.opened_at - within, like.opened_at + within),
    )
    return session.scalars(wanted.order_by(Reassessment.closed_at.desc()).limit(1)).first()


def list_reassessments(session: Session, *, alert_id: str) -> Sequence[Reassessment]:
    """How often an alert was asked about again, oldest first."""
    wanted = select(Reassessment).where(Reassessment.alert_id == alert_id)
    return session.scalars(wanted.order_by(Reassessment.opened_at, Reassessment.id)).all()


def list_unsettled(session: Session, *, patient_id: str) -> Sequence[Reassessment]:
    """A patient's reassessments that are planned or asked, of whichever respondent."""
    wanted = select(Reassessment).where(
        Reassessment.patient_id == patient_id, Reassessment.status.in_(("planned", "asked"))
    )
    return session.scalars(wanted.order_by(Reassessment.due_at, Reassessment.id)).all()


def bring_forward(
    session: Session, *, patient_id: str, related_person_id: str | None, due_before: datetime, now: datetime
) -> None:
    """Let reassessments of one person that are due before a moment be asked now."""
    mine = (Reassessment.patient_id == patient_id, Reassessment.related_person_id == related_person_id)
    soon = (Reassessment.status == "planned", Reassessment.due_at > now, Reassessment.due_at <= due_before)
    session.execute(update(Reassessment).where(*mine, *soon).values(due_at=now))


def postpone_reassessment(session: Session, *, reassessment_id: str, until: datetime) -> Reassessment:
    """Look at a reassessment again later."""
    row = session.scalars(select(Reassessment).where(Reassessment.id == reassessment_id).with_for_update()).one()
    row.due_at = until
    return row


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


def lock_override(session: Session, *, override_id: str) -> RuleOverride | None:
    """The override with this id, held for this transaction."""
    return session.scalar(select(RuleOverride).where(RuleOverride.id == override_id).with_for_update())
