"""What rules look back on: the series of one item's answers, and the levels they are held against."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from app.alerts.entries import Entry, ItemFacts, moment, number
from app.codes import Respondent

Levels = Mapping[str, Any]

# Where the harm of going without is plain, a goal of 3 stands in until the person has set their own: pain,
# breathlessness and nausea, by SNOMED CT code and by plain name. A site may pass others.
DEFAULT_GOALS: Levels = MappingProxyType(
    {"22253000": 3, "pain": 3, "267036007": 3, "breathlessness": 3, "422587007": 3, "nausea": 3}
)
_DEFAULT_GOAL_SCALE_END = 10

PREVIOUS_AT_MOST = timedelta(days=14)
"""How old an answer may be, edge included, to be compared with the next one."""


class Answer(NamedTuple):
    """A number that somebody gave at some time."""

    at: datetime
    value: float


class Level(NamedTuple):
    """A goal or a baseline, with its date where it has one. ``given`` is false for a default or a first answer."""

    value: float
    at: datetime | None
    given: bool


@dataclass(frozen=True)
class History:
    """The entries up to the judged one, in order of ``authored_at``, with the person's goals and baselines."""

    earlier: tuple[Entry, ...]
    judged: Entry
    goals: Levels
    baselines: Levels
    default_goals: Levels
    enrolled_at: datetime | None = None
    _series: dict[str, "Series"] = field(default_factory=dict)
    _now: dict[str, "tuple[ItemFacts, Answer | None]"] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        entries: Sequence[Entry],
        *,
        goals: Levels,
        baselines: Levels,
        default_goals: Levels,
        enrolled_at: datetime | None,
    ) -> Self:
        """Order the entries. One authored after the judged one is no part of its past, even if it arrived before it."""
        judged = entries[-1]
        past = [e for e in entries[:-1] if e.authored_at <= judged.authored_at and e.status != "entered-in-error"]
        past.sort(key=lambda entry: entry.authored_at)
        return cls(tuple(past), judged, goals, baselines, default_goals, enrolled_at)

    def now(self, name: str) -> "tuple[ItemFacts, Answer | None]":
        """The judged entry's item of that ``link_id``, else code, and its answer; looked up once for all rules."""
        found = self._now.get(name)
        if found is None:
            facts = self.item(name)
            found = self._now[name] = (facts, self.current(facts))
        return found

    def item(self, name: str) -> ItemFacts:
        """The judged entry's item of that ``link_id``, else code; a bare one where nothing is known of it."""
        found = self.judged.items.find(name) if self.judged.items else None
        return found or ItemFacts(link_id=name, label=name.replace("_", " "))

    def score(self, name: str) -> "tuple[ItemFacts, Answer | None]":
        """What the judged entry's answers add up to under this name, if they do."""
        known = self.judged.items.scores.get(name) if self.judged.items else None
        value = number(self.judged.scores.get(name))
        facts = known or ItemFacts(name, label=name.replace("_", " ").replace("-", " "), kind="score")
        return facts, None if value is None else Answer(self.judged.authored_at, value)

    def current(self, facts: ItemFacts) -> Answer | None:
        """The judged answer, if a number was given."""
        value = self.judged.number(facts.link_id)
        return None if value is None else Answer(self.judged.authored_at, value)

    def series(self, facts: ItemFacts) -> "Series":
        """The item's answers: of the judged entry's respondent and recall period, and of the same code.

        Without a code, of the same questionnaire and ``link_id``.
        """
        if facts.link_id not in self._series:
            self._series[facts.link_id] = Series(self.current(facts), self._comparable, partial(self._answer, facts))
        return self._series[facts.link_id]

    def previous(self, facts: ItemFacts) -> Answer | None:
        """The latest earlier answer with a value, unless it is too old to compare with."""
        past = None if facts.derived else self.series(facts).back(1)
        return past if past and self.judged.authored_at - past.at <= PREVIOUS_AT_MOST else None

    def others(self, facts: ItemFacts) -> tuple[Answer, ...]:
        """What the other of patient and caregiver answered about the same symptom, whatever questionnaire asked it.

        Recall periods must agree where both are stated. Without codes the ``link_id`` says what is the same symptom.
        """
        other = {Respondent.SELF: Respondent.PROXY, Respondent.PROXY: Respondent.SELF}.get(self.judged.respondent)
        recall = self.judged.recall_period
        found = []
        for entry in self.earlier:
            if (
                entry.respondent is other
                and not entry.sets_goals
                and (not recall or entry.recall_period in (None, recall))
            ):
                links = entry.items.same_code(facts) if entry.items and facts.code else []
                found.append(_first_number(entry, links or [facts.link_id]))
        return tuple(answer for answer in found if answer)

    @cached_property
    def mine(self) -> tuple[Entry, ...]:
        """The earlier entries of the judged entry's respondent."""
        return tuple(entry for entry in self.earlier if entry.respondent is self.judged.respondent)

    @cached_property
    def _comparable(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.mine if comparable(entry, self.judged))

    def goal(self, facts: ItemFacts) -> Level | None:
        """The level at which the person would be comfortable: their own, else the default one, else none."""
        own = _level(self.goals, self.judged.respondent, facts)
        if own is not None or facts.high not in (None, _DEFAULT_GOAL_SCALE_END):
            return own
        default = next((self.default_goals[name] for name in facts.names if name in self.default_goals), None)
        return None if default is None else Level(float(default), None, given=False)

    def baseline(self, facts: ItemFacts) -> Level | None:
        """The baseline that staff set, if they did."""
        return _level(self.baselines, self.judged.respondent, facts)

    def _answer(self, facts: ItemFacts, entry: Entry) -> Answer | None:
        return _first_number(entry, links_in(entry, facts, self.judged.questionnaire))


class Series:
    """One item's answers with a value, looked up only as far back as somebody asks: a history may be long."""

    def __init__(
        self, current: Answer | None, earlier: Sequence[Entry], answer: Callable[[Entry], Answer | None]
    ) -> None:
        self._known = [current]
        self._earlier = earlier
        self._answer = answer
        self._older = (found for entry in reversed(earlier) if (found := answer(entry)))

    def back(self, steps: int) -> Answer | None:
        """The judged answer (0), the one before it (1), and so on; ``None`` where there is none."""
        while len(self._known) <= steps:
            older = next(self._older, None)
            if older is None:
                return None
            self._known.append(older)
        return self._known[steps]

    @cached_property
    def first(self) -> Answer | None:
        """The first answer before the judged one."""
        return next((found for entry in self._earlier if (found := self._answer(entry))), None)


def comparable(entry: Entry, judged: Entry) -> bool:
    """Whether the answers in an entry are of the series that those in the judged one are of."""
    same = entry.respondent is judged.respondent and entry.recall_period == judged.recall_period
    return same and not entry.sets_goals


def links_in(entry: Entry, facts: ItemFacts, questionnaire: str | None) -> Sequence[str]:
    """Under which names an entry answers the item: those of the same code, else its own in the same questionnaire."""
    if facts.code and entry.items:
        return entry.items.same_code(facts)
    return (facts.link_id,) if entry.questionnaire == questionnaire else ()


def closest(answers: Sequence[Answer], at: datetime, most: timedelta) -> Answer | None:
    """The answer nearest in time to ``at``, at most that far away; the later of two equally near."""
    near = [answer for answer in answers if abs(answer.at - at) <= most]
    return min(reversed(near), key=lambda answer: abs(answer.at - at), default=None)


def _first_number(entry: Entry, links: Sequence[str]) -> Answer | None:
    """The number an entry gives; of several items with the same code, that of the first which was answered."""
    for link in links:
        value = entry.number(link)
        if value is not None:
            return Answer(entry.authored_at, value)
    return None


def _level(levels: Levels, respondent: Respondent, facts: ItemFacts) -> Level | None:
    """Look up under ``{"self": {name: …}}``, under ``"self:name"``, or under a ``name`` meant for the judged one."""
    if not levels:
        return None
    own = levels.get(respondent)
    nested: Levels = own if isinstance(own, Mapping) else {}
    for name in facts.names:
        for found in (nested.get(name), levels.get(f"{respondent}:{name}"), levels.get(name)):
            if found is None:
                continue
            if not isinstance(found, Mapping):
                return Level(float(found), None, given=True)
            at = found.get("set_at") or found.get("at")
            return Level(float(found["value"]), moment(at) if at else None, given=True)
    return None
