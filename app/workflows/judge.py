"""Judge a response, or a missed check-in, by its program's rules, on the person's history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.alerts.judgement import Circumstances, Judgement, judge
from app.alerts.rules import Finding, red_only
from app.checkins import store as checkins
from app.checkins.models import Checkin
from app.db import Session
from app.logs import get_logger
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.workflows.circumstances import load_circumstances
from app.workflows.definitions import Program, load_items, load_questionnaire
from app.zones import zone

log = get_logger()

# The longest look back of any condition: "best" of the last 28 days. A baseline is fetched apart.
_HORIZON = timedelta(days=28)


def judge_response(
    session: Session,
    *,
    patient: Patient,
    program: Program,
    response: QuestionnaireResponse,
    completed: bool,
    texts: Sequence[str] = (),
    answers: Collection[Answer] | None = None,
) -> list[Finding]:
    """What a response needs a person for; while it is not ``completed`` only rules run that one answer may fire.

    ``texts`` are words that came with the answers; ``answers`` are the response's, read where they are not given.
    What was found is kept with the response. Never raises: whatever the rules cannot judge is a red review.
    """
    circumstances = load_circumstances(session, patient=patient, program=program, at=response.authored_at)
    if answers is None:
        answers = questionnaires.list_answers(session, response_ids=[response.id])
    current = _entry(session, response, answers)
    current["texts"] = tuple(texts)
    current.pop("tier")  # what is being judged has none yet
    entries: list[dict[str, Any]] = []
    if completed or any(rule.looks_back_from_an_answer for rule in red_only(circumstances.rules)):
        entries = _past(session, response, since=response.authored_at - _HORIZON)
    judgement = _judge([*entries, current], circumstances, program, patient, completed=completed)
    if judgement.findings and not entries:
        # Most answers need nobody: the past is read only to say, of one that does, how it was before.
        entries = _past(session, response, since=response.authored_at - _HORIZON)
        judgement = _judge([*entries, current], circumstances, program, patient, completed=completed)
    response.findings = judgement.record
    return list(judgement.findings)


def judge_missed(session: Session, *, patient: Patient, program: Program, checkin: Checkin) -> list[Finding]:
    """What a check-in that closed without an answer needs a person for; it is kept with the check-in."""
    at, enrolment_id = checkin.window_ends_at, checkin.enrolment_id
    since = at - _HORIZON
    responses = questionnaires.list_responses(
        session, patient_id=patient.id, enrolment_id=enrolment_id, before=at, since=since
    )
    entries = _entries(session, responses) + _missed(session, enrolment_id, since, at - timedelta(microseconds=1))
    ordered = sorted(entries, key=lambda e: e["authored_at"])
    enrolment = checkins.get_enrolment(session, enrolment_id=enrolment_id)
    circumstances = load_circumstances(session, patient=patient, program=program, at=at)
    judgement = _judge(
        [*ordered, _silence(checkin)], circumstances, program, patient, enrolled_at=enrolment.enrolled_at
    )
    checkin.findings = judgement.record
    return list(judgement.findings)


def _judge(
    history: Sequence[Mapping[str, Any]],
    circumstances: Circumstances,
    program: Program,
    patient: Patient,
    *,
    completed: bool = True,
    enrolled_at: datetime | None = None,
) -> Judgement:
    # Reasons name dates as the patient's calendar has them.
    local = zone(patient.time_zone)
    entries = [{**entry, "authored_at": entry["authored_at"].astimezone(local)} for entry in history]
    judgement = judge(entries, circumstances, completed=completed, enrolled_at=enrolled_at)
    for rule_id, error in judgement.failures:
        log.error("rule_failed" if rule_id else "evaluator_failed", name=rule_id, version=program.label, exc_info=error)
    return judgement


def _past(session: Session, response: QuestionnaireResponse, since: datetime) -> list[dict[str, Any]]:
    mine, enrolment_id, before = response.patient_id, response.enrolment_id, response.authored_at
    recent = [
        r
        for r in questionnaires.list_responses(
            session, patient_id=mine, enrolment_id=enrolment_id, before=before, since=since
        )
        if r.id != response.id
    ]
    known = {response.id, *(r.id for r in recent)}
    first_ids = [
        i
        for i in questionnaires.first_response_ids(session, patient_id=mine, enrolment_id=enrolment_id, before=before)
        if i not in known
    ]
    first = questionnaires.list_responses_by_id(session, ids=first_ids)
    entries = _entries(session, [*first, *recent])
    if response.enrolment_id is not None:
        entries += _missed(session, response.enrolment_id, since, response.authored_at)
    return sorted(entries, key=lambda e: e["authored_at"])


def _entries(session: Session, responses: Sequence[QuestionnaireResponse]) -> list[dict[str, Any]]:
    answers: dict[str, list[Answer]] = {}
    for answer in questionnaires.list_answers(session, response_ids=[r.id for r in responses]):
        answers.setdefault(answer.response_id, []).append(answer)
    return [_entry(session, r, answers.get(r.id, ())) for r in responses]


def _entry(session: Session, response: QuestionnaireResponse, answers: Collection[Answer]) -> dict[str, Any]:
    questionnaire = load_questionnaire(session, response.questionnaire_id)
    return {
        "authored_at": response.authored_at,
        "respondent": response.respondent,
        "check_in": response.check_in,
        "status": response.status,
        "late": response.late,
        "questionnaire": questionnaire.url,
        "recall_period": questionnaire.recall_period,
        "language": response.language,
        "items": load_items(session, response.questionnaire_id),
        "tier": response.tier,
        "answers": {a.link_id: None if a.status == "skipped" else _value(a) for a in answers},
    }


def _value(answer: Answer) -> float | str | None:
    if answer.value is None:
        return answer.text or None
    return int(answer.value) if answer.value == int(answer.value) else answer.value


def _missed(session: Session, enrolment_id: str, since: datetime, before: datetime) -> list[dict[str, Any]]:
    rows = checkins.list_closed_checkins(session, enrolment_id=enrolment_id, since=since, before=before)
    return [_silence(row) for row in rows]


def _silence(checkin: Checkin) -> dict[str, Any]:
    return {
        "authored_at": checkin.window_ends_at,
        "respondent": "proxy" if checkin.related_person_id else "self",
        "check_in": checkin.name,
        "status": "missed",
        "answers": {},
    }
