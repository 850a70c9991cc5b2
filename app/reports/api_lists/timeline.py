"""Everything that happened with a patient in one list, newest first: check-ins, responses, alerts, messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db import Database, site_scope
from app.reports.api_lists.alerts import AlertRow, alerts_of
from app.reports.api_lists.checkins import CheckinRow, checkins_of
from app.reports.api_lists.messages import MessageRow, messages_of
from app.reports.api_lists.paging import Page, Position, cut
from app.reports.api_lists.patients import find_patient_or_raise
from app.reports.api_lists.responses import ResponseRow, responses_of

Happening = CheckinRow | ResponseRow | AlertRow | MessageRow


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened. ``type`` is check_in, response, alert or message and says what ``what`` is."""

    type: str
    position: Position
    what: Happening


def list_timeline(
    db: Database, *, site_id: str, patient_id: str, after: Position | None = None, limit: int = 50
) -> Page[TimelineRow]:
    """A patient's timeline; raises ``NotFound``. Reads one page of each kind, whatever the length of the history."""
    with db.reading(site_scope(site_id)) as session:
        find_patient_or_raise(session, patient_id)
        rows = [
            *_typed("check_in", checkins_of(session, patient_id, after=after, limit=limit)),
            *_typed("response", responses_of(session, patient_id, after=after, limit=limit)),
            *_typed("alert", alerts_of(session, patient_id=patient_id, after=after, limit=limit)),
            *_typed("message", messages_of(session, patient_id=patient_id, after=after, limit=limit)),
        ]
    rows.sort(key=lambda row: row.position, reverse=True)
    return cut([(row.position, row) for row in rows], limit)


def _typed(type: str, rows: Sequence[tuple[Position, Happening]]) -> list[TimelineRow]:
    return [TimelineRow(type, position, what) for position, what in rows]
