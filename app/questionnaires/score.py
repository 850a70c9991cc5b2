"""A score that an instrument declares: which answers it adds up, what a missing one does to it, and what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRORATE_HALF = "prorate_half"


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """The scores from ``low`` to ``high``, both included (``None``: no end), and what they are called."""

    name: str
    low: float
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """``kind`` is ``sum``, ``mean`` or ``composite``; ``items`` are link ids.

    ``most_missing`` is how many of them may be unanswered: the answered ones then stand for the others.
    """

    name: str
    kind: str
    items: tuple[str, ...]
    most_missing: int = 0
    title: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[ScoreBand, ...] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> "Score":
        """Make it from ``{name, kind, items, missing?, title?, bands?}`` that passed ``content`` validation."""
        items = tuple(data["items"])
        missing = data.get("missing", "none")
        most = missing["at_most"] if isinstance(missing, Mapping) else len(items) // 2 if missing == PRORATE_HALF else 0
        bands = tuple(ScoreBand(band["name"], band["from"], band.get("to")) for band in data.get("bands", ()))
        return cls(data["name"], data["kind"], items, int(most), data.get("title", {}), bands)

    def band(self, value: float | None) -> str | None:
        """The name of the band that a score lies in: the last one that begins at or below it and has not ended."""
        if value is None:
            return None
        inside = [b for b in self.bands if value >= b.low and (b.high is None or value <= b.high)]
        return inside[-1].name if inside else None
