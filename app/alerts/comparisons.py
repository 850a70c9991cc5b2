"""Comparing one item's answers: with a number, with earlier answers, with the goal, with what the caregiver says."""

import operator as compare
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from app.alerts.entries import ItemFacts
from app.alerts.history import PREVIOUS_AT_MOST, Answer, History, Level, Series, closest
from app.alerts.logic import FALSE, UNKNOWN, Basis, Evidence, Scene, Verdict, all_hold, all_of
from app.alerts.wording import Clause

# Both edges are included: an answer exactly this old is still used.
_BEST_OF = timedelta(days=28)
_DISCORDANCE_AT_MOST = timedelta(hours=24)
_LONGEST_ROW = 1000  # at 14 days each longer than anybody is asked; no longer row is ever whole
_LOOKS_BACK = {"rises_by", "falls_by", "discordance_at_least"}

_REFERENCE_AT_MOST = {"previous": PREVIOUS_AT_MOST, "best": _BEST_OF, "baseline": timedelta(0)}

HOLDS = {"at_least": compare.ge, "at_most": compare.le, "equals": compare.eq}
"""How a number is held against another, by operator."""
OPERATORS = (*HOLDS, "rises_by", "falls_by", "above_goal", "discordance_at_least")


@dataclass(frozen=True, slots=True)
class Comparison:
    """All the comparisons that one condition makes with one item.

    ``tests`` are pairs of operator and operand. ``since`` is what a rise or fall is measured from. ``consecutive``
    asks for the same of the answers before, and ``within`` limits how old an answer may be that is used at all.
    """

    item: str
    tests: tuple[tuple[str, float], ...]
    since: str = "previous"
    consecutive: int = 1
    within: timedelta | None = None
    reach: timedelta = field(init=False, repr=False, compare=False)
    """How old an answer that decides it may be at most, the first one aside."""
    _age: timedelta = field(init=False, repr=False, compare=False)
    _plain: tuple[tuple[Callable[[float, float], bool], float], ...] = field(init=False, repr=False, compare=False)
    _rise: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_plain", tuple((HOLDS[name], n) for name, n in self.tests if name in HOLDS))
        object.__setattr__(self, "_age", max(map(self._age_of, dict(self.tests))))
        object.__setattr__(self, "reach", self._back(PREVIOUS_AT_MOST * min(self.consecutive - 1, _LONGEST_ROW)))
        object.__setattr__(self, "_rise", max((n for name, n in self.tests if name == "rises_by"), default=0))

    @property
    def looks_back(self) -> bool:
        """Whether it needs more than the judged answer."""
        return self.consecutive > 1 or any(operator in _LOOKS_BACK for operator, _ in self.tests)

    @property
    def against_first(self) -> bool:
        """Whether it may be held against the first answer there ever was."""
        return self.since == "baseline" and any(operator in ("rises_by", "falls_by") for operator, _ in self.tests)

    def reach_for(self, row: timedelta) -> timedelta:
        """The reach where the row of answers that it asks for is known to go back so far."""
        return min(self.reach, self._back(row))

    def _back(self, row: timedelta) -> timedelta:
        """How far a row of answers goes back, with what the oldest of them is held against."""
        return (row if self.within is None else min(row, self.within)) + self._age

    def _age_of(self, operator: str) -> timedelta:
        """How much older than an answer it may be what that is held against."""
        if operator == "discordance_at_least":
            return _DISCORDANCE_AT_MOST
        return _REFERENCE_AT_MOST[self.since] if operator in ("rises_by", "falls_by") else timedelta(0)

    def possible(self, history: History) -> bool:
        """Whether it may be true, as far as the judged answer alone says: there is one, and no number rules it out.

        Nothing has risen to where the scale begins.
        """
        facts, current = history.now(self.item)
        if current is None or not all(holds(current.value, operand) for holds, operand in self._plain):
            return False
        return self._rise <= 0 or facts.room(current.value) >= self._rise

    def judge(self, scene: Scene) -> Verdict:
        """Decide. The judged answer missing, nothing can be said whatever the past."""
        facts, current = scene.history.now(self.item)
        if current is None:
            return UNKNOWN
        answers = _Answers(self, scene, facts, scene.history.series(facts), current.at)
        now = answers.judge(0, current)
        if self.consecutive == 1:
            return now
        truth = all_of(chain([now.truth], answers.before(current, self.consecutive - 1)))
        return Verdict(truth, now.evidence if truth else ())


class _Answers(NamedTuple):
    """One item's answers, counted back from the judged one, which is 0."""

    condition: Comparison
    scene: Scene
    facts: ItemFacts
    series: Series
    now: datetime

    def before(self, later: Answer, count: int) -> Iterator[bool | None]:
        """Whether each of the ``count`` answers before the judged one satisfies too; unknown where the chain breaks."""
        for steps in range(1, count + 1):
            answer = self.series.back(steps)
            if answer is None or not self._usable(answer) or later.at - answer.at > PREVIOUS_AT_MOST:
                yield None
                return
            yield self._satisfies(steps, answer)
            later = answer

    def _satisfies(self, steps: int, answer: Answer) -> bool | None:
        """Whether an earlier answer does, of which no evidence is needed: numbers alone are held against at once."""
        if len(self.condition._plain) == len(self.condition.tests):
            return all(holds(answer.value, operand) for holds, operand in self.condition._plain)
        return self.judge(steps, answer).truth

    def judge(self, steps: int, answer: Answer) -> Verdict:
        """Whether an answer satisfies every test."""
        return all_hold(self._test(steps, answer, operator, operand) for operator, operand in self.condition.tests)

    def _test(self, steps: int, answer: Answer, operator: str, operand: float) -> Verdict:
        value = answer.value
        match operator:
            case "at_least" | "at_most" | "equals":
                if not HOLDS[operator](value, operand):
                    return FALSE
                return self._true(
                    answer, self._bad(operator, value), lambda say: say.compared(self.facts, operator, operand)
                )
            case "above_goal":
                return self._goal(answer, bool(operand))
            case "discordance_at_least":
                return self._discordance(answer, operand)
            case _:
                return self._change(steps, answer, operator, operand)

    def _change(self, steps: int, answer: Answer, operator: str, operand: float) -> Verdict:
        reference = self._reference(steps, answer)
        if reference is None:
            return UNKNOWN
        change = self.facts.worsening(answer.value, reference.value)
        if (change if operator == "rises_by" else -change) < operand:
            return FALSE
        since = self.condition.since
        values = {since: reference.value} | ({f"{since}_at": reference.at.isoformat()} if reference.at else {})
        basis = Basis.RISE if operator == "rises_by" else Basis.RELIEF
        return self._true(answer, basis, lambda say: say.changed(change, since, reference, answer.at), values)

    def _reference(self, steps: int, answer: Answer) -> Level | None:
        """What a change is measured from; ``None`` where there is nothing, or nothing recent enough."""
        before = self.series.back(steps + 1)
        if self.condition.since == "baseline":
            level = self.scene.history.baseline(self.facts)
            if level is not None:
                return level
            found = self.series.first if before else None
        elif self.condition.since == "best":
            found = self._best(steps + 1, answer.at)
        else:
            found = before if before and answer.at - before.at <= PREVIOUS_AT_MOST else None
        return Level(found.value, found.at, given=False) if found and self._usable(found) else None

    def _best(self, steps: int, at: datetime) -> Answer | None:
        """The least burdensome answer of the last 28 days, the latest of equals."""
        best = None
        while (answer := self.series.back(steps)) and at - answer.at <= _BEST_OF and self._usable(answer):
            if best is None or self.facts.worsening(answer.value, best.value) < 0:
                best = answer
            steps += 1
        return best

    def _goal(self, answer: Answer, expected: bool) -> Verdict:
        goal = self.scene.history.goal(self.facts)
        if goal is None:
            return UNKNOWN
        beyond = self.facts.worsening(answer.value, goal.value) > 0
        if beyond is not expected:
            return FALSE
        values = {"goal": goal.value, "goal_is_default": not goal.given}
        return self._true(answer, Basis.GOAL, lambda say: say.beyond_goal(self.facts, goal, beyond), values)

    def _discordance(self, answer: Answer, operand: float) -> Verdict:
        other = closest(self.scene.history.others(self.facts), answer.at, _DISCORDANCE_AT_MOST)
        if other is None or not self._usable(other):
            return UNKNOWN
        gap = abs(answer.value - other.value)
        if gap < operand:
            return FALSE
        respondent = self.scene.history.judged.respondent
        values = {"other": other.value, "other_at": other.at.isoformat()}
        return self._true(answer, Basis.GAP, lambda say: say.differing(gap, other, respondent, answer.at), values)

    def _true(self, answer: Answer, basis: Basis, clause: Clause, values: dict[str, Any] | None = None) -> Verdict:
        times = self.condition.consecutive
        return Verdict(True, (Evidence(basis, clause, self.facts, answer, values or {}, times),))

    def _bad(self, operator: str, value: float) -> Basis:
        """Whether a number that satisfies a plain comparison is bad in itself."""
        if operator == ("at_least" if self.facts.worse == "low" else "at_most"):
            return Basis.LIMIT
        severe = self.facts.severe(value)
        if severe is None:
            return Basis.LEVEL if self.condition.consecutive == 1 else Basis.STEADY
        return Basis.LEVEL if severe else Basis.BOUND

    def _usable(self, answer: Answer) -> bool:
        within = self.condition.within
        return within is None or self.now - answer.at <= within
