"""What came of asking again: the loop is closed at the person's own goal, or the alert is taken up once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.alerts.entries import Entry, ItemFacts
from app.alerts.history import History
from app.alerts.lifecycle import AlertStatus
from app.alerts.models import Alert, Reassessment
from app.alerts.reassessment import NOT_RELIEVED, Asked, Change, Status, Told, Verdict, judge_reassessment
from app.alerts.rules import Finding
from app.alerts.store import alerts, reassessments
from app.checkins.models import Checkin
from app.codes import Respondent, Tier
from app.db import Session
from app.patients.models import Patient
from app.questionnaires.engine import Given
from app.workflows.circumstances import load_circumstances
from app.workflows.concern import Concern, concerns_of
from app.workflows.definitions import Program, load_items
from app.workflows.note_silence import SUBJECT as SILENCE
from app.workflows.plan_reassessment import day_of
from app.workflows.raise_alerts import raise_alerts, raise_concern
from app.workflows.resolve_alert import take_up_again
from app.workflows.service import SYSTEM, Service

SLOT = "again:"
"""How the slot of a check-in begins that asks again."""
CHANGE, CALLED, HELPED = "change", "called", "helped"
ABOUT_THE_CALL = (CHANGE, CALLED, HELPED)
"""What every reassessment asks, beside the symptom, by ``link_id``."""

_NEEDS_A_PERSON = "Asked again, the answer needs a person."
_CHANGES = {1: Change.BETTER, 2: Change.SAME, 3: Change.WORSE}
_YES_NO = {1: True, 2: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a check-in that asks again has brought so far. ``ended``: nothing more is waited for."""

    checkin: Checkin
    patient: Patient
    program: Program
    respondent: Respondent
    response_id: str | None
    given: Mapping[str, Given]
    ended: bool
    complete: bool


def is_reassessment(checkin: Checkin) -> bool:
    """Whether a check-in asks again about an alert."""
    return checkin.slot.startswith(SLOT)


@dataclass(frozen=True, slots=True)
class Settled:
    """What asking again came to: what it needs a person for, and the subject that is relieved, if it is."""

    findings: Sequence[Finding] = ()
    relieved: str | None = None


def settle_reassessment(service: Service, session: Session, reply: Reply, findings: Sequence[Finding]) -> Settled:
    """Note what was said and, once all of it is in, what follows.

    A red ``finding`` of the rules about the same subject takes the alert up again at once: its history goes on, and no
    second alert is opened. Any other one waits for the verdict: what is relieved calls nobody, though it may still be
    above its goal.
    """
    now = service.clock.now()
    row = reassessments.find_reassessment(session, checkin_id=reply.checkin.id)
    if row is None or row.status in (Status.NOT_MET, Status.CANCELLED):
        return Settled()
    facts, told = _note(session, row, reply)
    alert = alerts.lock_alert(session, alert_id=row.alert_id)
    same = {f.tier for f in findings if f.subject == alert.subject}
    if Tier.RED in same:
        _take_up(service, session, alert, reply, Tier.RED, _NEEDS_A_PERSON, now)
    if not reply.ended or (row.status == Status.SILENT and not reply.complete):
        return Settled()
    verdict = judge_reassessment(_asked(session, row, reply, facts, now), told)
    if verdict.status != row.status:
        _close(session, alert, row, verdict, now)
        if verdict.status is Status.NOT_MET:
            return Settled([_not_relieved(service, session, alert, row, reply, facts, verdict, now)])
        if verdict.status is Status.SILENT:
            _nobody_said(service, session, alert, row, reply, verdict, now)
    relieved = verdict.status is Status.MET and Tier.RED not in same and not _is_open(session, alert)
    return Settled(relieved=alert.subject if relieved else None)


def settle_unanswered(service: Service, session: Session, reply: Reply, *, promised: bool) -> None:
    """Nobody answered the questions: silence after a red is a red. ``promised`` is false where they were called off."""
    now = service.clock.now()
    row = reassessments.find_reassessment(session, checkin_id=reply.checkin.id)
    if row is None or row.status != Status.ASKED:
        return
    facts, told = _note(session, row, reply)
    alert = alerts.lock_alert(session, alert_id=row.alert_id)
    verdict = judge_reassessment(_asked(session, row, reply, facts, now), told, promised=promised)
    _close(session, alert, row, verdict, now)
    if verdict.status is Status.NOT_MET:
        finding = _not_relieved(service, session, alert, row, reply, facts, verdict, now)
        about: dict[str, Any] = {"patient": reply.patient, "respondent": reply.respondent, "program": reply.program}
        raise_alerts(service, session, concerns_of([finding], **about))
    elif verdict.tier is not None:
        _nobody_said(service, session, alert, row, reply, verdict, now)


def _nobody_said(
    service: Service, session: Session, alert: Alert, row: Reassessment, reply: Reply, verdict: Verdict, now: datetime
) -> None:
    """Have a person find out: the questions closed, or were skipped, and whether it helped is not known."""
    closed = f"{(alert.outcome or 'closed').replace('_', ' ')} on {day_of(row.opened_at, now, reply.patient)}"
    # A caregiver who says nothing of themselves is no patient who is silent.
    subject = f"{reply.respondent}:{SILENCE}" if reply.respondent is Respondent.CAREGIVER else SILENCE
    concern = Concern(
        kind="silence", subject=subject, tier=verdict.tier or Tier.WATCH, patient=reply.patient,
        reason=f"{verdict.why} They were about alert {alert.code} ({closed}).", respondent=reply.respondent,
        program=reply.program,
    )  # fmt: skip
    raise_concern(service, session, concern)


def _note(session: Session, row: Reassessment, reply: Reply) -> tuple[ItemFacts | None, Told]:
    """Keep what was said with the reassessment; the symptom that it is about, and all that is known of it now."""

    def value(link_id: str) -> int | None:
        given = reply.given.get(link_id)
        return int(given.value) if given is not None and given.value is not None else None

    facts = load_items(session, reply.checkin.questionnaire_id).find(row.item) if row.item else None
    symptom = reply.given.get(facts.link_id) if facts is not None else None
    if symptom is not None and symptom.value is not None:
        row.after = symptom.value
    row.change = value(CHANGE)
    # What was said of the same call beside another symptom is not asked again.
    row.called = row.called if value(CALLED) is None else value(CALLED)
    row.helped = row.helped if value(HELPED) is None else value(HELPED)
    told = Told(
        after=row.after, change=_CHANGES.get(row.change or 0), called=_YES_NO.get(row.called or 0),
        helped=_YES_NO.get(row.helped or 0),
    )  # fmt: skip
    return facts, told


def _asked(session: Session, row: Reassessment, reply: Reply, facts: ItemFacts | None, now: datetime) -> Asked:
    if facts is None:
        return Asked(Tier(row.tier))
    words = {value: texts.get("en", "") for value, texts in facts.options}
    if words:
        goal: float | None = max(words) if facts.worse == "low" else min(words)
    else:
        holds = load_circumstances(session, patient=reply.patient, program=reply.program, at=now)
        level = History.of(
            [Entry(now, respondent=reply.respondent)], goals=holds.goals, baselines={},
            default_goals=holds.default_goals, enrolled_at=None,
        ).goal(facts)  # fmt: skip
        goal = level.value if level is not None else None
    return Asked(Tier(row.tier), label=facts.label, before=row.before, goal=goal, worse=facts.worse, words=words)


def _close(session: Session, alert: Alert, row: Reassessment, verdict: Verdict, now: datetime) -> None:
    row.status, row.closed_at = verdict.status, now
    type_ = {Status.MET: "relieved", Status.NOT_MET: "not_relieved"}.get(verdict.status, "reassess_silent")
    alerts.add_event(session, alert, at=now, type=type_, agent=SYSTEM, detail=verdict.why)


def _not_relieved(
    service: Service,
    session: Session,
    alert: Alert,
    row: Reassessment,
    reply: Reply,
    facts: ItemFacts | None,
    verdict: Verdict,
    now: datetime,
) -> Finding:
    """Take the alert up again, and say why as a finding on its subject."""
    tier = verdict.tier or Tier(row.tier)
    closed = alerts.last_event(session, alert_id=alert.id, types=("resolved",))
    outcome = closed.detail.partition(".")[0].replace("_", " ") if closed is not None else "contact"
    done = f"After {outcome} on {day_of(row.opened_at, now, reply.patient)}"
    _take_up(service, session, alert, reply, tier, "Asked again: it did not help, or not enough.", now)
    values: dict[str, Any] = {}
    if facts is not None and row.after is not None:
        values = {"item": facts.link_id, "value": row.after, "worse": facts.worse, "authored_at": now.isoformat()}
        values |= {"code": facts.code[1]} if facts.code else {}
        values |= {"previous": row.before, "previous_at": row.opened_at.isoformat()} if row.before is not None else {}
    return Finding(
        rule_id=NOT_RELIEVED, tier=tier, subject=alert.subject, reason=f"{done}: {verdict.why}", values=values
    )


def _take_up(
    service: Service, session: Session, alert: Alert, reply: Reply, tier: Tier, detail: str, now: datetime
) -> None:
    """Reopen the alert, unless it is open or another one on its subject is: then the evidence goes there."""
    if _is_open(session, alert):
        return
    worst = min(tier, Tier(alert.tier), key=lambda t: t.rank)
    if reply.response_id is not None:
        alert.response_id = reply.response_id
    take_up_again(
        service, session, alert, now=now, agent=SYSTEM, detail=detail, tier=worst, ladders=reply.program.escalation
    )


def _is_open(session: Session, alert: Alert) -> bool:
    """Whether the alert is open, or another one on its subject is."""
    if alert.status != AlertStatus.RESOLVED:
        return True
    return bool(alerts.lock_open_alerts(session, patient_id=alert.patient_id, subjects=[alert.subject]))
