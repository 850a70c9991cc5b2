"""SQL for rotas, shifts and pages."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.escalation.models import OnCallSchedule, Page, Rotation, Shift, ShiftOverride, rotas_of
from app.escalation.rotations import Rota


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


def list_rotas(session: Session, *, since: datetime, until: datetime) -> list[Rota]:
    """Everything planned at the site that can matter between two moments."""
    schedules, rotations = [], []
    both = select(OnCallSchedule, Rotation).outerjoin(Rotation, Rotation.schedule_id == OnCallSchedule.id)
    for schedule, rotation in session.execute(both.order_by(OnCallSchedule.id, Rotation.id)):
        if schedule not in schedules:
            schedules.append(schedule)
        rotations += [rotation] if rotation is not None else []
    if not schedules:
        return []
    shifts = list_shifts(session, since=since, until=until)
    return rotas_of(schedules, shifts, rotations, list_stand_ins(session, since=since, until=until))


def list_stand_ins(session: Session, *, since: datetime, until: datetime) -> Sequence[ShiftOverride]:
    """Stand-ins of the site, not ended by hand, that touch a stretch of time, earliest first."""
    wanted = select(ShiftOverride).where(
        ShiftOverride.ends_at > since, ShiftOverride.starts_at < until, ShiftOverride.removed_at.is_(None)
    )
    return session.scalars(wanted.order_by(ShiftOverride.starts_at, ShiftOverride.id)).all()


def get_shift(session: Session, *, schedule_id: str, shift_id: str) -> Shift:
    """The shift of a rota with this id."""
    found = session.get(Shift, shift_id)
    if found is None or found.schedule_id != schedule_id:
        raise NotFound("there is no such shift")
    return found


def get_rotation(session: Session, *, schedule_id: str, rotation_id: str) -> Rotation:
    """The rotation of a rota with this id."""
    found = session.get(Rotation, rotation_id)
    if found is None or found.schedule_id != schedule_id:
        raise NotFound("there is no such rotation")
    return found


def get_stand_in(session: Session, *, schedule_id: str, stand_in_id: str) -> ShiftOverride:
    """The stand-in of a rota with this id."""
    found = session.get(ShiftOverride, stand_in_id)
    if found is None or found.schedule_id != schedule_id:
        raise NotFound("there is no such stand-in")
    return found


def ever_planned(session: Session) -> bool:
    """Tell whether anybody was ever put on duty at the site."""
    return any(session.scalar(select(table.id).limit(1)) for table in (Shift, Rotation, ShiftOverride))


def last_sequences(session: Session, *, alert_ids: Collection[str]) -> dict[str, int]:
    """The numbers of the last steps taken for some alerts; one that has none is left out."""
    wanted = select(Page.alert_id, func.max(Page.sequence)).where(Page.alert_id.in_(alert_ids))
    return {alert_id: last for alert_id, last in session.execute(wanted.group_by(Page.alert_id))}


def list_texts_to(session: Session, *, recipients: Collection[str], since: datetime) -> list[tuple[str, str]]:
    """The texts that paged some recipients after a moment: recipient and the text's id, each text once."""
    wanted = select(Page.recipient, Page.message_id).where(Page.recipient.in_(recipients), Page.paged_at > since)
    return [(recipient, message_id) for recipient, message_id in session.execute(wanted.distinct()) if message_id]


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
