"""A patient's responses with their answers, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import Database, Session, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.reports.api_lists.patients import find_patient_or_raise
from app.tables import Answer, QuestionnaireResponse


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One filled-in questionnaire. ``answers`` maps each ``link_id`` to a number, words, or ``None`` (skipped)."""

    id: str
    check_in: str | None
    status: str
    respondent: str
    channel: str
    authored_at: datetime
    late: bool
    historical: bool
    answers: Mapping[str, float | str | None]


def list_responses(
    db: Database, *, site_id: str, patient_id: str, after: Position | None = None, limit: int = 50
) -> Page[ResponseRow]:
    """A patient's responses, their helpers' too; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        find_patient_or_raise(session, patient_id)
        return cut(responses_of(session, patient_id, after=after, limit=limit), limit)


def get_response_row(db: Database, *, site_id: str, response_id: str) -> ResponseRow:
    """One response; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(QuestionnaireResponse, response_id)
        if found is None:
            raise NotFound("there is no such response")
        return _rows(session, [found])[0]


def responses_of(
    session: Session, patient_id: str, *, after: Position | None, limit: int
) -> list[tuple[Position, ResponseRow]]:
    """Rows with their positions, one more than ``limit`` where there are more."""
    table = QuestionnaireResponse
    wanted = select(table).where(table.patient_id == patient_id)
    statement = newest_first(wanted, table.authored_at, table.id, after=after, limit=limit)
    return [(Position(row.authored_at, row.id), row) for row in _rows(session, session.scalars(statement).all())]


def _rows(session: Session, found: Sequence[QuestionnaireResponse]) -> list[ResponseRow]:
    answers: dict[str, dict[str, float | str | None]] = {response.id: {} for response in found}
    wanted = select(Answer).where(Answer.response_id.in_(list(answers)))
    for answer in session.scalars(wanted.order_by(Answer.answered_at, Answer.link_id)):
        answers[answer.response_id][answer.link_id] = _said(answer)
    return [
        ResponseRow(
            id=r.id, check_in=r.check_in, status=r.status, respondent=r.respondent, channel=r.channel,
            authored_at=r.authored_at, late=r.late, historical=r.historical, answers=answers[r.id],
        )
        for r in found
    ]  # fmt: skip


def _said(answer: Answer) -> float | str | None:
    if answer.status == "skipped":
        return None
    if answer.value is None:
        return answer.text
    return int(answer.value) if answer.value.is_integer() else answer.value
