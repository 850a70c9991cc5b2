"""SQL for rules that hold otherwise than published, at a site or for a patient."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.alerts.models import RuleOverride
from app.alerts.overrides import Override

_OVERRIDDEN = (
    RuleOverride.rule_id, RuleOverride.patient_id, RuleOverride.version, RuleOverride.muted, RuleOverride.change,
    RuleOverride.starts_at, RuleOverride.ends_at, RuleOverride.ended_at,
)  # fmt: skip
# Every answer asks this one, so it is made once: making it takes longer than running it.
_OVERRIDES_OF_ONE = select(*_OVERRIDDEN).where(
    RuleOverride.program == bindparam("program"),
    or_(RuleOverride.patient_id.is_(None), RuleOverride.patient_id == bindparam("patient_id")),
    or_(RuleOverride.ended_at.is_(None), RuleOverride.ended_at > bindparam("at")),
)


def list_overrides(session: Session, *, program: str, patient_id: str, at: datetime) -> list[Override]:
    """What was set at a site or for a patient, in whatever version of a program, and not taken back before a moment."""
    given = {"program": program, "patient_id": patient_id, "at": at}
    return [Override(*row) for row in session.execute(_OVERRIDES_OF_ONE, given)]


def list_overrides_of(session: Session, *, program: str) -> list[Override]:
    """Every override of a program that there ever was at the site, of all patients."""
    wanted = select(*_OVERRIDDEN).where(RuleOverride.program == program)
    return [Override(*row) for row in session.execute(wanted.order_by(RuleOverride.starts_at, RuleOverride.version))]


def lock_overrides(session: Session, *, program: str, rule_id: str, patient_id: str | None) -> Sequence[RuleOverride]:
    """Every override of a rule for a patient, or for the site, by version; held for this transaction."""
    wanted = select(RuleOverride).where(
        RuleOverride.program == program, RuleOverride.rule_id == rule_id, RuleOverride.patient_id == patient_id
    )
    in_order = wanted.order_by(RuleOverride.version).with_for_update()
    return session.scalars(in_order.execution_options(populate_existing=True)).all()


def lock_override(session: Session, *, override_id: str) -> RuleOverride | None:
    """The override with this id, held for this transaction."""
    return session.scalar(select(RuleOverride).where(RuleOverride.id == override_id).with_for_update())
