"""Judge a response, or a missed check-in, by its program's rules, on the person's history."""

from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo

from app.alerts.entries import Entry
from app.alerts.judgement import Circumstances, Judgement, judge
from app.alerts.past import FIRST, HORIZON, Known, Past
from app.alerts.rules import Finding, red_only
from app.checkins.models import Checkin
from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.db import Session
from app.logs import get_logger
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.workflows import recall
from app.workflows.circumstances import count_held_back, load_circumstances
from app.workflows.definitions import Program
from app.workflows.recall import Said
from app.workflows.suggest_step_down import word_suggestions
from app.zones import zone

log = get_logger()


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
    local = zone(patient.time_zone)
    known = recall.answered(session, response, map(Said.of, answers), local)
    # What is being judged has no tier yet.
    current = known._replace(tier=None, judged=False, texts=tuple(dict.fromkeys((*known.texts, *texts))))
    entries: list[Entry] = []
    if completed or any(rule.looks_back_from_an_answer for rule in red_only(circumstances.rules)):
        entries = _past(session, response, local)
    judgement = _judge([*entries, current], circumstances, program, completed=completed)
    if judgement.findings and not entries:
        # Most answers need nobody: the past is read only to say, of one that does, how it was before.
        entries = _past(session, response, local)
        judgement = _judge([*entries, current], circumstances, program, completed=completed)
    record, at = judgement.record, response.authored_at
    count_held_back(session, patient_id=patient.id, record=record, before=response.findings, at=at)
    response.findings = record
    return word_suggestions(session, patient=patient, check_in=response.check_in, findings=judgement.findings, at=at)


def judge_missed(session: Session, *, patient: Patient, program: Program, checkin: Checkin) -> list[Finding]:
    """What a check-in that closed without an answer needs a person for; it is kept with the check-in."""
    at, enrolment_id, local = checkin.window_ends_at, checkin.enrolment_id, zone(patient.time_zone)
    responses = questionnaires.list_responses(
        session, patient_id=patient.id, enrolment_id=enrolment_id, before=at, since=at - HORIZON
    )
    past = Past(_answered(session, responses, local), _missed(session, enrolment_id, at - HORIZON, at, local))
    enrolment = program_store.get_enrolment(session, enrolment_id=enrolment_id)
    circumstances = load_circumstances(session, patient=patient, program=program, at=at)
    judgement = _judge(
        [*past.before_silence(at), recall.silence(session, checkin, local)], circumstances, program,
        enrolled_at=enrolment.enrolled_at,
    )  # fmt: skip
    checkin.findings = judgement.record
    return word_suggestions(session, patient=patient, check_in=None, findings=judgement.findings, at=at)


def _judge(
    history: Sequence[Entry],
    circumstances: Circumstances,
    program: Program,
    *,
    completed: bool = True,
    enrolled_at: datetime | None = None,
) -> Judgement:
    judgement = judge(history, circumstances, completed=completed, enrolled_at=enrolled_at)
    for rule_id, error in judgement.failures:
        log.error("rule_failed" if rule_id else "evaluator_failed", name=rule_id, version=program.label, exc_info=error)
    return judgement


def _past(session: Session, response: QuestionnaireResponse, local: tzinfo) -> list[Entry]:
    mine, enrolment_id, at = response.patient_id, response.enrolment_id, response.authored_at
    recent = questionnaires.list_responses(
        session, patient_id=mine, enrolment_id=enrolment_id, before=at, since=at - HORIZON
    )
    known = {response.id, *(row.id for row in recent)}
    first_ids = questionnaires.first_response_ids(
        session, patient_id=mine, enrolment_id=enrolment_id, before=at, limit=FIRST
    )
    first = questionnaires.list_responses_by_id(session, ids=[id for id in first_ids if id not in known])
    missed = _missed(session, enrolment_id, at - HORIZON, at, local) if enrolment_id is not None else []
    return Past(_answered(session, [*first, *recent], local), missed).before_answer(at, response.id)


def _answered(session: Session, responses: Sequence[QuestionnaireResponse], local: tzinfo) -> list[Known]:
    answers = recall.said_in(session, [row.id for row in responses])
    return [
        Known(row.authored_at, row.id, recall.answered(session, row, answers.get(row.id, ()), local))
        for row in responses
    ]


def _missed(session: Session, enrolment_id: str, since: datetime, until: datetime, local: tzinfo) -> list[Known]:
    rows = checkins.list_closed_checkins(session, enrolment_id=enrolment_id, since=since, before=until)
    return [Known(row.window_ends_at, row.id, recall.silence(session, row, local)) for row in rows]
