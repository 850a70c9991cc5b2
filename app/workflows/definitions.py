"""Published content as definitions that the pure parts understand; immutable, so made once per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.alerts.rules import AlertRule
from app.checkins import store as checkins
from app.checkins.plan import CheckinPlanDefinition
from app.codes import Tier
from app.db import Session
from app.questionnaires import store as questionnaires
from app.questionnaires.definition import Questionnaire


@dataclass(frozen=True, slots=True)
class Program:
    """One published program: when people are asked, the rules, and who is told."""

    id: str
    name: str
    version: str
    check_ins: tuple[CheckinPlanDefinition, ...]
    rules: tuple[AlertRule, ...]
    escalation: Mapping[str, Mapping[str, Any]]

    @property
    def label(self) -> str:
        """Name and version, as evidence on an alert."""
        return f"{self.name} {self.version}"

    def check_in(self, name: str) -> CheckinPlanDefinition | None:
        """The check-in with this name."""
        return next((c for c in self.check_ins if c.name == name), None)


class _Frozen:
    """Hands a definition to the cache without hashing it: its id says which it is."""

    def __init__(self, id: str, definition: Mapping[str, Any], name: str = "") -> None:
        self.id, self.definition, self.name = id, definition, name

    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self.id == other.id


def load_questionnaire(session: Session, questionnaire_id: str) -> Questionnaire:
    """The questionnaire published under this id."""
    row = questionnaires.get_questionnaire(session, questionnaire_id=questionnaire_id)
    return _questionnaire(_Frozen(row.id, row.definition))


def load_program(session: Session, program_id: str) -> Program:
    """The program published under this id."""
    row = checkins.get_program(session, program_id=program_id)
    return _program(_Frozen(row.id, row.definition, row.name))


def default_policy(tier: str) -> Mapping[str, Any]:
    """The ladder for an alert that no program stands behind: an unknown number, a person without an enrolment."""
    return _DEFAULT_LADDER[Tier(tier)]


@lru_cache(maxsize=256)
def _questionnaire(frozen: _Frozen) -> Questionnaire:
    return Questionnaire.from_mapping(frozen.definition)


@lru_cache(maxsize=64)
def _program(frozen: _Frozen) -> Program:
    data = frozen.definition
    return Program(
        id=frozen.id,
        name=frozen.name,
        version=str(data["version"]),
        check_ins=tuple(CheckinPlanDefinition.from_mapping(c) for c in data["check_ins"]),
        rules=tuple(AlertRule.from_mapping(r) for r in data.get("rules", ())),
        escalation=data.get("escalation", {}),
    )


_DEFAULT_LADDER: Mapping[Tier, Mapping[str, Any]] = {
    Tier.RED: {
        "clock": "wall",
        "steps": [{"page": "on_call"}, {"after": "PT15M", "page": "backup"}, {"after": "PT15M", "page": "everyone"}],
        "repeat": "PT15M",
        "resolve_within": "PT2H",
    },
    Tier.AMBER: {
        "clock": "clinic",
        "steps": [{"page": "on_call"}],
        "acknowledge_within": "PT4H",
        "resolve_within": "P2D",
    },
    Tier.WATCH: {"steps": []},
}
