"""SQL for published questionnaires, responses and answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.errors import NotFound
from app.questionnaires.models import Answer, PublishedQuestionnaire, QuestionnaireResponse

# Every text asks this, so it is made once: making it takes longer than running it.
_OF_CHECKIN = (
    select(QuestionnaireResponse, Answer)
    .outerjoin(Answer, Answer.response_id == QuestionnaireResponse.id)
    .where(QuestionnaireResponse.checkin_id == bindparam("checkin_id"))
    .order_by(Answer.link_id)
)
_A_NUMBER = (Answer.value.is_not(None), Answer.status != "skipped")


class OneRespondent(NamedTuple):
    """Whose responses: one respondent's of one enrolment, up to a moment."""

    patient_id: str
    enrolment_id: str | None
    respondent: str
    upto: datetime


def _of(row: type[QuestionnaireResponse]) -> tuple[ColumnElement[bool], ...]:
    """What the responses of one respondent have in common; errors are left out."""
    return (
        row.patient_id == bindparam("patient_id"),
        row.enrolment_id.is_not_distinct_from(bindparam("enrolment_id")),
        row.respondent == bindparam("respondent"),
        row.status != "entered-in-error",
        row.authored_at <= bindparam("upto"),
    )


_LAST_OF = (
    select(QuestionnaireResponse)
    .where(*_of(QuestionnaireResponse))
    .order_by(QuestionnaireResponse.authored_at.desc(), QuestionnaireResponse.id.desc())
    .limit(1)
)
_ASKED_OF = select(QuestionnaireResponse.questionnaire_id).where(*_of(QuestionnaireResponse)).distinct()


def get_questionnaire(session: Session, *, questionnaire_id: str) -> PublishedQuestionnaire:
    """The published version with this id."""
    found = session.get(PublishedQuestionnaire, questionnaire_id)
    if found is None:
        raise NotFound("there is no such questionnaire")
    return found


def find_questionnaire(session: Session, *, name: str, version: str | None = None) -> PublishedQuestionnaire | None:
    """A version of the questionnaire with this name; without ``version`` the one published last."""
    wanted = select(PublishedQuestionnaire).where(PublishedQuestionnaire.name == name)
    if version is not None:
        wanted = wanted.where(PublishedQuestionnaire.version == version)
    return session.scalars(wanted.order_by(PublishedQuestionnaire.published_at.desc())).first()


def find_questionnaire_by_url(session: Session, *, url: str, version: str) -> PublishedQuestionnaire | None:
    """The published version of a canonical URL."""
    wanted = select(PublishedQuestionnaire).where(PublishedQuestionnaire.url == url)
    return session.scalar(wanted.where(PublishedQuestionnaire.version == version))


def find_response(session: Session, *, checkin_id: str) -> tuple[QuestionnaireResponse | None, list[Answer]]:
    """What was answered to a check-in so far: the response, if there is one, and its answers."""
    rows = session.execute(_OF_CHECKIN, {"checkin_id": checkin_id}).all()
    return (rows[0][0] if rows else None), [row[1] for row in rows if row[1] is not None]


def list_answers(session: Session, *, response_ids: Sequence[str]) -> Sequence[Answer]:
    """The answers of some responses."""
    if not response_ids:
        return []
    return session.scalars(select(Answer).where(Answer.response_id.in_(response_ids))).all()


def list_responses(
    session: Session, *, patient_id: str, enrolment_id: str | None, before: datetime, since: datetime
) -> Sequence[QuestionnaireResponse]:
    """A patient's responses of one enrolment in a stretch of time, oldest first, errors left out."""
    return session.scalars(
        select(QuestionnaireResponse)
        .where(
            QuestionnaireResponse.patient_id == patient_id,
            QuestionnaireResponse.enrolment_id == enrolment_id,
            QuestionnaireResponse.status != "entered-in-error",
            QuestionnaireResponse.authored_at >= since,
            QuestionnaireResponse.authored_at <= before,
        )
        .order_by(QuestionnaireResponse.authored_at, QuestionnaireResponse.id)
    ).all()


def find_last_response(
    session: Session, *, patient_id: str, respondent: str, since: datetime
) -> QuestionnaireResponse | None:
    """The latest response about a patient since a moment, of the patient or of those who help."""
    wanted = select(QuestionnaireResponse).where(
        QuestionnaireResponse.patient_id == patient_id,
        QuestionnaireResponse.respondent == respondent,
        QuestionnaireResponse.status != "entered-in-error",
        QuestionnaireResponse.authored_at >= since,
    )
    by_age = QuestionnaireResponse.authored_at.desc(), QuestionnaireResponse.id
    return session.scalars(wanted.order_by(*by_age).limit(1)).first()


def find_last_of(session: Session, of: OneRespondent) -> QuestionnaireResponse | None:
    """The latest of them."""
    return session.scalars(_LAST_OF, of._asdict()).first()


def list_asked(session: Session, of: OneRespondent) -> Sequence[str]:
    """The questionnaires that they answer, by id."""
    return session.scalars(_ASKED_OF, of._asdict()).all()


def list_first_answered(
    session: Session, of: OneRespondent, items: Sequence[tuple[str, Sequence[str]]]
) -> Sequence[QuestionnaireResponse]:
    """The first of them to answer each of some items with a number: a ``link_id``, and the questionnaires it is in.

    Each is looked for from the oldest on, and mostly found at once, however many there are.
    """
    if not items:
        return []
    sought = {f"link_id_{n}": link_id for n, (link_id, _) in enumerate(items)}
    asked = {f"asked_{n}": list(ids) for n, (_, ids) in enumerate(items)}
    return session.scalars(_first_answered(len(items)), {**of._asdict(), **sought, **asked}).all()


@lru_cache
def _first_answered(how_many: int) -> Select[QuestionnaireResponse]:
    """The statement for so many items, made once: making it takes far longer than running it."""
    row = aliased(QuestionnaireResponse)
    firsts = [
        select(row.id)
        .join(Answer, Answer.response_id == row.id)
        .where(*_of(row), row.questionnaire_id.in_(bindparam(f"asked_{n}", expanding=True)))
        .where(Answer.link_id == bindparam(f"link_id_{n}"), *_A_NUMBER)
        .order_by(row.authored_at, row.id)
        .limit(1)
        .scalar_subquery()
        for n in range(how_many)
    ]
    return select(QuestionnaireResponse).where(QuestionnaireResponse.id.in_(firsts))


def list_responses_by_id(session: Session, *, ids: Sequence[str]) -> Sequence[QuestionnaireResponse]:
    """Some responses, oldest first."""
    if not ids:
        return []
    wanted = select(QuestionnaireResponse).where(QuestionnaireResponse.id.in_(ids))
    return session.scalars(wanted.order_by(QuestionnaireResponse.authored_at, QuestionnaireResponse.id)).all()


def list_responses_since(
    session: Session, *, whose: Mapping[str, str], authored: datetime, came: datetime
) -> Sequence[QuestionnaireResponse]:
    """The responses of some enrolments (patients by enrolment) that were authored, or came, since; errors left out.

    Of the older ones those that were the first to answer an item with a number, and each respondent's last.
    """
    row = QuestionnaireResponse
    mine = row.patient_id.in_(whose.values()), row.enrolment_id.in_(whose), row.status != "entered-in-error"
    old = (*mine, row.authored_at < authored, row.created_at < came)
    one = row.enrolment_id, row.respondent
    oldest = func.row_number().over(
        partition_by=(*one, row.questionnaire_id, Answer.link_id), order_by=(row.authored_at, row.id)
    )
    latest = func.row_number().over(partition_by=one, order_by=(row.authored_at.desc(), row.id.desc()))
    numbers = select(row.id, oldest.label("place")).join(Answer, Answer.response_id == row.id).where(*old, *_A_NUMBER)
    kept = [
        select(numbered.c.id).where(numbered.c.place == 1)
        for numbered in (numbers.subquery(), select(row.id, latest.label("place")).where(*old).subquery())
    ]
    wanted = select(row).where(
        *mine, or_(row.authored_at >= authored, row.created_at >= came, *(row.id.in_(ids) for ids in kept))
    )
    return session.scalars(wanted.order_by(row.authored_at, row.id)).all()


def list_values(session: Session, *, response_ids: Sequence[str]) -> Sequence[tuple[str, str, str, float | None, str]]:
    """The answers of many responses: response, row, ``link_id``, number, status. Words are read with ``list_words``."""
    wanted = select(Answer.response_id, Answer.id, Answer.link_id, Answer.value, Answer.status)
    rows = session.execute(wanted.where(Answer.response_id.in_(response_ids)))
    return [(response_id, id, link_id, value, status) for response_id, id, link_id, value, status in rows]


def list_words(session: Session, *, response_ids: Sequence[str]) -> dict[str, str]:
    """The words in the answers of some responses, by the answer's id; most answers have none."""
    wanted = select(Answer).where(Answer.response_id.in_(response_ids), Answer._text.is_not(None))
    return {answer.id: answer.text for answer in session.scalars(wanted)}


def count_responses(session: Session, *, since: datetime) -> int:
    """How many responses a site has since a moment."""
    wanted = select(func.count()).select_from(QuestionnaireResponse)
    return session.scalar(wanted.where(QuestionnaireResponse.authored_at >= since)) or 0
