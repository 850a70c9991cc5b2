"""SQL for the levels that one person's symptoms are held against."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.careplans.levels import LevelKind, LevelSet
from app.careplans.models import SymptomLevel

_COLUMNS = (
    SymptomLevel.kind, SymptomLevel.respondent, SymptomLevel.item, SymptomLevel.value, SymptomLevel.set_at,
)  # fmt: skip
_IN_ORDER = SymptomLevel.set_at, SymptomLevel.id
# Every answer asks this one, so it is made once: making it takes longer than running it.
_OF_ONE = select(*_COLUMNS).where(SymptomLevel.patient_id == bindparam("patient_id")).order_by(*_IN_ORDER)


def list_levels(session: Session, *, patient_id: str) -> list[LevelSet]:
    """Everything that was set for a patient, oldest first."""
    return [LevelSet(*row) for row in session.execute(_OF_ONE, {"patient_id": patient_id})]


def list_levels_of(session: Session, *, patient_ids: Collection[str]) -> dict[str, list[LevelSet]]:
    """The same for many patients, by patient; those without any are left out."""
    wanted = select(SymptomLevel.patient_id, *_COLUMNS).where(SymptomLevel.patient_id.in_(patient_ids))
    found: dict[str, list[LevelSet]] = {}
    for row in session.execute(wanted.order_by(*_IN_ORDER)):
        found.setdefault(row[0], []).append(LevelSet(*row[1:]))
    return found


def add_level(
    session: Session,
    *,
    patient_id: str,
    kind: LevelKind,
    respondent: str,
    item: str,
    value: float | None,
    set_at: datetime,
    set_by: str,
    response_id: str | None = None,
) -> SymptomLevel:
    """Set a level from ``set_at`` on; without a ``value`` the one before is taken back."""
    level = SymptomLevel(
        patient_id=patient_id, kind=kind, respondent=respondent, item=item, value=value, set_at=set_at, set_by=set_by,
        response_id=response_id,
    )  # fmt: skip
    session.add(level)
    return level
