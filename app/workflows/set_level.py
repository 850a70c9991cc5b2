"""Set, or take back, the level that one person's symptom is held against: their own goal, or what is usual for them."""

import math
from dataclasses import dataclass
from datetime import datetime

from app.audit import store as audit
from app.careplans import store as careplans
from app.careplans.levels import LevelKind
from app.careplans.models import SymptomLevel
from app.checkins.store import plans as plan_store
from app.codes import Respondent
from app.db import Session, site_scope
from app.errors import Rejected
from app.patients import store as patients
from app.patients.models import Patient
from app.questionnaires.definition import Item, ItemType
from app.workflows.definitions import load_questionnaire
from app.workflows.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelGiven:
    """A level as somebody gives it. ``item`` is a ``link_id`` or a code; without a ``value`` it is taken back."""

    kind: str
    item: str
    value: float | None
    respondent: str = Respondent.SELF


def set_level(service: Service, *, site_id: str, patient_id: str, given: LevelGiven, agent: str) -> None:
    """Set a level from now on. Raises ``NotFound``, ``Rejected`` naming each wrong field."""
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        problems: dict[str, list[str]] = {}
        if given.kind not in list(LevelKind):
            problems["kind"] = [f"must be one of {', '.join(LevelKind)}."]
        if given.respondent not in list(Respondent):
            problems["respondent"] = [f"must be one of {', '.join(Respondent)}."]
        if problems:
            raise Rejected(problems)
        respondent = Respondent(given.respondent)
        item = _find_item(session, patient, given.item, respondent)
        if item is None:
            raise Rejected({"item": [f"{given.item!r} is no question with a number that they are asked."]})
        keep_level(
            session, patient, kind=LevelKind(given.kind), item=item, value=given.value, respondent=respondent, now=now,
            agent=agent,
        )  # fmt: skip


def keep_level(
    session: Session,
    patient: Patient,
    *,
    kind: LevelKind,
    item: Item,
    value: float | None,
    now: datetime,
    agent: str,
    respondent: Respondent = Respondent.SELF,
    response_id: str | None = None,
) -> SymptomLevel:
    """Keep a level of an item within a transaction that holds the patient; ``Rejected`` when it is off its scale."""
    if value is not None:
        _check(item, value)
    level = careplans.add_level(
        session, patient_id=patient.id, kind=kind, respondent=respondent, item=item.code.code if item.code else
        item.link_id, value=value, set_at=now, set_by=agent, response_id=response_id,
    )  # fmt: skip
    audit.record(
        session, agent=agent, action="set_level" if value is not None else "take_back_level", entity="patient",
        entity_id=patient.id, now=now, kind=kind, item=level.item, respondent=respondent,
    )  # fmt: skip
    return level


def _find_item(session: Session, patient: Patient, name: str, respondent: Respondent) -> Item | None:
    """The item of this ``link_id``, else of this code, among what is asked about the patient in that series."""
    items: list[Item] = []
    for plan in plan_store.list_plans(session, patient_id=patient.id):
        questionnaire = load_questionnaire(session, plan.questionnaire_id)
        if questionnaire.respondent(related=plan.related_person_id is not None) is respondent:
            items += [item for item in questionnaire.items if item.type in (ItemType.SCALE, ItemType.NUMBER)]
    by_link = next((item for item in items if item.link_id == name), None)
    return by_link or next((item for item in items if item.code and item.code.code == name), None)


def _check(item: Item, value: float) -> None:
    low, high = item.low if item.low is not None else 0, item.high
    if not math.isfinite(value) or value < low or (high is not None and value > high):
        upto = f"from {low:g} to {high:g}" if high is not None else f"from {low:g} up"
        raise Rejected({"value": [f"must be {upto}."]})
