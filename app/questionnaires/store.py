"""SQL for published questionnaires, responses and answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
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


def first_response_ids(session: Session, *, patient_id: str, enrolment_id: str | None, before: datetime) -> list[str]:
    """The oldest responses of an enrolment, a handful: where a baseline is found."""
    wanted = select(QuestionnaireResponse.id).where(
        QuestionnaireResponse.patient_id == patient_id,
        QuestionnaireResponse.enrolment_id == enrolment_id,
        QuestionnaireResponse.status != "entered-in-error",
        QuestionnaireResponse.authored_at < before,
    )
    return list(session.scalars(wanted.order_by(QuestionnaireResponse.authored_at).limit(10)))


def list_responses_by_id(session: Session, *, ids: Sequence[str]) -> Sequence[QuestionnaireResponse]:
    """Some responses, oldest first."""
    if not ids:
        return []
    wanted = select(QuestionnaireResponse).where(QuestionnaireResponse.id.in_(ids))
    return session.scalars(wanted.order_by(QuestionnaireResponse.authored_at, QuestionnaireResponse.id)).all()
