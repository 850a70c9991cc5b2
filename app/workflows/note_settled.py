"""Leave alone what somebody of the team dealt with lately, if it is no worse, and say so in that alert's history."""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.alerts.lifecycle import AlertKind, NotUseful, Outcome
from app.alerts.models import Alert
from app.alerts.settled import BY_RULES, Closed
from app.alerts.store import alerts
from app.alerts.store import snoozes as snooze_store
from app.codes import Respondent, Tier
from app.db import Session
from app.escalation.policy import SETTLED_AT_MOST, EscalationPolicy
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.workflows.concern import Concern
from app.workflows.service import SYSTEM

SETTLED = "settled"
"""The event of a closed alert that the same was found again, and called nobody."""


def note_settled(
    session: Session, patient: Patient, concerns: Sequence[Concern], known: Collection[str], now: datetime
) -> set[str]:
    """The subjects that somebody dealt with lately, and that the rules found again; each history says so.

    ``known`` are those with an open alert, which every concern adds to. Red-flag words and a wish for a call now take
    everything along that came with them.
    """
    maybe = {c.subject: c for c in concerns if _may_be_settled(c) and c.subject not in known}
    if not maybe or any(concern.insists for concern in concerns):
        return set()
    since = now - SETTLED_AT_MOST
    closed = alerts.list_closed_since(session, patient_id=patient.id, subjects=maybe, since=since)
    covered = {subject: alert for subject, alert in closed.items() if _covers(session, alert, maybe[subject], now)}
    # Where a snooze runs, whoever set it said which level is expected, and this is worse than that.
    expected = snooze_store.list_snoozes(session, patient_id=patient.id, at=now) if covered else ()
    settled = covered.keys() - {snooze.subject for snooze in expected if snooze.runs(now)}
    for subject in sorted(settled):
        detail = f"No worse than when this was closed: {maybe[subject].reason}"
        last = alerts.last_event(session, alert_id=covered[subject].id, types=(SETTLED,))
        if last is None or last.detail != detail:  # every further answer judges the response again
            alerts.add_event(session, covered[subject], at=now, type=SETTLED, agent=SYSTEM, detail=detail)
    return settled


def _may_be_settled(concern: Concern) -> bool:
    return concern.tier != Tier.RED and bool(concern.rules) and concern.kind in BY_RULES and not concern.always


def _covers(session: Session, alert: Alert, concern: Concern, now: datetime) -> bool:
    """Whether an alert that was closed was about no less than a concern, and told by the same person."""
    assert alert.resolved_at is not None and alert.outcome is not None
    misread = alert.not_useful_because == NotUseful.ANSWER_MISREAD
    other_silence = concern.kind == AlertKind.SILENCE and not set(concern.rules) <= set(alert.rules)
    if misread or other_silence or alert.respondent != concern.respondent:
        return False
    lasts = EscalationPolicy.from_mapping(alert.policy).settled_for
    closed = Closed(Tier(alert.tier), Outcome(alert.outcome), alert.resolved_at, alert.values, lasts)
    if not closed.covers(Tier(concern.tier), concern.evidence or (concern.values,), now):
        return False
    return concern.respondent == Respondent.SELF or _told_by(session, alert) == _told_by(session, concern)


def _told_by(session: Session, about: Alert | Concern) -> str | None:
    ids = [about.response_id] if about.response_id else []
    return next((row.related_person_id for row in questionnaires.list_responses_by_id(session, ids=ids)), None)
