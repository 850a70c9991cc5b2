"""Judge a response, or a missed check-in, by its program's rules, on the person's history."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemFacts
from app.alerts.history import comparable, links_in
from app.alerts.judgement import Circumstances, Judgement, judge
from app.alerts.past import HORIZON, Known, Past, look_back
from app.alerts.rules import Finding, red_only
from app.checkins.models import Checkin
from app.checkins.store import checkins
from app.checkins.store import programs as program_store
from app.db import Session
from app.logs import get_logger
from app.patients.models import Patient
from app.questionnaires import store as questionnaires
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.questionnaires.store import OneRespondent
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
        entries = _past(session, response, current, circumstances.rules, local)
    judgement = _judge([*entries, current], circumstances, program, completed=completed)
    if judgement.findings and not entries:
        # Most answers need nobody: the past is read only to say, of one that does, how it was before.
        entries = _past(session, response, current, circumstances.rules, local)
        judgement = _judge([*entries, current], circumstances, program, completed=completed)
    record, at = judgement.record, response.authored_at
    count_held_back(session, patient_id=patient.id, record=record, before=response.findings, at=at)
    response.findings = record
    return word_suggestions(session, patient=patient, check_in=response.check_in, findings=judgement.findings, at=at)


def judge_missed(session: Session, *, patient: Patient, program: Program, checkin: Checkin) -> list[Finding]:
    """What a check-in that closed without an answer needs a person for; it is kept with the check-in."""
    at, local = checkin.window_ends_at, zone(patient.time_zone)
    silence = recall.silence(session, checkin, local)
    enrolment = program_store.get_enrolment(session, enrolment_id=checkin.enrolment_id)
    last = questionnaires.find_last_of(session, OneRespondent(patient.id, enrolment.id, silence.respondent, at))
    since = last.authored_at if last else enrolment.enrolled_at
    missed = checkins.list_missed(session, enrolment_id=enrolment.id, since=since, before=at)
    quiet = [Known(row.window_ends_at, row.id, recall.silence(session, row, local)) for row in missed]
    past = Past(_answered(session, [last] if last else [], local), quiet).before_silence(at, silence.respondent)
    circumstances = load_circumstances(session, patient=patient, program=program, at=at)
    judgement = _judge([*past, silence], circumstances, program, enrolled_at=enrolment.enrolled_at)
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


def _past(
    session: Session, response: QuestionnaireResponse, current: Entry, rules: Sequence[AlertRule], local: tzinfo
) -> list[Entry]:
    """What a response is held against: what is read of it grows with what its rules ask for, not with the history."""

    def between(length: timedelta) -> dict[str, QuestionnaireResponse]:
        rows = questionnaires.list_responses(
            session, patient_id=response.patient_id, enrolment_id=response.enrolment_id, before=at, since=at - length
        )
        return {row.id: row for row in rows if row.id != response.id}

    at, judged = response.authored_at, Known(response.authored_at, response.id, current)
    recent = between(HORIZON)
    known = _answered(session, recent.values(), local)
    reach, firsts = look_back(rules, [one.entry for one in known], current)
    older = between(reach) if reach > HORIZON else {}
    if firsts:
        older |= {row.id: row for row in _first_answered(session, response, current, firsts, at - reach)}
    known += _answered(session, [row for id, row in older.items() if id not in recent], local)
    return Past(known, ()).before_answer(judged, rules)


def _first_answered(
    session: Session, response: QuestionnaireResponse, current: Entry, items: Sequence[ItemFacts], before: datetime
) -> Sequence[QuestionnaireResponse]:
    """Where each item was answered first, whatever questionnaire asked for it, if that was before a moment."""
    of = OneRespondent(response.patient_id, response.enrolment_id, response.respondent, before)
    asked: dict[tuple[ItemFacts, str], list[str]] = {}
    for questionnaire_id in questionnaires.list_asked(session, of):
        entry = recall.unanswered(session, questionnaire_id, current)
        for facts in items if comparable(entry, current) else ():
            for link in links_in(entry, facts, current.questionnaire):
                asked.setdefault((facts, link), []).append(questionnaire_id)
    return questionnaires.list_first_answered(session, of, [(link, ids) for (_, link), ids in asked.items()])


def _answered(session: Session, responses: Collection[QuestionnaireResponse], local: tzinfo) -> list[Known]:
    answers = recall.said_in(session, [row.id for row in responses])
    return [
        Known(row.authored_at, row.id, recall.answered(session, row, answers.get(row.id, ()), local))
        for row in responses
    ]
