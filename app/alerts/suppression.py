"""Snooze to an expected level: what is known and planned for calls nobody, until it gets worse than that.

Whatever is in doubt calls somebody: a finding without a number of the snoozed subject is never held back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.alerts.findings import Finding
from app.codes import Tier

BREAKS_THROUGH_BY = 2
"""How much worse than expected an answer must be to call somebody all the same."""

_SEVERE, _MOST_SEVERE, _SCALE_END = 7, 9, 10


@dataclass(frozen=True, slots=True)
class Expectation:
    """A level that is expected of one subject (``self:pain``) for now."""

    subject: str
    level: float


class SnoozeSet(NamedTuple):
    """A snooze of one subject and the stretch of time for which it was set; ``ended_at`` where somebody ended it."""

    id: str
    subject: str
    expected: float
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None

    def runs(self, at: datetime) -> bool:
        """Whether it holds anything back at a moment."""
        return self.starts_at <= at < self.ends_at and (self.ended_at is None or at < self.ended_at)


def expected_at(snoozes: Iterable[SnoozeSet], at: datetime) -> tuple[Expectation, ...]:
    """What is expected at a moment."""
    return tuple(Expectation(snooze.subject, snooze.expected) for snooze in snoozes if snooze.runs(at))


def hold_back(findings: Sequence[Finding], expected: Sequence[Expectation]) -> tuple[list[Finding], list[Finding]]:
    """Part findings into those that call somebody and those that a snooze holds back, both in order.

    Red-flag words and a wish for a call now release everything that came with them. A count of ambers is held back
    when at most one of them is left to call anybody.
    """
    levels = {expectation.subject: expectation.level for expectation in expected}
    if not levels or any(finding.insists for finding in findings):
        return list(findings), []
    held = [f for f in findings if f.subject in levels and _as_expected(f, levels[f.subject])]
    if held:
        quiet = {_label(f) for f in held} - {_label(f) for f in findings if f not in held}
        held += [finding for finding in findings if _lonely(finding, quiet)]
    return [f for f in findings if f not in held], [f for f in findings if f in held]


def severe(level: float, worse: str = "high") -> bool:
    """Whether a level is one of the upper four of a 0-10 scale, which are red where a symptom has a red."""
    return burden(level, worse) >= _SEVERE


def beyond_snoozing(level: float, worse: str = "high") -> bool:
    """Whether a level is one of the two worst of a 0-10 scale, which always call somebody."""
    return burden(level, worse) >= _MOST_SEVERE


def value_of(values: Mapping[str, Any], subject: str) -> tuple[float, str] | None:
    """The number behind a subject and the direction in which it is worse; ``None`` where there is no such number."""
    names = {subject.partition(":")[2]}
    for row in _rows(values):
        if names & {row.get("item"), row.get("code")} and isinstance(row.get("value"), int | float):
            return float(row["value"]), str(row.get("worse", "high"))
    return None


def _as_expected(finding: Finding, level: float) -> bool:
    """Whether a finding says no more than what is expected."""
    found = value_of(finding.values, finding.subject)
    if found is None or finding.then is not None:
        return False
    value, worse = found
    if any(beyond_snoozing(row["value"], str(row.get("worse", "high"))) for row in numbers(finding.values)):
        return False
    if finding.tier is Tier.RED and not severe(level, worse):
        return False
    return burden(value, worse) - burden(level, worse) < BREAKS_THROUGH_BY


def _label(finding: Finding) -> str:
    return finding.about.label if finding.about else finding.subject


def _lonely(finding: Finding, quiet: set[str]) -> bool:
    """Whether a count of ambers rests on at most one that is not held back itself."""
    ambers = finding.values.get("ambers")
    return isinstance(ambers, Sequence) and sum(label not in quiet for label in ambers) <= 1


def burden(level: float, worse: str) -> float:
    """A level on a 0-10 scale where more is worse."""
    return _SCALE_END - level if worse == "low" else level


def _rows(values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return values.get("items") or (values,)


def numbers(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The rows of a finding's values that have a number."""
    return (row for row in _rows(values) if isinstance(row.get("value"), int | float))
