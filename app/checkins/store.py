"""SQL for programs, enrolments, plans, check-ins and form links."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app.checkins.models import Checkin, CheckinPlan, Enrolment, FormLink, PublishedProgram, SiteProgram
from app.checkins.plan import GOALS
from app.checkins.timing import Slot
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


def find_program(session: Session, *, name: str, version: str) -> PublishedProgram | None:
    """One published version of a program."""
    wanted = select(PublishedProgram).where(PublishedProgram.name == name, PublishedProgram.version == version)
    return session.scalar(wanted)


def get_program(session: Session, *, program_id: str) -> PublishedProgram:
    """The published program with this id."""
    found = session.get(PublishedProgram, program_id)
    if found is None:
        raise NotFound("there is no such program")
    return found


def find_site_program(session: Session, *, name: str) -> PublishedProgram | None:
    """The version of a program that new enrolments of the site follow."""
    wanted = select(PublishedProgram).join(SiteProgram, SiteProgram.program_id == PublishedProgram.id)
    return session.scalar(wanted.where(SiteProgram.name == name))


def find_pin(session: Session, *, name: str) -> SiteProgram | None:
    """The site's choice of a version for a program."""
    return session.scalar(select(SiteProgram).where(SiteProgram.name == name))


def list_enrolments(session: Session, *, patient_id: str, active: bool = True) -> Sequence[Enrolment]:
    """A patient's enrolments, oldest first."""
    wanted = select(Enrolment).where(Enrolment.patient_id == patient_id)
    if active:
        wanted = wanted.where(Enrolment.status == "active")
    return session.scalars(wanted.order_by(Enrolment.enrolled_at, Enrolment.id)).all()


def get_enrolment(session: Session, *, enrolment_id: str) -> Enrolment:
    """The enrolment with this id."""
    found = session.get(Enrolment, enrolment_id)
    if found is None:
        raise NotFound("there is no such enrolment")
    return found


def list_plans(session: Session, *, patient_id: str) -> Sequence[CheckinPlan]:
    """The plans of a patient's active enrolments."""
    wanted = select(CheckinPlan).join(Enrolment, Enrolment.id == CheckinPlan.enrolment_id)
    return session.scalars(
        wanted.where(CheckinPlan.patient_id == patient_id, Enrolment.status == "active").order_by(CheckinPlan.name)
    ).all()


def lease_due_plans(
    session: Session, *, now: datetime, limit: int, plan_id: str | None = None
) -> Sequence[CheckinPlan]:
    """Plans whose slot has come, oldest first, locked for this transaction; other workers pass them by.

    ``plan_id`` asks for that one only.
    """
    wanted = select(CheckinPlan).where(CheckinPlan.next_slot_at <= now)
    if plan_id is not None:
        wanted = wanted.where(CheckinPlan.id == plan_id)
    return session.scalars(
        wanted.order_by(CheckinPlan.next_slot_at, CheckinPlan.id).limit(limit).with_for_update(skip_locked=True)
    ).all()


def move_plans(session: Session, *, plan_ids: Sequence[str], slot: Slot | None) -> None:
    """Set some plans to their next slot, if there is one; plans that were loaded before keep what they held."""
    statement = update(CheckinPlan).where(CheckinPlan.id.in_(plan_ids))
    session.execute(statement.values(**slot_values(slot)), execution_options={"synchronize_session": False})


def slot_values(slot: Slot | None) -> dict[str, Any]:
    """The columns of a plan that hold its next slot; empty without one."""
    return {
        "next_slot_at": slot.at if slot else None,
        "next_local_date": slot.local_date if slot else None,
        "next_local_time": slot.planned.time().isoformat() if slot else None,
    }


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


def list_next_slots(session: Session, *, patient_ids: Collection[str]) -> dict[tuple[str, str | None], list[datetime]]:
    """When some patients and their helpers are asked next by their plans, by both ids."""
    wanted = select(CheckinPlan.patient_id, CheckinPlan.related_person_id, CheckinPlan.next_slot_at).where(
        CheckinPlan.patient_id.in_(patient_ids), CheckinPlan.next_slot_at.is_not(None), CheckinPlan.name != GOALS
    )
    found: dict[tuple[str, str | None], list[datetime]] = {}
    for patient_id, related_id, at in session.execute(wanted):
        if at is not None:
            found.setdefault((patient_id, related_id), []).append(at)
    return found


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


def get_plan(session: Session, *, plan_id: str) -> CheckinPlan:
    """The plan with this id."""
    found = session.get(CheckinPlan, plan_id)
    if found is None:
        raise NotFound("there is no such plan")
    return found


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


def list_closed_checkins(
    session: Session, *, enrolment_id: str, since: datetime, before: datetime
) -> Sequence[Checkin]:
    """Missed check-ins of an enrolment in a stretch of time, oldest first."""
    return session.scalars(
        select(Checkin)
        .where(
            Checkin.enrolment_id == enrolment_id,
            Checkin.status == "missed",
            Checkin.window_ends_at >= since,
            Checkin.window_ends_at <= before,
        )
        .order_by(Checkin.window_ends_at)
    ).all()


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


def any_program(session: Session) -> bool:
    """Tell whether any program was ever published."""
    return session.scalar(select(PublishedProgram.id).limit(1)) is not None


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


def last_slot(session: Session, *, plan_id: str) -> tuple[datetime, date] | None:
    """The moment and local date of the last slot of a plan that came, if any."""
    wanted = select(Checkin.due_at, Checkin.local_date).where(Checkin.plan_id == plan_id)
    row = session.execute(wanted.order_by(Checkin.due_at.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def end_patient(session: Session, *, patient_id: str, now: datetime) -> None:
    """Ask a patient, and those who report for them, nothing more."""
    plans = update(CheckinPlan).where(CheckinPlan.patient_id == patient_id)
    session.execute(plans.values(next_slot_at=None))
    open_ones = update(Checkin).where(Checkin.patient_id == patient_id, Checkin.status.in_(WAITING))
    session.execute(open_ones.values(status="cancelled", closed_at=now, next_action_at=None))


def find_latest_program(session: Session, *, name: str) -> PublishedProgram | None:
    """The version of a program that was published last."""
    wanted = select(PublishedProgram).where(PublishedProgram.name == name)
    return session.scalars(wanted.order_by(PublishedProgram.published_at.desc(), PublishedProgram.id)).first()


def list_latest_programs(session: Session) -> Sequence[PublishedProgram]:
    """Of each program the version that was published last."""
    rows = session.scalars(select(PublishedProgram).order_by(PublishedProgram.published_at, PublishedProgram.id.desc()))
    return list({program.name: program for program in rows}.values())


def list_due_plans(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Ids of plans whose slot has come, oldest first."""
    wanted = select(CheckinPlan.id).where(CheckinPlan.next_slot_at <= now)
    return session.scalars(wanted.order_by(CheckinPlan.next_slot_at, CheckinPlan.id).limit(limit)).all()


def postpone_plan(session: Session, *, plan_id: str, until: datetime) -> CheckinPlan:
    """Let a plan come up again later; its slot stays the same."""
    plan = session.scalars(select(CheckinPlan).where(CheckinPlan.id == plan_id).with_for_update()).one()
    plan.next_slot_at = until
    session.flush()
    return plan


def list_enrolments_in(session: Session, *, program: str) -> Sequence[Enrolment]:
    """Every enrolment of the site in a program, in whatever version and also those that ended."""
    return session.scalars(select(Enrolment).where(Enrolment.program == program).order_by(Enrolment.id)).all()


def list_silences(session: Session, *, enrolment_ids: Sequence[str], since: datetime) -> Sequence[Checkin]:
    """The check-ins of some enrolments that closed without an answer since a moment, also if one came late."""
    mine = Checkin.enrolment_id.in_(enrolment_ids), Checkin.window_ends_at >= since
    judged = Checkin.status.in_(("partial", "completed")) & Checkin.findings.is_not(None)
    wanted = select(Checkin).where(*mine, (Checkin.status == "missed") | judged)
    rows = session.scalars(wanted.order_by(Checkin.window_ends_at, Checkin.id))
    # What was never judged may be stored as a JSON null.
    return [row for row in rows if row.status == "missed" or row.findings is not None]
