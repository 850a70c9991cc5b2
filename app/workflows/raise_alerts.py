"""Open an alert for everything that needs a person, or add to the one that is open, and page the first step.

Runs inside the transaction of what it is about: an answer and its alert are one commit.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.alerts.lifecycle import AlertStatus, Merge, Paging, is_worse, merge
from app.alerts.models import Alert
from app.alerts.page_codes import CODE_RESTS, code_at
from app.alerts.store import alerts
from app.codes import Tier
from app.db import Session, scope_of
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.definitions import default_policy
from app.workflows.note_settled import note_settled
from app.workflows.page_staff import page_owner, take_step
from app.workflows.service import SYSTEM, Service
from app.zones import wall_clock


class Raised(NamedTuple):
    """What became of some concerns: the alerts that were opened or heard more, and the subjects that are settled."""

    alerts: Sequence[Alert]
    settled: Collection[str]

    def mark(self, record: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Findings as they are kept, each with a mark where it is settled."""
        return [{**found, "settled": True} if found["subject"] in self.settled else {**found} for found in record]


def raise_concern(service: Service, session: Session, concern: Concern) -> Alert:
    """Raise one concern; returns its alert."""
    return raise_alerts(service, session, [concern]).alerts[0]


def raise_alerts(service: Service, session: Session, concerns: Sequence[Concern]) -> Raised:
    """Open or extend the alert of each concern (all of one patient) and page at once whom the ladder says.

    The session is confined to the site. Alerts of one response go out in one page. What was dealt with lately calls
    nobody: it is written into the history of the alert that was closed.
    """
    if not concerns:
        return Raised((), ())
    now, patient = service.clock.now(), concerns[0].patient
    concerns = _not_raised_before(session, concerns)
    known = alerts.lock_open_alerts(
        session, patient_id=patient.id if patient else None, subjects=[c.subject for c in concerns]
    )
    settled = note_settled(session, patient, concerns, known, now) if patient is not None else set()
    concerns = [concern for concern in concerns if concern.subject not in settled]
    touched: list[Alert] = []
    to_page: list[Alert] = []
    for concern in sorted(concerns, key=lambda c: Tier(c.tier).rank):
        alert = known.get(concern.subject)
        if alert is None:
            alert = _open(service, session, concern, now)
            to_page.append(alert)
        else:
            change = _add_evidence(session, alert, concern, now)
            if change.paging is Paging.FIRST_STEP:
                start_again(alert, now)
                to_page.append(alert)
            elif change.paging is Paging.OWNER:
                page_owner(service, session, alert, now)
        touched.append(alert)
    session.flush()
    for tier in Tier:
        group = [alert for alert in to_page if alert.tier == tier]
        if group:
            take_step(service, session, group, now)
    return Raised(touched, settled)


def _not_raised_before(session: Session, concerns: Sequence[Concern]) -> list[Concern]:
    """Leave out what was raised from the same response before and is resolved since: later answers judge it again."""
    response_ids = {c.response_id for c in concerns if c.response_id}
    closed = alerts.resolved_subjects(session, response_ids=response_ids) if response_ids else {}
    return [
        c
        for c in concerns
        if (c.response_id, c.subject) not in closed or Tier(c.tier).worse_than(Tier(closed[c.response_id, c.subject]))
    ]


def _open(service: Service, session: Session, concern: Concern, now: datetime) -> Alert:
    published = concern.program.escalation.get(concern.tier) if concern.program else None
    policy = concern.policy or published or default_policy(concern.tier)
    alert = Alert(
        patient_id=concern.patient.id if concern.patient else None, response_id=concern.response_id,
        inbound_id=concern.inbound_id, code=new_code(session, now), kind=concern.kind, subject=concern.subject,
        tier=concern.tier, status=AlertStatus.TRIGGERED, respondent=concern.respondent, reason=concern.reason,
        rules=list(concern.rules), values=json.loads(json.dumps(dict(concern.values), default=str)),
        program_version=_judged_by(concern), policy=dict(policy),
        opened_at=now, triggered_at=now, step=0, round=0, last_step_at=None, exhausted=False, next_action_at=None,
        acknowledged_at=None, acknowledged_by=None, contacted_at=None, resolved_at=None, resolved_by=None, outcome=None,
    )  # fmt: skip
    session.add(alert)
    alerts.add_event(session, alert, at=now, type="opened", agent=SYSTEM, detail=concern.reason)
    return alert


def _judged_by(concern: Concern) -> str | None:
    return concern.version or (concern.program.label if concern.program else None)


def new_code(session: Session, now: datetime) -> str:
    """A code that no open alert of the site has, nor one that was resolved in the last 14 days."""
    position = staff.next_alert_position(session, site_id=scope_of(session))
    code = code_at(position)
    if alerts.code_in_use(session, code=code, since=now - CODE_RESTS):
        return code_at(position, long=True)
    return code


def _add_evidence(session: Session, alert: Alert, concern: Concern, now: datetime) -> Merge:
    value, seen = concern.values.get("value"), alert.values.get("value")
    site = staff.get_site(session, site_id=alert.site_id)
    last = alerts.last_event(session, alert_id=alert.id, types=("opened", "evidence"))
    told_at = max(alert.triggered_at, last.at) if last is not None else alert.triggered_at
    change = merge(
        Tier(alert.tier),
        AlertStatus(alert.status),
        Tier(concern.tier),
        # Each further answer judges its response again, urgency and all; a text outside one is judged once.
        insists=concern.insists and (concern.response_id is None or concern.response_id != alert.response_id),
        worse_than_seen=is_worse(value, seen, worse=str(concern.values.get("worse", "high"))),
        later_day=wall_clock(now, site.time_zone).date() > wall_clock(told_at, site.time_zone).date(),
    )
    before = alert.reason
    same = concern.response_id is not None and concern.response_id == alert.response_id
    older = _is_older(concern.values, alert.values)
    if not (same and concern.reason == before):  # every further answer judges the response again
        alerts.add_event(session, alert, at=now, type="evidence", agent=SYSTEM, detail=concern.reason)
        alert.reason = before if older else concern.reason
    alert.rules = sorted({*alert.rules, *concern.rules})
    alert.program_version = _judged_by(concern) or alert.program_version
    if concern.values and not older and (not same or concern.reason != before):
        alert.values = json.loads(json.dumps(dict(concern.values), default=str))
    if change.tier != alert.tier:
        policies = concern.program.escalation if concern.program else {}
        alert.policy = dict(policies.get(change.tier) or default_policy(change.tier))
        alert.tier = change.tier
    alert.status = change.status
    if not older:
        alert.response_id = concern.response_id or alert.response_id
        if alert.patient_id is not None:  # of a number that nobody has, the first text stands for them all
            alert.inbound_id = concern.inbound_id or alert.inbound_id
    return change


def _is_older(values: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    """Whether a number was told before the one that an alert is about: another system may send it weeks later."""
    told, before = values.get("authored_at"), than.get("authored_at")
    if not (isinstance(told, str) and isinstance(before, str)):
        return False
    return datetime.fromisoformat(told) < datetime.fromisoformat(before)


def start_again(alert: Alert, now: datetime) -> None:
    """Set an alert back to the first step of its ladder: somebody has to take it on anew."""
    alert.triggered_at, alert.step, alert.round, alert.exhausted = now, 0, 0, False
    alert.last_step_at = alert.next_action_at = None
    alert.acknowledged_at = alert.acknowledged_by = None
