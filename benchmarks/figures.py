"""What a benchmark hands back, and how percentiles are taken: from the raw samples, never from averages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``met`` is ``None`` where there is no target; ``raw`` goes to the results file."""

    benchmark: str
    database: str
    what: str
    measured: str
    reference: str = ""
    target: str = ""
    met: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least ``percent`` of all are not above; NaN without samples."""
    if not samples:
        return math.nan
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def milliseconds(samples: Sequence[float]) -> dict[str, float]:
    """Count, p50, p95, p99 and maximum of samples in seconds, in milliseconds."""
    spread = {f"p{percent}": round(percentile(samples, percent) * 1000, 2) for percent in (50, 95, 99)}
    return {"count": len(samples), **spread, "max": round(max(samples, default=math.nan) * 1000, 2)}


def latency(samples: Sequence[float]) -> str:
    """Samples in seconds, as the table shows them."""
    return f"p50 {percentile(samples, 50) * 1000:.0f} ms, p99 {percentile(samples, 99) * 1000:.0f} ms"
