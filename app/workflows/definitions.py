"""Published content as definitions that the pure parts understand; immutable, so made once per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from app.alerts.entries import ItemFacts, ItemSet
from app.alerts.rules import AlertRule
from app.checkins.plan import CheckinPlanDefinition
from app.checkins.store import programs as program_store
from app.codes import Tier
from app.db import Session
from app.questionnaires import store as questionnaires
from app.questionnaires.definition import Questionnaire

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Program:
    """One published program: when people are asked, the rules, and who is told."""

    id: str
    name: str
    version: str
    check_ins: tuple[CheckinPlanDefinition, ...]
    rules: tuple[AlertRule, ...]
    escalation: Mapping[str, Mapping[str, Any]]

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], *, id: str = "") -> "Program":
        """Make it from a definition that passed the content's check; without an ``id`` it is not published."""
        return cls(
            id=id,
            name=str(data["name"]),
            version=str(data["version"]),
            check_ins=tuple(CheckinPlanDefinition.from_mapping(c) for c in data["check_ins"]),
            rules=tuple(AlertRule.from_mapping(r) for r in data.get("rules", ())),
            escalation=data.get("escalation", {}),
        )

    @property
    def label(self) -> str:
        """Name and version, as evidence on an alert."""
        return f"{self.name} {self.version}"

    def check_in(self, name: str) -> CheckinPlanDefinition | None:
        """The check-in with this name."""
        return next((c for c in self.check_ins if c.name == name), None)


_QUESTIONNAIRES: dict[str, tuple[Questionnaire, ItemSet]] = {}
_PROGRAMS: dict[str, Program] = {}
# Far more than are in use at a time; what is dropped is read again.
_KEPT = 256


def load_questionnaire(session: Session, questionnaire_id: str) -> Questionnaire:
    """The questionnaire published under this id. Its rows never change and ids are never used twice: read once."""
    return _load(session, questionnaire_id)[0]


def load_items(session: Session, questionnaire_id: str) -> ItemSet:
    """What rules need to know of a questionnaire's items."""
    return _load(session, questionnaire_id)[1]


def items_of(questionnaire: Questionnaire) -> ItemSet:
    """The same for a questionnaire that is at hand, with what it adds up."""
    scores = (
        ItemFacts(s.name, label=s.title.get("en") or s.name.replace("_", " "), labels=s.title, kind="score")
        for s in questionnaire.scores
    )
    return ItemSet(questionnaire.items, scores)


def load_program(session: Session, program_id: str) -> Program:
    """The program published under this id; read once, as questionnaires are."""
    known = _PROGRAMS.get(program_id)
    if known is None:
        row = program_store.get_program(session, program_id=program_id)
        known = Program.from_mapping({"name": row.name, **row.definition}, id=row.id)
        _keep(_PROGRAMS, row.id, known)
    return known


def default_policy(tier: str) -> Mapping[str, Any]:
    """The ladder for an alert that no program stands behind: an unknown number, a person without an enrolment."""
    return _DEFAULT_LADDER[Tier(tier)]


def _load(session: Session, questionnaire_id: str) -> tuple[Questionnaire, ItemSet]:
    known = _QUESTIONNAIRES.get(questionnaire_id)
    if known is None:
        row = questionnaires.get_questionnaire(session, questionnaire_id=questionnaire_id)
        questionnaire = Questionnaire.from_mapping(row.definition)
        known = (questionnaire, items_of(questionnaire))
        _keep(_QUESTIONNAIRES, row.id, known)
    return known


def _keep(kept: dict[str, T], id: str, definition: T) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[id] = definition


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
