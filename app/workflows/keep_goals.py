"""What a person said about the levels at which they would be comfortable becomes their goals."""

from collections.abc import Mapping
from datetime import datetime

from app.careplans import store as careplans
from app.careplans.levels import LevelKind, levels_at
from app.db import Session
from app.questionnaires.definition import ItemType, Questionnaire
from app.questionnaires.engine import Given
from app.questionnaires.models import QuestionnaireResponse


def keep_goals(
    session: Session,
    response: QuestionnaireResponse,
    questionnaire: Questionnaire,
    given: Mapping[str, Given],
    at: datetime,
) -> None:
    """Set the goal of each symptom that was answered, from ``at`` on; what was skipped leaves the one before in force.

    The same response kept again, after a correction or a late answer, sets only what changed.
    """
    whose = response.respondent
    known = levels_at(careplans.list_levels(session, patient_id=response.patient_id), LevelKind.GOAL, at)
    for item in questionnaire.items:
        answer = given.get(item.link_id)
        if item.type is not ItemType.SCALE or answer is None or answer.skipped or answer.value is None:
            continue
        name = item.code.code if item.code else item.link_id
        if known.get(whose, {}).get(name, {}).get("value") == answer.value:
            continue
        careplans.add_level(
            session, patient_id=response.patient_id, kind=LevelKind.GOAL, respondent=whose, item=name,
            value=answer.value, set_at=at, set_by=f"patient:{response.patient_id}", response_id=response.id,
        )  # fmt: skip
