"""Scores: what a set of answers amounts to. Missing is never 0; without an operand there is no score."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.composites import TERMS, composite_for, composite_grade

__all__ = ["ESAS_R_PRESENT", "TERMS", "Band", "band", "composite_for", "composite_grade", "sum_score"]

_SCALE_END = 10

# The lowest answer that means the symptom is there at all, item by item, on the revised Edmonton scale
# (PubMed 29734814): nausea counts sooner than the others, appetite later.
ESAS_R_PRESENT: Mapping[str, int] = MappingProxyType(
    {"pain": 4, "tiredness": 4, "drowsiness": 4, "nausea": 2, "appetite": 5, "breathlessness": 4}
)


class Band(StrEnum):
    """The four bands of a 0-10 answer: 0, 1-3, 4-6, 7-10."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


def band(value: float) -> Band:
    """The band of an answer on a 0-10 scale where 10 is worst; ``ValueError`` outside it.

    Severe from 7, moderate from 4: the Edmonton scale's cut-offs (PubMed 19963335). An answer between two whole
    numbers belongs to the band it has reached.
    """
    if not 0 <= value <= _SCALE_END:
        raise ValueError(f"{value!r} is not on a 0-10 scale.")
    if value == 0:
        return Band.NONE
    for lowest, name in ((7, Band.SEVERE), (4, Band.MODERATE)):
        if value >= lowest:
            return name
    return Band.MILD


def sum_score(
    answers: Mapping[str, float | None], items: Iterable[str], *, skipped: Collection[str] = ()
) -> float | None:
    """The sum of some items, as short mood questionnaires are scored; ``None`` as soon as one is unanswered.

    ``items`` and ``skipped`` are ``link_id`` values; an item that branching skipped counts as 0.
    """
    total = 0.0
    for link_id in items:
        value = answers.get(link_id)
        if link_id in skipped:
            value = 0
        if value is None:
            return None
        total += value
    return total
