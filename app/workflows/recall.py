"""A person's answers and silences as rules read them. Live judging and rehearsal both make them here."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import NamedTuple

from app.alerts.entries import AnswerValue, Entry
from app.checkins.models import Checkin
from app.checkins.store.checkins import Missed
from app.codes import Respondent
from app.db import Session
from app.questionnaires import store as questionnaires
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.questionnaires.scoring import scores_of
from app.workflows.definitions import load_items, load_questionnaire

_TOGETHER = 1000


class Said(NamedTuple):
    """What became of one question."""

    link_id: str
    value: float | None
    text: str
    skipped: bool

    @classmethod
    def of(cls, answer: Answer) -> "Said":
        """Take it from an answer's row."""
        return cls(answer.link_id, answer.value, answer.text, answer.status == "skipped")


def said_in(session: Session, response_ids: Sequence[str]) -> dict[str, list[Said]]:
    """What was said in some responses, by response. Read as numbers: a month of answers is far quicker than as rows."""
    found: dict[str, list[Said]] = {}
    for start in range(0, len(response_ids), _TOGETHER):
        part = response_ids[start : start + _TOGETHER]
        words = questionnaires.list_words(session, response_ids=part)
        for response_id, id, link_id, value, status in questionnaires.list_values(session, response_ids=part):
            found.setdefault(response_id, []).append(Said(link_id, value, words.get(id, ""), status == "skipped"))
    return found


def answered(session: Session, response: QuestionnaireResponse, answers: Iterable[Said], local: tzinfo) -> Entry:
    """A response as an entry, with its dates in the person's zone: reasons name those of their calendar.

    Words that came beside a number are among its ``texts``.
    """
    questionnaire = load_questionnaire(session, response.questionnaire_id)
    values: dict[str, AnswerValue] = {}
    beside: list[str] = []
    for said in answers:
        values[said.link_id] = None if said.skipped else _value(said)
        if said.text and said.value is not None:
            beside.append(said.text)
    return Entry(
        authored_at=response.authored_at.astimezone(local), respondent=Respondent(response.respondent),
        status=response.status, answers=values, check_in=response.check_in, questionnaire=questionnaire.url,
        recall_period=questionnaire.recall_period, language=response.language,
        items=load_items(session, response.questionnaire_id), late=response.late, tier=response.tier, judged=True,
        texts=tuple(beside), scores=scores_of(questionnaire, values) if questionnaire.scores else {},
    )  # fmt: skip


def unanswered(session: Session, questionnaire_id: str, like: Entry) -> Entry:
    """A questionnaire as an entry of the same respondent, to see how its items compare."""
    questionnaire = load_questionnaire(session, questionnaire_id)
    return Entry(
        like.authored_at, like.respondent, questionnaire=questionnaire.url, recall_period=questionnaire.recall_period,
        items=load_items(session, questionnaire_id),
    )  # fmt: skip


def silence(session: Session, checkin: Checkin | Missed, local: tzinfo) -> Entry:
    """A check-in that closed without an answer, as an entry."""
    questionnaire = load_questionnaire(session, checkin.questionnaire_id)
    return Entry(
        authored_at=checkin.window_ends_at.astimezone(local), status="missed", check_in=checkin.name,
        respondent=questionnaire.respondent(related=checkin.related_person_id is not None),
    )  # fmt: skip


def _value(said: Said) -> AnswerValue:
    if said.value is None:
        return said.text or None
    return int(said.value) if said.value == int(said.value) else said.value
