"""Scores: what a set of answers amounts to. Missing is never 0; without an operand there is no score."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from app.composites import TERMS, composite_for, composite_grade, part_of
from app.questionnaires.branching import decided
from app.questionnaires.definition import Item, Questionnaire
from app.questionnaires.score import Score

__all__ = [
    "ESAS_R_PRESENT", "TERMS", "Band", "band", "branched_out", "composite_for", "composite_grade", "score_of",
    "scores_of", "sum_score",
]  # fmt: skip

AnswerValue = float | str | None

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


def scores_of(questionnaire: Questionnaire, answers: Mapping[str, AnswerValue]) -> dict[str, float | None]:
    """Every score that a questionnaire declares, by name, from the answers of one response by ``link_id``.

    ``None`` where there is no score, because too much was asked and not answered. An answer that is skipped, or that
    is not there yet, is not answered; neither is one by an option that says so ("Prefer not to answer").
    """
    given = {item.link_id: _given(item, answers.get(item.link_id)) for item in questionnaire.items}
    skipped = branched_out(questionnaire, given)
    return {score.name: score_of(questionnaire, score, given, skipped) for score in questionnaire.scores}


def score_of(
    questionnaire: Questionnaire, score: Score, answers: Mapping[str, AnswerValue], skipped: Collection[str]
) -> float | None:
    """One score. Items that branching ``skipped`` count as 0; of the others at most ``most_missing`` may be missing."""
    items = [questionnaire.item(link_id) for link_id in score.items]
    counts = [0.0 if item.link_id in skipped else _count(item, answers.get(item.link_id)) for item in items]
    if score.kind == "composite":
        return _composite(items, counts)
    known = [count for count in counts if count is not None]
    if not known or len(counts) - len(known) > score.most_missing:
        return None
    mean = sum(known) / len(known)
    if score.kind == "mean":
        return mean
    return sum(known) if len(known) == len(counts) else mean * len(counts)


def branched_out(questionnaire: Questionnaire, answers: Mapping[str, AnswerValue]) -> frozenset[str]:
    """The items that were not asked because of how others were answered.

    One that hangs on a question which itself has no answer is not among them: nobody knows whether it applied.
    """
    skipped: set[str] = set()
    unanswered: set[str] = set()
    for item in questionnaire.items:
        if answers.get(item.link_id) is not None:
            continue
        asked = True if item.enable_when is None else decided(item.enable_when, answers, unanswered)
        (skipped if asked is False else unanswered).add(item.link_id)
    return frozenset(skipped)


def _given(item: Item, value: AnswerValue) -> AnswerValue:
    return None if any(option.missing and option.value == value for option in item.options) else value


def _count(item: Item, value: AnswerValue) -> float | None:
    """What an answer counts: its option's own score, where it has one."""
    if value is None or isinstance(value, str):
        return None
    scored: dict[float, float] = {o.value: o.score for o in item.options if o.score is not None}
    return scored.get(value, value)


def _composite(items: Sequence[Item], counts: Sequence[float | None]) -> float | None:
    parts = [part_of(item.link_id, item.term, item.attribute) for item in items]
    return composite_for(parts[0][0], {attribute: count for (_, attribute), count in zip(parts, counts, strict=True)})
