"""SQL for check-ins and their form links."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.checkins.models import Checkin, CheckinPlan, Enrolment, FormLink
from app.checkins.plan import GOALS
from app.errors import NotFound
from app.keyring import hash_token

OPEN = ("issued", "started")
WAITING = ("planned", *OPEN)
"""Not over yet; a planned one waits until the person has finished another."""
_LONGEST_WINDOW = timedelta(days=14)
# Every text asks this one, so it is made once: making it takes longer than running it.
_OPEN_OF = (
    select(Checkin, Enrolment)
    .join(Enrolment, Enrolment.id == Checkin.enrolment_id)
    .where(
        Checkin.patient_id == bindparam("patient_id"),
        Checkin.related_person_id.is_not_distinct_from(bindparam("related_person_id")),
        Checkin.status.in_(OPEN),
    )
    .order_by(Checkin.issued_at.desc(), Checkin.id)
)


def list_due_checkins(session: Session, *, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Open check-ins with a reminder or a closing window due, as (check-in id, patient id), earliest first."""
    wanted = select(Checkin.id, Checkin.patient_id).where(Checkin.next_action_at <= now)
    rows = session.execute(wanted.order_by(Checkin.next_action_at, Checkin.id).limit(limit))
    return [(checkin_id, patient_id) for checkin_id, patient_id in rows]


def postpone(session: Session, *, checkin_id: str, until: datetime) -> None:
    """Look at a check-in again later."""
    session.execute(update(Checkin).where(Checkin.id == checkin_id).values(next_action_at=until))


def get_checkin(session: Session, *, checkin_id: str) -> Checkin:
    """The check-in with this id."""
    found = session.get(Checkin, checkin_id)
    if found is None:
        raise NotFound("there is no such check-in")
    return found


def lock_checkin(session: Session, *, checkin_id: str) -> Checkin:
    """The check-in as it is now, for changing it; its patient's lock is held already."""
    wanted = select(Checkin).where(Checkin.id == checkin_id).execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("there is no such check-in")
    return found


def find_open_checkin(session: Session, *, patient_id: str, related_person_id: str | None) -> Checkin | None:
    """The check-in that one person can answer now: the one they were asked last."""
    return find_open_dialogue(session, patient_id=patient_id, related_person_id=related_person_id)[0]


def find_open_dialogue(
    session: Session, *, patient_id: str, related_person_id: str | None
) -> tuple[Checkin | None, Enrolment | None]:
    """The same with the enrolment that it belongs to."""
    asked = session.execute(_OPEN_OF, {"patient_id": patient_id, "related_person_id": related_person_id})
    return next(((row[0], row[1]) for row in asked if not _aside(row[0].name, row[0].asked)), (None, None))


def find_open_aside(session: Session, *, patient_id: str) -> Checkin | None:
    """The open form that asks a patient for their goals, beside whatever else they are asked."""
    asked = session.execute(_OPEN_OF, {"patient_id": patient_id, "related_person_id": None})
    return next((row[0] for row in asked if _aside(row[0].name, row[0].asked)), None)


def _aside(name: str, asked: Sequence[str]) -> bool:
    """Whether an open check-in keeps its person from nothing: the form for goals, which no text answers."""
    return name == GOALS and not asked


def list_busy(session: Session, *, patient_ids: Collection[str], now: datetime) -> set[tuple[str, str | None]]:
    """Who, of some patients and their helpers, is being asked just now: by both ids."""
    wanted = select(Checkin.patient_id, Checkin.related_person_id, Checkin.name, Checkin.asked).where(
        Checkin.patient_id.in_(patient_ids), Checkin.status.in_(OPEN), Checkin.window_ends_at > now
    )
    rows = session.execute(wanted)
    return {(patient_id, related_id) for patient_id, related_id, name, asked in rows if not _aside(name, asked)}


def wake_planned(session: Session, *, patient_id: str, related_person_id: str | None, now: datetime) -> None:
    """Look now at the check-ins of one person that waited for another to end."""
    session.execute(
        update(Checkin)
        .where(
            Checkin.patient_id == patient_id,
            Checkin.related_person_id == related_person_id,
            Checkin.status == "planned",
        )
        .values(next_action_at=now)
    )


def find_last_checkin(
    session: Session, *, patient_id: str, related_person_id: str | None, since: datetime
) -> Checkin | None:
    """The last check-in of one person that was asked and closed since a moment, also by a STOP in the middle."""
    wanted = select(Checkin).where(
        Checkin.patient_id == patient_id,
        Checkin.related_person_id == related_person_id,
        Checkin.closed_at >= since,
        Checkin.status.in_(("completed", "partial", "missed", "cancelled")),
        Checkin.issued_at.is_not(None),
        Checkin.name != GOALS,
    )
    return session.scalars(wanted.order_by(Checkin.due_at.desc(), Checkin.id)).first()


def list_answerers(session: Session, *, patient_ids: Collection[str]) -> set[str]:
    """Which of some patients have answered a check-in of their own to its end."""
    wanted = select(Checkin.patient_id).where(
        Checkin.patient_id.in_(patient_ids), Checkin.related_person_id.is_(None), Checkin.status == "completed"
    )
    return set(session.scalars(wanted.distinct()))


def find_slot(session: Session, *, plan_id: str, slot: str) -> Checkin | None:
    """The check-in of a plan with this slot, on whatever day."""
    return session.scalar(select(Checkin).where(Checkin.plan_id == plan_id, Checkin.slot == slot))


def find_closed_before(session: Session, *, checkin: Checkin) -> Checkin | None:
    """The check-in of the same person that was answered or missed last before this one."""
    wanted = select(Checkin).where(
        Checkin.patient_id == checkin.patient_id,
        Checkin.related_person_id.is_not_distinct_from(checkin.related_person_id),
        Checkin.id != checkin.id,
        Checkin.due_at <= checkin.due_at,
        Checkin.status.in_(("completed", "partial", "missed")),
        Checkin.name != GOALS,
    )
    return session.scalars(wanted.order_by(Checkin.due_at.desc(), Checkin.id).limit(1)).first()


def list_tried(session: Session, *, patient_id: str, since: datetime, helper_slot: str) -> Sequence[Checkin]:
    """What a patient missed since a moment, and whom else that was asked of (slots that begin so), oldest first."""
    missed = and_(Checkin.related_person_id.is_(None), Checkin.status == "missed")
    wanted = select(Checkin).where(
        Checkin.patient_id == patient_id, Checkin.due_at > since, or_(missed, Checkin.slot.startswith(helper_slot))
    )
    return session.scalars(wanted.order_by(Checkin.due_at, Checkin.id)).all()


class Missed(NamedTuple):
    """What there is to know of a check-in that was missed: of somebody who never answers there are many."""

    id: str
    window_ends_at: datetime
    name: str
    questionnaire_id: str
    related_person_id: str | None


def list_missed(session: Session, *, enrolment_id: str, since: datetime, before: datetime) -> list[Missed]:
    """Missed check-ins of an enrolment whose windows ended in a stretch of time, oldest first."""
    wanted = select(
        Checkin.id, Checkin.window_ends_at, Checkin.name, Checkin.questionnaire_id, Checkin.related_person_id
    ).where(
        Checkin.enrolment_id == enrolment_id,
        Checkin.status == "missed",
        Checkin.window_ends_at >= since,
        Checkin.window_ends_at < before,
    )
    return [Missed(*row) for row in session.execute(wanted.order_by(Checkin.window_ends_at, Checkin.id))]


def cancel_open_checkins(session: Session, *, patient_id: str, related_person_id: str | None, now: datetime) -> None:
    """Call off every check-in of one person that is not over."""
    session.execute(
        update(Checkin)
        .where(
            Checkin.patient_id == patient_id,
            Checkin.related_person_id == related_person_id,
            Checkin.status.in_(WAITING),
        )
        .values(status="cancelled", closed_at=now, next_action_at=None)
    )


def call_off(session: Session, *, checkin_id: str, now: datetime) -> None:
    """Call off one check-in, if it is not over."""
    mine = update(Checkin).where(Checkin.id == checkin_id, Checkin.status.in_(WAITING))
    session.execute(mine.values(status="cancelled", closed_at=now, next_action_at=None))


def find_link(session: Session, *, token: str) -> FormLink | None:
    """The form link with this secret."""
    return session.scalar(select(FormLink).where(FormLink.token_hash == hash_token(token)))


def lock_link(session: Session, *, link: FormLink) -> None:
    """Hold a form link until the end of the transaction, as it is now: wrong answers are counted one at a time."""
    session.refresh(link, with_for_update=True)


def last_issued(
    session: Session, *, patient_ids: Collection[str], since: datetime
) -> dict[tuple[str, str | None], datetime]:
    """When each of some patients and their helpers was invited last, by both ids, if it was since a moment."""
    wanted = (
        select(Checkin.patient_id, Checkin.related_person_id, func.max(Checkin.issued_at))
        .where(
            Checkin.patient_id.in_(patient_ids),
            Checkin.issued_at >= since,
            Checkin.due_at >= since - _LONGEST_WINDOW,  # so that the index spares the years before
        )
        .group_by(Checkin.patient_id, Checkin.related_person_id)
    )
    rows = session.execute(wanted)
    return {(patient_id, related_id): at for patient_id, related_id, at in rows if at is not None}


def end_patient(session: Session, *, patient_id: str, now: datetime) -> None:
    """Ask a patient, and those who report for them, nothing more."""
    plans = update(CheckinPlan).where(CheckinPlan.patient_id == patient_id)
    session.execute(plans.values(next_slot_at=None))
    open_ones = update(Checkin).where(Checkin.patient_id == patient_id, Checkin.status.in_(WAITING))
    session.execute(open_ones.values(status="cancelled", closed_at=now, next_action_at=None))


def list_silences(session: Session, *, whose: Mapping[str, str], since: datetime) -> Sequence[Checkin]:
    """The check-ins of some enrolments (patients by enrolment) that closed without an answer.

    Those that closed since a moment also if an answer came late.
    """
    mine = Checkin.patient_id.in_(whose.values()), Checkin.enrolment_id.in_(whose)
    judged = Checkin.status.in_(("partial", "completed")) & Checkin.findings.is_not(None)
    judged &= Checkin.window_ends_at >= since
    wanted = select(Checkin).where(*mine, (Checkin.status == "missed") | judged)
    rows = session.scalars(wanted.order_by(Checkin.window_ends_at, Checkin.id))
    # What was never judged may be stored as a JSON null.
    return [row for row in rows if row.status == "missed" or row.findings is not None]
