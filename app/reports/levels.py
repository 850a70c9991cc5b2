"""What one patient's symptoms are held against, and what is expected of them for now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.history import DEFAULT_GOALS
from app.careplans.levels import LevelKind
from app.codes import Respondent
from app.db import Database, site_scope
from app.errors import NotFound
from app.questionnaires.definition import Item, ItemType
from app.reports.agents import agent_names
from app.reports.occasions import definition_of
from app.reports.worklist import by_id
from app.tables import CheckinPlan, Enrolment, Patient, PublishedQuestionnaire, Site, Snooze, SymptomLevel

_DEFAULT_GOAL_SCALE_END = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedItem:
    """A question with a number, in one series; ``item`` is its code, else its ``link_id``."""

    respondent: str
    link_id: str
    item: str
    label: str
    low: float
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """A goal or a baseline in force; a default goal was set by nobody."""

    kind: str
    respondent: str
    item: str
    link_id: str
    label: str
    value: float
    default: bool
    set_at: datetime | None
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeRow:
    """What is expected of a subject for now, and how often that kept an alert from the team."""

    id: str
    alert_id: str | None
    subject: str
    expected: float
    reason: str
    starts_at: datetime
    ends_at: datetime
    set_by: str
    held_back: int
    last_held_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels in force, and every question for which one could be set."""

    rows: tuple[LevelRow, ...]
    items: tuple[AskedItem, ...]


def read_levels(db: Database, *, site_id: str, patient_id: str) -> Levels:
    """The levels of one patient; ``NotFound`` when the site has no such patient."""
    with db.reading(site_scope(site_id)) as session:
        patient = session.scalar(select(Patient).where(Patient.id == patient_id))
        if patient is None:
            raise NotFound("there is no such patient")
        return levels_of(session, patient)


def read_snoozes(db: Database, *, site_id: str, patient_id: str, now: datetime) -> tuple[SnoozeRow, ...]:
    """What is expected of one patient; ``NotFound`` when the site has no such patient."""
    with db.reading(site_scope(site_id)) as session:
        if session.scalar(select(Patient.id).where(Patient.id == patient_id)) is None:
            raise NotFound("there is no such patient")
        return running_snoozes(session, patient_id=patient_id, now=now)


def levels_of(session: Session, patient: Patient) -> Levels:
    """The same within a session."""
    items = _items(session, patient.id)
    labels = {(one.respondent, one.item): one for one in reversed(items)}
    latest: dict[tuple[str, str, str], SymptomLevel] = {}
    wanted = select(SymptomLevel).where(SymptomLevel.patient_id == patient.id)
    for row in session.scalars(wanted.order_by(SymptomLevel.set_at, SymptomLevel.id)):
        latest[row.kind, row.respondent, row.item] = row
    names = agent_names(session, [row.set_by for row in latest.values()])
    rows = [_row(row, labels.get((row.respondent, row.item)), names) for row in latest.values()]
    site = session.get(Site, patient.site_id)
    found = [row for row in rows if row is not None]
    found += _default_goals(items, found, (site.default_goals if site else None) or DEFAULT_GOALS)
    order = {(one.respondent, one.item): place for place, one in enumerate(items)}
    found.sort(
        key=lambda row: (
            row.respondent != Respondent.SELF,
            order.get((row.respondent, row.item), len(order)),
            row.kind != LevelKind.GOAL,
        )
    )
    return Levels(rows=tuple(found), items=items)


def running_snoozes(
    session: Session, *, patient_id: str, now: datetime, subject: str | None = None
) -> tuple[SnoozeRow, ...]:
    """What is expected of a patient now, or of one subject; the one that ends first comes first."""
    wanted = select(Snooze).where(Snooze.patient_id == patient_id, Snooze.ended_at.is_(None), Snooze.ends_at > now)
    if subject is not None:
        wanted = wanted.where(Snooze.subject == subject)
    rows = session.scalars(wanted.order_by(Snooze.ends_at, Snooze.id)).all()
    names = agent_names(session, [row.set_by for row in rows])
    return tuple(
        SnoozeRow(
            id=row.id, alert_id=row.alert_id, subject=row.subject, expected=row.expected, reason=row.reason,
            starts_at=row.starts_at, ends_at=row.ends_at, set_by=names.get(row.set_by, row.set_by),
            held_back=row.held_back, last_held_at=row.last_held_at,
        )
        for row in rows
    )  # fmt: skip


def _items(session: Session, patient_id: str) -> tuple[AskedItem, ...]:
    """What is asked of and about a patient by number, in the order of the plans' questions, each once."""
    plans = session.execute(
        select(CheckinPlan.questionnaire_id, CheckinPlan.related_person_id, CheckinPlan.name)
        .join(Enrolment, Enrolment.id == CheckinPlan.enrolment_id)
        .where(CheckinPlan.patient_id == patient_id, Enrolment.status == "active")
        .order_by(CheckinPlan.next_slot_at.is_(None), CheckinPlan.name)
    ).all()
    published = by_id(session, PublishedQuestionnaire, {plan.questionnaire_id for plan in plans})
    found: dict[tuple[str, str], AskedItem] = {}
    for plan in plans:
        questionnaire = definition_of(published[plan.questionnaire_id])
        respondent = questionnaire.respondent(related=plan.related_person_id is not None)
        for item in questionnaire.items:
            if item.type in (ItemType.SCALE, ItemType.NUMBER):
                asked = _asked(item, respondent)
                found.setdefault((asked.respondent, asked.item), asked)
    return tuple(found.values())


def _asked(item: Item, respondent: Respondent) -> AskedItem:
    return AskedItem(
        respondent=respondent, link_id=item.link_id, item=item.code.code if item.code else item.link_id,
        label=item.short("en"), low=item.low or 0, high=item.high,
    )  # fmt: skip


def _row(row: SymptomLevel, asked: AskedItem | None, names: Mapping[str, str]) -> LevelRow | None:
    if row.value is None:
        return None
    return LevelRow(
        kind=row.kind, respondent=row.respondent, item=row.item, link_id=asked.link_id if asked else row.item,
        label=asked.label if asked else row.item, value=row.value, default=False, set_at=row.set_at,
        set_by=names.get(row.set_by, row.set_by),
    )  # fmt: skip


def _default_goals(items: Sequence[AskedItem], own: Sequence[LevelRow], goals: Mapping[str, float]) -> list[LevelRow]:
    """The goals that stand in where the person has set none."""
    taken = {(row.respondent, row.item) for row in own if row.kind == LevelKind.GOAL}
    found = []
    for one in items:
        value = goals.get(one.item, goals.get(one.link_id))
        scaled = one.high in (None, _DEFAULT_GOAL_SCALE_END)
        if value is not None and scaled and (one.respondent, one.item) not in taken:
            found.append(
                LevelRow(
                    kind=LevelKind.GOAL, respondent=one.respondent, item=one.item, link_id=one.link_id, label=one.label,
                    value=float(value), default=True, set_at=None, set_by="",
                )
            )  # fmt: skip
    return found
