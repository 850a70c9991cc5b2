"""A patient's check-ins, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.db import Database, Session, site_scope
from app.errors import NotFound
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.reports.api_lists.patients import find_patient_or_raise
from app.tables import Checkin, QuestionnaireResponse


@dataclass(frozen=True, slots=True)
class CheckinRow:
    """One occasion on which somebody was asked. ``check_in`` is its name in the program, ``response`` an id."""

    id: str
    check_in: str
    status: str
    respondent: str
    due_at: datetime
    issued_at: datetime | None
    window_ends_at: datetime
    closed_at: datetime | None
    local_date: date
    response: str | None


def list_checkins(
    db: Database, *, site_id: str, patient_id: str, after: Position | None = None, limit: int = 50
) -> Page[CheckinRow]:
    """A patient's check-ins, their helpers' too; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        find_patient_or_raise(session, patient_id)
        return cut(checkins_of(session, patient_id, after=after, limit=limit), limit)


def get_checkin_row(db: Database, *, site_id: str, checkin_id: str) -> CheckinRow:
    """One check-in; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        found = session.get(Checkin, checkin_id)
        if found is None:
            raise NotFound("there is no such check-in")
        return _rows(session, [found])[0]


def checkins_of(
    session: Session, patient_id: str, *, after: Position | None, limit: int
) -> list[tuple[Position, CheckinRow]]:
    """Rows with their positions, one more than ``limit`` where there are more."""
    wanted = select(Checkin).where(Checkin.patient_id == patient_id)
    statement = newest_first(wanted, Checkin.due_at, Checkin.id, after=after, limit=limit)
    return [(Position(row.due_at, row.id), row) for row in _rows(session, session.scalars(statement).all())]


def _rows(session: Session, found: Sequence[Checkin]) -> list[CheckinRow]:
    wanted = select(QuestionnaireResponse.checkin_id, QuestionnaireResponse.id)
    answered = session.execute(wanted.where(QuestionnaireResponse.checkin_id.in_([c.id for c in found])))
    responses = {checkin_id: response_id for checkin_id, response_id in answered}
    return [
        CheckinRow(
            id=c.id, check_in=c.name, status=c.status, respondent="caregiver" if c.related_person_id else "patient",
            due_at=c.due_at, issued_at=c.issued_at, window_ends_at=c.window_ends_at, closed_at=c.closed_at,
            local_date=c.local_date, response=responses.get(c.id),
        )
        for c in found
    ]  # fmt: skip
