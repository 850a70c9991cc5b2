"""Personal goals and baselines: the levels that one person's symptoms are held against, as they were at a moment."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class LevelKind(StrEnum):
    """What a level means."""

    GOAL = "goal"
    """At or better than this the person would feel comfortable."""
    BASELINE = "baseline"
    """What is usual for them."""


class LevelSet(NamedTuple):
    """A level that was set, or with an empty ``value`` taken back. ``item`` is a code, else a ``link_id``."""

    kind: str
    respondent: str
    item: str
    value: float | None
    set_at: datetime


Levels = Mapping[str, Mapping[str, Mapping[str, object]]]
"""By respondent and item: ``{"self": {"22253000": {"value": 3, "set_at": …}}}``."""


def levels_at(levels: Iterable[LevelSet], kind: LevelKind, at: datetime) -> Levels:
    """The levels of a kind that held at a moment: of each item the latest, unless it was taken back."""
    latest: dict[tuple[str, str], LevelSet] = {}
    for level in levels:
        key = (level.respondent, level.item)
        if level.kind == kind and level.set_at <= at and (key not in latest or level.set_at >= latest[key].set_at):
            latest[key] = level
    found: dict[str, dict[str, Mapping[str, object]]] = {}
    for (respondent, item), level in latest.items():
        if level.value is not None:
            found.setdefault(respondent, {})[item] = {"value": level.value, "set_at": level.set_at}
    return found
