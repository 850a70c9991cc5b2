"""SQL for published questionnaires, responses and answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.questionnaires.models import Answer, PublishedQuestionnaire, QuestionnaireResponse

# Every text asks this, so it is made once: making it takes longer than running it.
_OF_CHECKIN = (
    select(QuestionnaireResponse, Answer)
    .outerjoin(Answer, Answer.response_id == QuestionnaireResponse.id)
    .where(QuestionnaireResponse.checkin_id == bindparam("checkin_id"))
    .order_by(Answer.link_id)
)


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


def first_response_ids(
    session: Session, *, patient_id: str, enrolment_id: str | None, before: datetime, limit: int
) -> list[str]:
    """The oldest responses of an enrolment, a handful: where a baseline is found."""
    wanted = select(QuestionnaireResponse.id).where(
        QuestionnaireResponse.patient_id == patient_id,
        QuestionnaireResponse.enrolment_id == enrolment_id,
        QuestionnaireResponse.status != "entered-in-error",
        QuestionnaireResponse.authored_at < before,
    )
    by_age = QuestionnaireResponse.authored_at, QuestionnaireResponse.id
    return list(session.scalars(wanted.order_by(*by_age).limit(limit)))


def list_responses_by_id(session: Session, *, ids: Sequence[str]) -> Sequence[QuestionnaireResponse]:
    """Some responses, oldest first."""
    if not ids:
        return []
    wanted = select(QuestionnaireResponse).where(QuestionnaireResponse.id.in_(ids))
    return session.scalars(wanted.order_by(QuestionnaireResponse.authored_at, QuestionnaireResponse.id)).all()


def list_responses_since(
    session: Session, *, enrolment_ids: Sequence[str], since: datetime, first: int
) -> Sequence[QuestionnaireResponse]:
    """The responses of some enrolments since a moment, and of each its ``first`` ones, errors left out."""
    mine = (
        QuestionnaireResponse.enrolment_id.in_(enrolment_ids),
        QuestionnaireResponse.status != "entered-in-error",
    )
    by_age = QuestionnaireResponse.authored_at, QuestionnaireResponse.id
    place = func.row_number().over(partition_by=QuestionnaireResponse.enrolment_id, order_by=by_age)
    old = (*mine, QuestionnaireResponse.authored_at < since)
    numbered = select(QuestionnaireResponse.id, place.label("place")).where(*old).subquery()
    earliest = select(numbered.c.id).where(numbered.c.place <= first)
    wanted = select(QuestionnaireResponse).where(
        *mine, or_(QuestionnaireResponse.authored_at >= since, QuestionnaireResponse.id.in_(earliest))
    )
    return session.scalars(wanted.order_by(*by_age)).all()


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
