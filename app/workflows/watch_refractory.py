"""Notice a symptom that stays above the goal although something was done, and ask for a palliative review."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.alerts.entries import ItemFacts
from app.alerts.history import Answer, History
from app.alerts.lifecycle import Outcome
from app.alerts.refractory import LOOK_BACK, Intervention, judge_refractory, reason_of, stretch_above
from app.alerts.store import alerts
from app.checkins.plan import GOALS
from app.codes import Respondent, Tier
from app.db import Session
from app.escalation.hours import ClinicHours
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.questionnaires.engine import Given
from app.questionnaires.models import QuestionnaireResponse
from app.staff import store as staff
from app.workflows import recall
from app.workflows.circumstances import load_circumstances
from app.workflows.concern import Concern
from app.workflows.definitions import Program, load_items
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import Service
from app.zones import zone

_WEEK = timedelta(days=7)
_REVIEW_WORKS_IN = timedelta(days=14)
_DONE = tuple(outcome for outcome in Outcome if outcome.changes_care)
_SCALE_END = 10


def watch_refractory(
    service: Service,
    session: Session,
    *,
    patient: Patient,
    program: Program,
    response: QuestionnaireResponse,
    given: Mapping[str, Given],
) -> None:
    """Look at a response that is complete. Nothing was done about the person's symptoms lately: one query, no more."""
    if response.respondent == Respondent.CAREGIVER or response.check_in == GOALS:
        return
    named = _burdens(session, response, given)
    if not named:
        return
    done: dict[str, list[Intervention]] = {}
    for subject, at, outcome in alerts.list_acted_on(
        session, patient_id=patient.id, subjects=[f"{response.respondent}:{name}" for name in named],
        outcomes=_DONE, since=response.authored_at - LOOK_BACK,
    ):  # fmt: skip
        done.setdefault(subject.partition(":")[2], []).append(Intervention(at, outcome))
    if not done:
        return
    settled = alerts.latest_by_subject(session, patient_ids=[patient.id], subjects=[_subject(name) for name in done])
    history = _history(session, patient, program, response)
    for name, tried in done.items():
        subject = _subject(name)
        before = settled.get(subject)
        if subject in settled and (before is None or service.clock.now() - before < _REVIEW_WORKS_IN):
            continue  # it is being looked at, or what the last review began has had no time to work
        concern = _judge(history, named[name], tried, since=before, now=service.clock.now())
        if concern is not None:
            about: dict[str, Any] = {"patient": patient, "program": program, "respondent": response.respondent}
            policy = _policy(session, patient)
            raise_concern(
                service, session,
                Concern(kind="referral", subject=subject, tier=Tier.AMBER, policy=policy, **concern, **about),
            )  # fmt: skip


def _judge(
    history: History, facts: ItemFacts, tried: Sequence[Intervention], *, since: datetime | None, now: datetime
) -> dict[str, Any] | None:
    goal = history.goal(facts)
    if goal is None:
        return None
    answers: list[Answer] = []
    while (answer := history.series(facts).back(len(answers))) is not None:
        if since is not None and answer.at <= since:
            break  # a review has looked at these
        answers.append(answer)
    found = judge_refractory(stretch_above(answers, goal.value, worse=facts.worse), tried)
    if found is None:
        return None
    reason = reason_of(found, facts.label, goal.value, default_goal=not goal.given, due=now + _WEEK)
    last = found.answers[-1]
    values = {
        "item": facts.link_id, "value": last.value, "worse": facts.worse, "goal": goal.value,
        "authored_at": last.at.isoformat(), "due_at": (now + _WEEK).isoformat(),
    }  # fmt: skip
    return {"reason": reason, "values": values, "rules": ("refractory",)}


def _burdens(session: Session, response: QuestionnaireResponse, given: Mapping[str, Given]) -> dict[str, ItemFacts]:
    """The 0-10 symptoms that are there at all, by ``link_id``."""
    found = {}
    for name, facts in load_items(session, response.questionnaire_id).by_link.items():
        answer = given.get(name)
        if facts.kind == "scale" and facts.high == _SCALE_END and answer is not None and answer.value is not None:
            best = _SCALE_END if facts.worse == "low" else 0
            if answer.value != best:
                found[name] = facts
    return found


def _history(session: Session, patient: Patient, program: Program, response: QuestionnaireResponse) -> History:
    at, local = response.authored_at, zone(patient.time_zone)
    rows = questionnaires.list_responses(
        session, patient_id=patient.id, enrolment_id=response.enrolment_id, before=at, since=at - LOOK_BACK
    )
    said = recall.said_in(session, [row.id for row in rows])
    earlier = [row for row in rows if row.id != response.id]
    entries = [recall.answered(session, row, said.get(row.id, ()), local) for row in [*earlier, response]]
    holds = load_circumstances(session, patient=patient, program=program, at=at)
    return History.of(
        entries, goals=holds.goals, baselines=holds.baselines, default_goals=holds.default_goals, enrolled_at=None
    )


def _policy(session: Session, patient: Patient) -> dict[str, Any]:
    """One week by the clinic's clock, which counts the days on which it opens: paged when it opens, then the owner."""
    site = staff.get_site(session, site_id=patient.site_id)
    try:
        days = sum(bool(day) for day in ClinicHours.from_mapping(site.clinic_hours, site.time_zone).week)
    except ValueError:
        days = _WEEK.days
    return {
        "clock": "clinic",
        "steps": [{"page": "on_call"}],
        "acknowledge_within": "P1D",
        "resolve_within": f"P{days}D",
    }


def _subject(name: str) -> str:
    return f"refractory:{name}"
