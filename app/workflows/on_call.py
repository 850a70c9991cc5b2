"""Who is on call at a site now, and by when somebody there can honestly be promised."""

from datetime import datetime, timedelta

from app.db import Session
from app.escalation import store as escalation
from app.escalation.oncall import Shift, ShiftRole, gaps

_AROUND = timedelta(days=2)
_CONTACT_WITHIN = timedelta(hours=2)


def load_shifts(session: Session, now: datetime) -> list[Shift]:
    """The site's shifts around a moment."""
    rows = escalation.list_shifts(session, since=now - _AROUND, until=now + _AROUND)
    return [Shift(row.practitioner_id, ShiftRole(row.role), row.starts_at, row.ends_at) for row in rows]


def contact_by(session: Session, now: datetime, *, since: datetime | None = None) -> datetime | None:
    """By when somebody on call will have made contact about what is red ``since`` then (now, if it has just come in).

    ``None`` unless that is still to come and shifts cover all the time until then: nothing else may be promised.
    """
    by = (since or now) + _CONTACT_WITHIN
    return None if by <= now or gaps(load_shifts(session, now), now, by) else by
