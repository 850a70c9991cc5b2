"""Three-valued logic: a condition is true, false or unknown for the entry that is judged, and says why it is true.

Unknown means that an operand is missing: a question skipped or not asked, no earlier answer, no goal. Missing is never
read as 0. ``all``, ``any`` and ``not`` are Kleene's, and a rule fires only on true.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from app.alerts.entries import Entry, ItemFacts
from app.alerts.history import Answer, History
from app.alerts.wording import Clause


class Basis(StrEnum):
    """What a piece of evidence rests on.

    ``LEVEL`` is an answer that is bad in itself; ``BOUND`` one that only lies on the right side of a number, such as a
    5 for "at or above 4"; ``LIMIT`` one on its harmless side; ``STEADY`` one that has done so several times running.
    """

    LEVEL = "level"
    BOUND = "bound"
    LIMIT = "limit"
    RISE = "rise"
    RELIEF = "relief"
    GOAL = "goal"
    STEADY = "steady"
    GAP = "gap"
    CLUSTER = "cluster"
    URGENT = "urgent"
    WORDS = "words"
    SILENCE = "silence"
    AMBERS = "ambers"
    FORM = "form"


class Evidence(NamedTuple):
    """One reason why a condition is true: the item and answer where there is one, and a clause.

    The clause is worded only when a finding needs it: most conditions that are true alone fire no rule. ``times`` says
    how often running it held.
    """

    basis: Basis
    clause: Clause
    facts: ItemFacts | None = None
    answer: Answer | None = None
    values: Mapping[str, Any] = MappingProxyType({})
    times: int = 1


class Verdict(NamedTuple):
    """Whether a condition holds (``None``: unknown), and why if it does."""

    truth: bool | None
    evidence: tuple[Evidence, ...] = ()


UNKNOWN, FALSE = Verdict(None), Verdict(False)


@dataclass(frozen=True, slots=True)
class Scene:
    """What conditions are judged on.

    ``ambers`` are the items, or named subjects, that are amber in this entry; ``was_red`` tells whether an earlier
    entry raised a red. Reasons are worded in ``language``. While answers still come in, it is not ``completed``.
    """

    history: History
    was_red: Callable[[Entry], bool]
    language: str = "en"
    ambers: tuple[ItemFacts, ...] = ()
    completed: bool = True


class Condition(Protocol):
    """Something that is true, false or unknown of a scene."""

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        ...


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when all are; false as soon as one is."""

    parts: tuple[Condition, ...]

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        return all_hold(part.judge(scene) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True as soon as one is; false when all are."""

    parts: tuple[Condition, ...]

    def judge(self, scene: Scene) -> Verdict:
        """Decide; every part that is true gives its evidence."""
        verdicts = [part.judge(scene) for part in self.parts]
        truth = any_of(verdict.truth for verdict in verdicts)
        return Verdict(truth, _why(v for v in verdicts if v.truth) if truth else ())


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; of unknown, unknown."""

    part: Condition

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        truth = self.part.judge(scene).truth
        return Verdict(None if truth is None else not truth)


def all_of(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's "and": false wins, then unknown."""
    unknown = False
    for truth in truths:
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def all_hold(verdicts: Iterable[Verdict]) -> Verdict:
    """All of them together, with the evidence of each; looks no further than the first that is false."""
    why: list[Evidence] = []
    unknown = False
    for truth, evidence in verdicts:
        if truth is False:
            return FALSE
        unknown = unknown or truth is None
        why += evidence
    return UNKNOWN if unknown else Verdict(True, tuple(why))


def any_of(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's "or": true wins, then unknown."""
    unknown = False
    for truth in truths:
        if truth:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every condition within, without the joints."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield condition


def _why(verdicts: Iterable[Verdict]) -> tuple[Evidence, ...]:
    return tuple(evidence for verdict in verdicts for evidence in verdict.evidence)
