"""Take in a whole response from another system: the same rules as for texts and the web form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.alerts.red_flags import find
from app.alerts.rules import Finding
from app.audit import store as audit
from app.checkins.plan import GOALS
from app.checkins.store import programs as program_store
from app.codes import Channel, Tier
from app.db import Session, retry_on_conflict, site_scope
from app.errors import Rejected
from app.patients import store as patients
from app.questionnaires import store as questionnaires
from app.questionnaires.definition import Questionnaire
from app.questionnaires.engine import Given
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.workflows.concern import concerns_of
from app.workflows.definitions import Program, load_program, load_questionnaire
from app.workflows.judge import judge_response
from app.workflows.keep_goals import keep_goals
from app.workflows.raise_alerts import raise_alerts
from app.workflows.service import Service
from app.workflows.submit_form import read_value
from app.workflows.team_message import flag_finding
from app.workflows.watch_refractory import watch_refractory

_AHEAD_AT_MOST = timedelta(minutes=5)
_FRESH = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseGiven:
    """A response from another system. ``answers`` maps a ``link_id`` to a number, words, or ``None`` (skipped)."""

    answers: Mapping[str, Any]
    authored_at: datetime
    check_in: str | None = None
    historical: bool = False


@retry_on_conflict
def record_response(service: Service, *, site_id: str, patient_id: str, given: ResponseGiven, agent: str) -> str:
    """Store and judge a response; returns its id.

    One older than 48 hours, or marked historical, is judged too, but raises nothing above watch and texts nobody.
    Raises ``NotFound``, ``Rejected`` naming each wrong field.
    """
    now = service.clock.now()
    if given.authored_at > now + _AHEAD_AT_MOST:
        raise Rejected({"authored_at": ["is more than five minutes in the future."]})
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        program, enrolment_id, check_in, questionnaire_id = _where(session, patient.id, given.check_in)
        questionnaire = load_questionnaire(session, questionnaire_id)
        answers = _read(questionnaire, given.answers)
        capped = given.historical or now - given.authored_at > _FRESH
        response = QuestionnaireResponse(
            patient_id=patient.id, enrolment_id=enrolment_id, checkin_id=None, check_in=check_in,
            questionnaire_id=questionnaire_id, respondent="self", related_person_id=None, channel=Channel.API,
            language=patient.language, status="completed", authored_at=given.authored_at, late=False,
            historical=given.historical, tier=None, created_at=now,
        )  # fmt: skip
        session.add(response)
        session.flush()
        for link_id, answer in answers.items():
            session.add(
                Answer(
                    response_id=response.id, link_id=link_id, value=answer.value, text=answer.text,
                    status="skipped" if answer.skipped else "answered", channel=Channel.API,
                    answered_at=given.authored_at,
                )
            )  # fmt: skip
        session.flush()
        texts = [answer.text for answer in answers.values() if answer.text]
        findings = judge_response(
            session, patient=patient, program=program, response=response, completed=True, texts=texts
        )
        if check_in == GOALS:
            # No rule looks at goals, but red-flag words are looked for in whatever a person writes.
            findings = [flag_finding(flag) for text in texts for flag in find(text, patient.language)]
            keep_goals(session, response, questionnaire, answers, response.authored_at)
        findings = [_cap(f) for f in findings] if capped else findings
        concerns = concerns_of(
            findings, patient=patient, response_id=response.id, respondent="self", program=program, always=capped
        )  # fmt: skip
        raised = raise_alerts(service, session, concerns)
        response.findings = raised.mark(response.findings or ())
        if not capped:
            watch_refractory(service, session, patient=patient, program=program, response=response, given=answers)
        tiers = [finding.tier for finding in findings if finding.subject not in raised.settled]
        response.tier = min(tiers, key=lambda tier: tier.rank, default=None)
        audit.record(session, agent=agent, action="record", entity="response", entity_id=response.id, now=now)
        return response.id


def _where(session: Session, patient_id: str, check_in: str | None) -> tuple[Program, str, str, str]:
    """The program, enrolment, check-in and questionnaire that a response belongs to; without a name the first one."""
    names: list[str] = []
    for enrolment in reversed(program_store.list_enrolments(session, patient_id=patient_id)):
        program = load_program(session, enrolment.program_id)
        for definition in program.check_ins:
            names.append(definition.name)
            if definition.respondent == "patient" and check_in in (None, definition.name):
                row = questionnaires.find_questionnaire(session, name=definition.questionnaire)
                if row is not None:
                    return program, enrolment.id, definition.name, row.id
    said = f"must be one of {', '.join(sorted(set(names)))}." if names else "the patient is not enrolled in a program."
    raise Rejected({"check_in": [said]})


def _read(questionnaire: Questionnaire, raw: Mapping[str, Any]) -> dict[str, Given]:
    problems: dict[str, list[str]] = {}
    answers: dict[str, Given] = {}
    if not raw:
        raise Rejected({"answers": ["at least one answer is needed."]})
    for link_id, value in raw.items():
        try:
            item = questionnaire.item(link_id)
        except KeyError:
            problems[f"answers.{link_id}"] = ["is not a question of this questionnaire."]
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | str | None):
            problems[f"answers.{link_id}"] = ["must be a number, words or null."]
            continue
        try:
            answers[link_id] = Given(skipped=True) if value is None else read_value(item, str(value))
        except Rejected as error:
            problems[f"answers.{link_id}"] = [text for texts in error.problems.values() for text in texts]
    if problems:
        raise Rejected(problems)
    return answers


def _cap(finding: Finding) -> Finding:
    """The same finding as one for the daily list: what is old pages nobody."""
    return finding if finding.tier is Tier.WATCH else replace(finding, tier=Tier.WATCH)
