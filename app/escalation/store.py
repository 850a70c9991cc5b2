"""SQL for rotas, shifts and pages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.escalation.models import OnCallSchedule, Page, Shift


def get_schedule(session: Session, *, schedule_id: str) -> OnCallSchedule:
    """The rota with this id."""
    found = session.get(OnCallSchedule, schedule_id)
    if found is None:
        raise NotFound("there is no such schedule")
    return found


def list_schedules(session: Session) -> Sequence[OnCallSchedule]:
    """The rotas of the site, oldest first."""
    return session.scalars(select(OnCallSchedule).order_by(OnCallSchedule.created_at, OnCallSchedule.id)).all()


def list_shifts(session: Session, *, since: datetime, until: datetime) -> Sequence[Shift]:
    """Shifts of the site that touch a stretch of time, earliest first."""
    wanted = select(Shift).where(Shift.ends_at > since, Shift.starts_at < until)
    return session.scalars(wanted.order_by(Shift.starts_at, Shift.id)).all()


def last_sequence(session: Session, *, alert_id: str) -> int:
    """The number of an alert's last step taken; 0 before the first."""
    return session.scalar(select(func.max(Page.sequence)).where(Page.alert_id == alert_id)) or 0


def list_pages(session: Session, *, alert_ids: Sequence[str]) -> Sequence[Page]:
    """The pages of some alerts, oldest first."""
    return session.scalars(select(Page).where(Page.alert_id.in_(alert_ids)).order_by(Page.paged_at, Page.id)).all()


def list_pages_to(
    session: Session, *, practitioner_id: str, alert_ids: Sequence[str], since: datetime
) -> Sequence[Page]:
    """Pages that one person got for some alerts since a moment, newest first."""
    wanted = select(Page).where(Page.recipient == practitioner_id, Page.alert_id.in_(alert_ids), Page.paged_at >= since)
    return session.scalars(wanted.order_by(Page.paged_at.desc(), Page.id)).all()


def list_alerts_paged(session: Session, *, practitioner_id: str, since: datetime) -> list[str]:
    """Ids of the alerts that one person was paged for since a moment."""
    wanted = select(Page.alert_id).where(Page.recipient == practitioner_id, Page.paged_at >= since)
    return list(session.scalars(wanted.distinct().order_by(Page.alert_id)))


def list_alerts_of_message(session: Session, *, message_id: str) -> list[str]:
    """Ids of the alerts that one page told of."""
    return list(session.scalars(select(Page.alert_id).where(Page.message_id == message_id).order_by(Page.alert_id)))
