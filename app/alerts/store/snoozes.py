"""SQL for snoozes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.alerts.models import Snooze
from app.alerts.suppression import SnoozeSet

_SNOOZED = (Snooze.id, Snooze.subject, Snooze.expected, Snooze.starts_at, Snooze.ends_at, Snooze.ended_at)
# Every answer asks this one, so it is made once: making it takes longer than running it.
_SNOOZES_OF_ONE = select(*_SNOOZED).where(
    Snooze.patient_id == bindparam("patient_id"), Snooze.ends_at > bindparam("at")
)


def list_snoozes(session: Session, *, patient_id: str, at: datetime) -> list[SnoozeSet]:
    """A patient's snoozes that were to end after a moment."""
    return [SnoozeSet(*row) for row in session.execute(_SNOOZES_OF_ONE, {"patient_id": patient_id, "at": at})]


def list_snoozes_of(session: Session, *, patient_ids: Collection[str]) -> dict[str, list[SnoozeSet]]:
    """Every snooze there ever was of some patients, by patient."""
    found: dict[str, list[SnoozeSet]] = {}
    wanted = select(Snooze.patient_id, *_SNOOZED).where(Snooze.patient_id.in_(patient_ids))
    for row in session.execute(wanted.order_by(Snooze.starts_at, Snooze.id)):
        found.setdefault(row[0], []).append(SnoozeSet(*row[1:]))
    return found


def lock_snooze(session: Session, *, patient_id: str, subject: str) -> Snooze | None:
    """The snooze of a subject that nobody has ended, though its time may be over; held for this transaction."""
    wanted = select(Snooze).where(Snooze.patient_id == patient_id, Snooze.subject == subject, Snooze.ended_at.is_(None))
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
