"""Say which level of a symptom is expected of somebody for now: nobody is called at or near it, until it gets worse."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.alerts.models import Alert, Snooze
from app.alerts.store import alerts
from app.alerts.store import snoozes as snooze_store
from app.alerts.suppression import beyond_snoozing, severe, value_of
from app.audit import store as audit
from app.db import Session, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.patients import store as patients
from app.questionnaires import store as questionnaires
from app.questionnaires.definition import Item, ItemType
from app.workflows.definitions import load_questionnaire
from app.workflows.service import Service

LONGEST = timedelta(days=30)
"""After this somebody has to look again whether the level is still what is expected."""
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeGiven:
    """What is expected, until when (``ends_at``, or a number of ``days`` from now), and why."""

    expected: float | None
    reason: str
    ends_at: datetime | None = None
    days: int | None = None


@retry_on_conflict
def snooze_alert(service: Service, *, site_id: str, alert_id: str, given: SnoozeGiven, agent: str) -> str:
    """Snooze what an alert is about, for its patient; returns the snooze's id. The alert itself stays as it is.

    A snooze that runs already is replaced. Raises ``NotFound``, ``Conflict`` when this alert is about nothing that
    could be expected at a level, ``Rejected`` naming each wrong field.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient_id = alerts.get_alert(session, alert_id=alert_id).patient_id
        if patient_id is not None:
            patients.lock_patient(session, patient_id=patient_id)
        alert = alerts.lock_alert(session, alert_id=alert_id)
        item = _item_of(session, alert)
        ends_at = _check(alert, item, given, now)
        _end(session, snooze_store.lock_snooze(session, patient_id=patient_id or "", subject=alert.subject), now, agent)
        snooze = Snooze(
            patient_id=patient_id, alert_id=alert.id, subject=alert.subject, expected=given.expected,
            reason=given.reason.strip(), starts_at=now, ends_at=ends_at, set_by=agent, held_back=0,
        )  # fmt: skip
        session.add(snooze)
        detail = f"Expected {given.expected:g} until {ends_at:%d %b %Y %H:%M} UTC. {given.reason.strip()}"
        alerts.add_event(session, alert, at=now, type="snoozed", agent=agent, detail=detail)
        audit.record(
            session, agent=agent, action="snooze", entity="alert", entity_id=alert.id, now=now, snooze=snooze.id,
            subject=alert.subject, until=ends_at.isoformat(),
        )  # fmt: skip
        return snooze.id


def end_snooze(service: Service, *, site_id: str, alert_id: str, agent: str) -> None:
    """End the snooze of what an alert is about before its time; where none runs, nothing changes. ``NotFound``."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient_id = alerts.get_alert(session, alert_id=alert_id).patient_id
        if patient_id is None:
            return
        patients.lock_patient(session, patient_id=patient_id)
        alert = alerts.lock_alert(session, alert_id=alert_id)
        snooze = snooze_store.lock_snooze(session, patient_id=patient_id, subject=alert.subject)
        if snooze is None or snooze.ends_at <= now:
            return
        _end(session, snooze, now, agent)
        alerts.add_event(session, alert, at=now, type="snooze_ended", agent=agent)
        audit.record(session, agent=agent, action="end", entity="snooze", entity_id=snooze.id, now=now)


def end_snoozes_of(session: Session, *, patient_id: str, subject: str, now: datetime, agent: str) -> None:
    """End the snooze of a subject that is running, if there is one, within a transaction that holds the patient."""
    _end(session, snooze_store.lock_snooze(session, patient_id=patient_id, subject=subject), now, agent)


def _end(session: Session, snooze: Snooze | None, now: datetime, agent: str) -> None:
    if snooze is None:
        return
    over = snooze.ends_at <= now
    snooze.ended_at, snooze.ended_by = (snooze.ends_at, "system") if over else (now, agent)
    session.flush()  # only one of a subject may run


def _item_of(session: Session, alert: Alert) -> Item:
    """The question whose answer raised the alert; ``Conflict`` where no number did."""
    never = "Only a symptom that was answered with a number can be expected at a level."
    if alert.patient_id is None or alert.response_id is None or value_of(alert.values, alert.subject) is None:
        raise Conflict(never)
    name = alert.subject.partition(":")[2]
    for response in questionnaires.list_responses_by_id(session, ids=[alert.response_id]):
        for item in load_questionnaire(session, response.questionnaire_id).items:
            named = name in (item.link_id, item.code.code if item.code else None)
            if named and item.type in (ItemType.SCALE, ItemType.NUMBER):
                return item
    raise Conflict(never)


def _check(alert: Alert, item: Item, given: SnoozeGiven, now: datetime) -> datetime:
    """When the snooze ends; ``Rejected`` names each field at fault."""
    problems: dict[str, list[str]] = {}
    if wrong := _wrong_level(alert, item, given.expected):
        problems["expected"] = [wrong]
    if not given.reason.strip() or len(given.reason) > LONGEST_REASON:
        problems["reason"] = [f"Say why it is expected, in 1 to {LONGEST_REASON} characters."]
    ends_at = given.ends_at
    if ends_at is None and given.days is not None and 1 <= given.days <= LONGEST.days:
        ends_at = now + timedelta(days=given.days)
    if ends_at is None or not now < ends_at <= now + LONGEST:
        problems["days" if given.ends_at is None else "until"] = [f"Say until when: at most {LONGEST.days} days."]
    if problems or ends_at is None:
        raise Rejected(problems)
    return ends_at


def _wrong_level(alert: Alert, item: Item, expected: float | None) -> str | None:
    low, high = item.low or 0, item.high if item.high is not None else 100
    if expected is None or not math.isfinite(expected) or not low <= expected <= high:
        return f"Give the level that is expected, from {low:g} to {high:g}."
    if beyond_snoozing(expected, item.worse):
        return "The two worst answers always call somebody, so they cannot be expected."
    known = value_of(alert.values, alert.subject)
    if severe(expected, item.worse) and known is not None and not _as_bad(known[0], expected, item.worse):
        return f"It was answered with {known[0]:g}: a severe level can only be expected where it was reached."
    return None


def _as_bad(value: float, expected: float, worse: str) -> bool:
    return value <= expected if worse == "low" else value >= expected
