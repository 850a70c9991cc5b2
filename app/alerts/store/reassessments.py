"""SQL for asking again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.alerts.models import Reassessment


def list_due_reassessments(session: Session, *, now: datetime, after: str, limit: int) -> Sequence[Reassessment]:
    """Planned reassessments whose time has come, by id from ``after`` on."""
    wanted = select(Reassessment).where(
        Reassessment.status == "planned", Reassessment.due_at <= now, Reassessment.id > after
    )
    return session.scalars(wanted.order_by(Reassessment.id).limit(limit)).all()


def get_reassessment(session: Session, *, reassessment_id: str) -> Reassessment:
    """The reassessment as it is now; its patient's lock is held already."""
    wanted = select(Reassessment).where(Reassessment.id == reassessment_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def find_reassessment(session: Session, *, checkin_id: str) -> Reassessment | None:
    """The reassessment that a check-in asks for."""
    return session.scalar(select(Reassessment).where(Reassessment.checkin_id == checkin_id))


def find_told_of_call(
    session: Session, *, like: Reassessment, within: timedelta, since: datetime
) -> Reassessment | None:
    """What the same person said lately of the call that another alert was closed with, about the same time."""
    wanted = select(Reassessment).where(
        Reassessment.patient_id == like.patient_id,
        Reassessment.related_person_id.is_not_distinct_from(like.related_person_id),
        Reassessment.id != like.id,
        Reassessment.called.is_not(None),
        Reassessment.closed_at >= since,
        Reassessment.opened_at.between(like.opened_at - within, like.opened_at + within),
    )
    return session.scalars(wanted.order_by(Reassessment.closed_at.desc()).limit(1)).first()


def list_reassessments(session: Session, *, alert_id: str) -> Sequence[Reassessment]:
    """How often an alert was asked about again, oldest first."""
    wanted = select(Reassessment).where(Reassessment.alert_id == alert_id)
    return session.scalars(wanted.order_by(Reassessment.opened_at, Reassessment.id)).all()


def list_unsettled(session: Session, *, patient_id: str) -> Sequence[Reassessment]:
    """A patient's reassessments that are planned or asked, of whichever respondent."""
    wanted = select(Reassessment).where(
        Reassessment.patient_id == patient_id, Reassessment.status.in_(("planned", "asked"))
    )
    return session.scalars(wanted.order_by(Reassessment.due_at, Reassessment.id)).all()


def bring_forward(
    session: Session, *, patient_id: str, related_person_id: str | None, due_before: datetime, now: datetime
) -> None:
    """Let reassessments of one person that are due before a moment be asked now."""
    mine = (Reassessment.patient_id == patient_id, Reassessment.related_person_id == related_person_id)
    soon = (Reassessment.status == "planned", Reassessment.due_at > now, Reassessment.due_at <= due_before)
    session.execute(update(Reassessment).where(*mine, *soon).values(due_at=now))


def postpone_reassessment(session: Session, *, reassessment_id: str, until: datetime) -> Reassessment:
    """Look at a reassessment again later."""
    row = session.scalars(select(Reassessment).where(Reassessment.id == reassessment_id).with_for_update()).one()
    row.due_at = until
    return row
