"""Close an alert with a coded outcome, reopen it, or add a note."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.alerts.lifecycle import SHOWN, AlertKind, AlertStatus, Attempt, Outcome, Resolution, check_resolution, reopen
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.audit import store as audit
from app.codes import Tier
from app.db import Session, retry_on_conflict, site_scope
from app.errors import Conflict, Rejected
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.patients import store as patients
from app.workflows.definitions import default_policy
from app.workflows.end_patient import DECEASED, end_patient
from app.workflows.page_staff import call_again, take_step
from app.workflows.plan_reassessment import cancel_reassessments, plan_reassessment
from app.workflows.raise_alerts import new_code
from app.workflows.service import SYSTEM, Service

_LONGEST_NOTE = 2000
WELFARE_CHECK = """Welfare check:
1. Look up every number on the patient's page; call each once more, and let it ring.
2. Call those who help, and the person to call in an emergency, if the chart names one.
3. Look in the hospital's records: were they admitted, or in the emergency department?
4. Ask home care, or whoever is nearest and has their trust, to go and knock today.
5. Still nothing, or a red answer was the last thing heard: ask the emergency services to go and look.
6. Write down who went, when, and what was found; only then close this alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionGiven:
    """What somebody says an alert came to. ``seen`` is how many of its events of ``SHOWN`` they had seen, if known."""

    outcome: str
    note: str | None = None
    contacted_at: datetime | None = None
    reason: str | None = None
    because: str | None = None
    seen: int | None = None


def check_length(note: str | None, field: str = "note") -> None:
    """Refuse what is too long for an alert's history."""
    if len(note or "") > _LONGEST_NOTE:
        raise Rejected({field: [f"has at most {_LONGEST_NOTE} characters."]})


@retry_on_conflict
def resolve_alert(
    service: Service, *, site_id: str, alert_id: str, practitioner_id: str | None, agent: str, given: ResolutionGiven
) -> bool:
    """Close an alert; returns ``False`` when only an attempt to reach the person was noted and it stays open.

    Raises ``NotFound``, ``Conflict`` when it is closed already or not as they had seen it, ``Rejected`` naming each
    field at fault.
    """
    now = service.clock.now()
    check_length(given.note)
    check_length(given.reason, "reason")
    with service.db.transaction(site_scope(site_id)) as session:
        if given.outcome == Outcome.DIED:  # a patient is held before their alerts, here as everywhere
            about = alerts.get_alert(session, alert_id=alert_id).patient_id
            if about is not None:
                patients.lock_patient(session, patient_id=about)
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.status == AlertStatus.RESOLVED:
            raise Conflict("This alert is resolved already.")
        if given.seen not in (None, alerts.count_events(session, alert_id=alert.id, types=SHOWN)):
            raise Conflict("Something was added since you opened this page. Nothing was closed: please look again.")
        # Somebody silent whom nobody reaches is still silent: that closes nothing, however urgent it was.
        unreached = alert.kind == AlertKind.SILENCE and given.outcome == Outcome.NO_CONTACT_MADE
        tier, tried = Tier.RED if unreached else Tier(alert.tier), alerts.list_attempts(session, alert_id=alert.id)
        result = check_resolution(
            tier, given.outcome, now=now, note=given.note, contacted_at=given.contacted_at,
            reason=given.reason, because=given.because, attempts=len(tried), opened_at=alert.opened_at,
        )  # fmt: skip
        said = "\n".join(part for part in (given.note, given.reason) if part)
        if isinstance(result, Attempt):
            _note_attempt(session, alert, result, practitioner_id, agent, said, now)
            return False
        close_alert(
            session, alert, result, now=now, practitioner_id=practitioner_id, agent=agent,
            detail=f"{result.outcome}. {said}".strip(),
        )  # fmt: skip
        return True


def _note_attempt(
    session: Session, alert: Alert, tried: Attempt, practitioner_id: str | None, agent: str, said: str, now: datetime
) -> None:
    """Nobody was reached: the alert stays open, and the next call is due."""
    if practitioner_id is not None:  # a program's attempt holds nobody back who is to be paged
        _take_over(session, alert, practitioner_id, now)
    check = " Three attempts have failed: start the welfare check." if tried.welfare_check else ""
    detail = f"Attempt {tried.number}: nobody was reached.{check} {said}".strip()
    alerts.add_event(session, alert, at=now, type="attempt", agent=agent, detail=detail)
    if tried.welfare_check:
        alerts.add_event(session, alert, at=now, type="welfare_check", agent=SYSTEM, detail=WELFARE_CHECK)
    session.flush()
    call_again(session, alert, now)


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
    """Close an alert that the caller has locked and checked; ``detail`` is what its history says of it.

    Where the outcome promises relief, it is planned to ask again; after a death nobody is asked or texted any more.
    """
    _take_over(session, alert, practitioner_id, now)
    alert.status, alert.resolved_at, alert.resolved_by = AlertStatus.RESOLVED, now, practitioner_id
    alert.outcome, alert.next_action_at = result.outcome, None
    alert.not_useful_because = result.because
    alert.contacted_at = result.contacted_at or alert.contacted_at
    if result.outcome is Outcome.DIED and alert.patient_id is not None:
        patient = patients.get_patient(session, patient_id=alert.patient_id)
        end_patient(session, patient, DECEASED, now)
        detail = f"{detail}\nRecorded as deceased: nothing more is asked or sent."
    asked_again = plan_reassessment(session, alert, result.outcome, now)
    said = "\n".join(part for part in (detail, asked_again) if part)
    alerts.add_event(session, alert, at=now, type=event, agent=agent, detail=said)
    audit.record(
        session, agent=agent, action="resolve", entity="alert", entity_id=alert.id, now=now, outcome=result.outcome
    )


def _take_over(session: Session, alert: Alert, practitioner_id: str | None, now: datetime) -> None:
    """Whoever acts on an alert that nobody has taken has taken it; its pages that still wait are called off."""
    if alert.acknowledged_at is None and practitioner_id is not None:
        alert.status, alert.acknowledged_at, alert.acknowledged_by = AlertStatus.ACKNOWLEDGED, now, practitioner_id
    outbox.cancel_waiting(session, alert_id=alert.id, kind=MessageKind.PAGE)


@retry_on_conflict
def reopen_alert(service: Service, *, site_id: str, alert_id: str, agent: str, note: str | None) -> None:
    """Take a closed alert up again: its ladder starts from the first step."""
    now = service.clock.now()
    check_length(note)
    with service.db.transaction(site_scope(site_id)) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        reopen(AlertStatus(alert.status))
        if alerts.lock_open_alerts(session, patient_id=alert.patient_id, subjects=[alert.subject]):
            raise Conflict("Another alert about the same is open; add a note to that one.")
        if alert.patient_id is not None:
            why, patient_id = "the alert was reopened", alert.patient_id
            cancel_reassessments(session, patient_id=patient_id, alert_id=alert.id, why=why, now=now)
        take_up_again(service, session, alert, now=now, agent=agent, detail=note or "")


def take_up_again(
    service: Service,
    session: Session,
    alert: Alert,
    *,
    now: datetime,
    agent: str,
    detail: str,
    tier: Tier | None = None,
    ladders: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Open a closed alert again, whose subject has no other open one, and page from the first step on.

    ``tier`` raises it, with the ladder that the program's ``ladders`` have for that. Where another alert has its code
    by now it gets a new one.
    """
    if alerts.code_in_use_by_other(session, alert=alert):
        alert.code = new_code(session, now)
    if tier is not None and tier != alert.tier:
        alert.tier, alert.policy = tier, dict((ladders or {}).get(tier) or default_policy(tier))
    alert.status, alert.triggered_at, alert.step, alert.round = reopen(AlertStatus(alert.status)), now, 0, 0
    alert.exhausted, alert.last_step_at, alert.outcome, alert.not_useful_because = False, None, None, None
    alert.acknowledged_at = alert.acknowledged_by = alert.resolved_at = alert.resolved_by = None
    alerts.add_event(session, alert, at=now, type="reopened", agent=agent, detail=detail)
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
