"""Asking again after somebody was helped: when that is due, and whether it helped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from app.alerts.lifecycle import AlertKind, Outcome
from app.codes import Tier

ROUNDS = 2
"""How often one alert is asked about again before nobody is asked any more: by then a person has to think anew."""
NOT_RELIEVED = "reassessment"
"""By which name a finding says that it did not help: no program has a rule for that."""
MERGED_WITHIN = timedelta(hours=6)
"""A check-in that is due so soon is waited for; what was answered so lately is not asked a second time."""

_AFTER_RED, _AFTER_AMBER, _AFTER_PLAN_CHANGE = timedelta(hours=24), timedelta(hours=48), timedelta(days=7)
_MUCH_BETTER = 2
_SCALE_END = 10
_WRITTEN_WITHOUT_HOPE = frozenset({"words:wants_to_die", "words:self_harm"})


class Change(StrEnum):
    """How it is now, compared with then."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


class Status(StrEnum):
    """Where one reassessment stands."""

    PLANNED = "planned"
    ASKED = "asked"
    MET = "met"
    NOT_MET = "not_met"
    SILENT = "silent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known now. ``after`` is the symptom's number; ``called`` and ``helped`` are ``None`` where not said."""

    after: float | None = None
    change: Change | None = None
    called: bool | None = None
    helped: bool | None = None

    @property
    def nothing(self) -> bool:
        """Whether nobody said anything."""
        return (self.change, self.called, self.helped) == (None, None, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: the alert's tier, and where it is one symptom, its name, its answer then and its goal.

    ``words`` are those of a choice's options; its goal is the best of them.
    """

    tier: Tier
    label: str = ""
    before: float | None = None
    goal: float | None = None
    worse: str = "high"
    words: Mapping[float, str] = field(default_factory=dict)

    def said(self, value: float) -> str:
        """An answer in words: ``pain 3``, ``fever or shivering: neither``."""
        return f"{self.label}: {self.words[value]}" if value in self.words else f"{self.label} {value:g}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it. ``tier`` is that of what a person now has to look at, ``None`` where nothing is left to do."""

    status: Status
    tier: Tier | None
    why: str


def due_after(tier: Tier | str, outcome: Outcome | str) -> timedelta | None:
    """How long after an alert was closed it is asked about again; ``None`` where no relief was promised.

    A red is asked about after a day, whatever was done: a changed medicine must not hide for a week that it was not
    enough. Otherwise a changed plan gets its seven days; an amber without one is asked about after two.
    """
    if not Outcome(outcome).promises_relief:
        return None
    if tier == Tier.RED:
        return _AFTER_RED
    if outcome == Outcome.MEDICATION_CHANGED:
        return _AFTER_PLAN_CHANGE
    return _AFTER_AMBER if tier == Tier.AMBER else None


def worth_asking(kind: str, subject: str) -> bool:
    """Whether an alert is one that a later question fits: a symptom, or words that needed a call.

    Somebody who wrote that they want to die is followed up by a person, not by a form.
    """
    return kind == AlertKind.CLINICAL and subject not in _WRITTEN_WITHOUT_HOPE


def judge_reassessment(asked: Asked, told: Told, *, promised: bool = True) -> Verdict:
    """Whether it helped.

    It did when the symptom is at or below the goal or gone, or at least two points better and said to be better;
    without a number when it is said to be better, or, where only that was said, that it helped. A call that never
    happened is looked at one tier up, however the symptom is. Nothing said after a red is a red, else it goes on the
    next day's list; ``promised`` is false where the questions were called off, which is no silence.
    """
    if told.called is False:
        return Verdict(Status.NOT_MET, _one_up(asked.tier), _sentence("The call or visit did not happen", asked, told))
    relieved = _relieved(asked, told)
    if relieved:
        return Verdict(Status.MET, None, f"{relieved[:1].upper()}{relieved[1:]}.")
    if told.nothing and told.after is None:
        tier = Tier.RED if asked.tier is Tier.RED and promised else Tier.WATCH
        return Verdict(Status.SILENT, tier, "Nobody said whether it helped: the questions were not answered.")
    return Verdict(Status.NOT_MET, asked.tier, _sentence("Not relieved yet", asked, told))


def _relieved(asked: Asked, told: Told) -> str:
    """Why it counts as relief; empty where it does not."""
    if not asked.label or told.after is None:
        if told.change is Change.BETTER:
            return "they say that it is better"
        return "they say that it helped" if told.helped and told.change is None else ""
    if asked.goal is not None and _relief(asked, asked.goal, told.after) >= 0:
        return asked.said(told.after) + ("" if asked.words else f", at the goal of {asked.goal:g}")
    if told.change is not Change.WORSE and not asked.words and told.after == _nothing_left(asked):
        return asked.said(told.after)
    much = asked.before is not None and _relief(asked, asked.before, told.after) >= _MUCH_BETTER
    if much and told.change is Change.BETTER:
        return f"{asked.said(told.after)}, was {asked.before:g}, and they say that it is better"
    return ""


def _nothing_left(asked: Asked) -> float:
    """The answer that nothing is better than, whatever the goal."""
    return _SCALE_END if asked.worse == "low" else 0


def _relief(asked: Asked, reference: float, now: float) -> float:
    """By how much ``now`` is better than a reference."""
    return now - reference if asked.worse == "low" else reference - now


def _one_up(tier: Tier) -> Tier:
    return Tier.AMBER if tier is Tier.WATCH else Tier.RED


def _sentence(opening: str, asked: Asked, told: Told) -> str:
    """The opening and what was said: "Not relieved yet: pain 6, was 8; goal 3; they say it is the same."."""
    parts = []
    if asked.label and told.after is not None:
        numbers = not asked.words
        was = f", was {asked.before:g}" if numbers and asked.before is not None else ""
        parts.append(f"{asked.said(told.after)}{was}")
        if numbers and asked.goal is not None:
            parts.append(f"goal {asked.goal:g}")
    if told.change is not None:
        parts.append({Change.SAME: "they say it is the same"}.get(told.change, f"they say it is {told.change}"))
    if told.helped is not None:
        parts.append("what was done helped" if told.helped else "what was done did not help")
    return f"{opening}: {'; '.join(parts)}." if parts else f"{opening}."
