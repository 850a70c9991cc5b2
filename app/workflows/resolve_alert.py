"""Close an alert with a coded outcome, reopen it, or add a note."""

from dataclasses import dataclass
from datetime import datetime

from app.alerts import store as alerts
from app.alerts.lifecycle import AlertStatus, Attempt, Resolution, check_resolution, reopen
from app.alerts.models import Alert
from app.audit import store as audit
from app.codes import Tier
from app.db import Session, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.messaging import store as messaging
from app.messaging.delivery import MessageKind
from app.workflows.page_staff import take_step
from app.workflows.service import Service

_LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionGiven:
    """What somebody says an alert came to."""

    outcome: str
    note: str | None = None
    contacted_at: datetime | None = None
    reason: str | None = None


@retry_on_conflict
def resolve_alert(
    service: Service, *, site_id: str, alert_id: str, practitioner_id: str | None, agent: str, given: ResolutionGiven
) -> bool:
    """Close an alert; returns ``False`` when only an attempt to reach the person was noted and it stays open.

    Raises ``NotFound``, ``Conflict`` when it is closed already, ``Rejected`` naming each field at fault.
    """
    now = service.clock.now()
    for name in ("note", "reason"):
        if len(getattr(given, name) or "") > _LONGEST_NOTE:
            raise Rejected({name: [f"has at most {_LONGEST_NOTE} characters."]})
    with service.db.transaction(site_scope(site_id)) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.status == AlertStatus.RESOLVED:
            raise Conflict("This alert is resolved already.")
        result = check_resolution(
            Tier(alert.tier), given.outcome, now=now, note=given.note, contacted_at=given.contacted_at,
            reason=given.reason, attempts=alerts.count_events(session, alert_id=alert.id, type="attempt"),
        )  # fmt: skip
        said = "\n".join(part for part in (given.note, given.reason) if part)
        if isinstance(result, Attempt):
            _take_over(session, alert, practitioner_id, now)
            alert.next_action_at = result.next_call_at
            check = " Three attempts have failed: start the welfare check." if result.welfare_check else ""
            detail = f"Attempt {result.number}: nobody was reached.{check} {said}".strip()
            alerts.add_event(session, alert, at=now, type="attempt", agent=agent, detail=detail)
            return False
        close_alert(
            session, alert, result, now=now, practitioner_id=practitioner_id, agent=agent,
            detail=f"{result.outcome}. {said}".strip(),
        )  # fmt: skip
        return True


def close_alert(
    session: Session,
    alert: Alert,
    result: Resolution,
    *,
    now: datetime,
    practitioner_id: str | None,
    agent: str,
    detail: str,
    event: str = "resolved",
) -> None:
    """Close an alert that the caller has locked and checked; ``detail`` is what its history says of it."""
    _take_over(session, alert, practitioner_id, now)
    alert.status, alert.resolved_at, alert.resolved_by = AlertStatus.RESOLVED, now, practitioner_id
    alert.outcome, alert.next_action_at = result.outcome, None
    alert.contacted_at = result.contacted_at or alert.contacted_at
    alerts.add_event(session, alert, at=now, type=event, agent=agent, detail=detail)
    audit.record(
        session, agent=agent, action="resolve", entity="alert", entity_id=alert.id, now=now, outcome=result.outcome
    )


def _take_over(session: Session, alert: Alert, practitioner_id: str | None, now: datetime) -> None:
    """Whoever acts on an alert that nobody has taken has taken it; its pages that still wait are called off."""
    if alert.acknowledged_at is None and practitioner_id is not None:
        alert.status, alert.acknowledged_at, alert.acknowledged_by = AlertStatus.ACKNOWLEDGED, now, practitioner_id
    messaging.cancel_waiting(session, alert_id=alert.id, kind=MessageKind.PAGE)


@retry_on_conflict
def reopen_alert(service: Service, *, site_id: str, alert_id: str, agent: str, note: str | None) -> None:
    """Take a closed alert up again: its ladder starts from the first step."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        status = reopen(AlertStatus(alert.status))
        if alerts.lock_open_alerts(session, patient_id=alert.patient_id, subjects=[alert.subject]):
            raise Conflict("Another alert about the same is open; add a note to that one.")
        if alerts.code_in_use_by_other(session, alert=alert):
            raise Conflict(
                "Its code belongs to another alert by now; raise it with a note on the patient's open alert."
            )
        alert.status, alert.triggered_at, alert.step, alert.round = status, now, 0, 0
        alert.exhausted, alert.last_step_at, alert.outcome = False, None, None
        alert.acknowledged_at = alert.acknowledged_by = alert.resolved_at = alert.resolved_by = None
        alerts.add_event(session, alert, at=now, type="reopened", agent=agent, detail=note or "")
        audit.record(session, agent=agent, action="reopen", entity="alert", entity_id=alert.id, now=now)
        session.flush()
        take_step(service, session, [alert], now)


def note_alert(service: Service, *, site_id: str, alert_id: str, agent: str, note: str) -> None:
    """Add a note to an alert's history."""
    if not note.strip() or len(note) > _LONGEST_NOTE:
        raise Rejected({"note": [f"A note of 1 to {_LONGEST_NOTE} characters is needed."]})
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        alerts.add_event(session, alert, at=now, type="note", agent=agent, detail=note.strip())
        audit.record(session, agent=agent, action="note", entity="alert", entity_id=alert.id, now=now)
