"""When a question is asked: what must have been answered before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison with an earlier answer of the same response; exactly one of the bounds is set."""

    item: str
    at_least: float | None = None
    at_most: float | None = None
    equals: float | None = None
    not_equals: float | None = None
    more_than: float | None = None
    less_than: float | None = None
    exists: bool | None = None

    def holds(self, value: float | str | None) -> bool:
        """Tell whether an answer, ``None`` for none, satisfies this. No answer is only not equal, or not there."""
        if self.exists is not None:
            return (value is not None) is self.exists
        if self.not_equals is not None:
            return value != self.not_equals
        if value is None or isinstance(value, str):
            return False
        if self.at_least is not None:
            return value >= self.at_least
        if self.at_most is not None:
            return value <= self.at_most
        if self.more_than is not None:
            return value > self.more_than
        if self.less_than is not None:
            return value < self.less_than
        return value == self.equals


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """When an item is asked: all, or any, of its conditions hold. Those of the groups around it are among them."""

    conditions: "tuple[Condition | EnableWhen, ...]"
    behavior: str = "any"

    def holds(self, values: Mapping[str, float | str | None]) -> bool:
        """Tell whether the item is to be asked, given the answers so far by ``link_id``."""
        results = [
            part.holds(values) if isinstance(part, EnableWhen) else part.holds(values.get(part.item))
            for part in self.conditions
        ]
        return all(results) if self.behavior == "all" else any(results)


def decided(when: EnableWhen, values: Mapping[str, float | str | None], unanswered: Collection[str]) -> bool | None:
    """Whether the item is asked, ``None`` where that hangs on one of ``unanswered``: asked, and not answered yet."""
    found: list[bool | None] = []
    for part in when.conditions:
        if isinstance(part, EnableWhen):
            found.append(decided(part, values, unanswered))
        else:
            found.append(None if part.item in unanswered else part.holds(values.get(part.item)))
    certain = when.behavior != "all"
    if certain in found:
        return certain
    return None if None in found else not certain


def enable_when(data: Mapping[str, Any]) -> EnableWhen:
    """Make it from ``{any: [...]}``, ``{all: [...]}`` or a single comparison, as content files have it."""
    behavior = "all" if "all" in data else "any"
    listed = data.get(behavior)
    rows: Sequence[Mapping[str, Any]] = listed if listed is not None else [data]
    return EnableWhen(tuple(Condition(**row) for row in rows), behavior)
