"""A symptom that stays above the goal although something was done about it: time for the palliative team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.alerts.history import Answer
from app.alerts.wording import plain, wording

IN_A_ROW = 3
LOOK_BACK = timedelta(days=28)
_APART_AT_MOST = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something that was done about the symptom: an alert closed with an outcome that changed the person's care."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Refractory:
    """A stretch above the goal, oldest answer first, and what was tried in it."""

    answers: tuple[Answer, ...]
    tried: tuple[Intervention, ...]


def stretch_above(answers: Sequence[Answer], goal: float, *, worse: str = "high") -> tuple[Answer, ...]:
    """The latest answers in a row that are worse than the goal, oldest first; ``answers`` are newest first.

    One at or below the goal ends the row, and so does a gap of more than 14 days.
    """
    found: list[Answer] = []
    for answer in answers:
        beyond = answer.value < goal if worse == "low" else answer.value > goal
        if not beyond or (found and found[-1].at - answer.at > _APART_AT_MOST):
            break
        found.append(answer)
    return tuple(reversed(found))


def judge_refractory(stretch: Sequence[Answer], tried: Sequence[Intervention]) -> Refractory | None:
    """Whether a symptom is refractory: three answers in a row above the goal since something was done about it.

    What was answered before that day says nothing of what it did. ``None`` where the symptom is not refractory.
    """
    within = tuple(one for one in tried if stretch and stretch[0].at <= one.at < stretch[-1].at)
    first = min((one.at for one in within), default=None)
    if first is None or sum(answer.at > first for answer in stretch) < IN_A_ROW:
        return None
    return Refractory(tuple(stretch), within)


def reason_of(found: Refractory, label: str, goal: float, *, default_goal: bool, due: datetime) -> str:
    """Why, in words for whoever decides: each number with its date, the goal, and what was tried."""
    say, today = wording("en"), found.answers[-1].at
    row = ", ".join(f"{plain(a.value)} on {say.day(a.at, today)}" for a in found.answers[-7:])
    what = ", ".join(f"{one.outcome.replace('_', ' ')} on {say.day(one.at, today)}" for one in found.tried)
    name = f"{label[:1].upper()}{label[1:]}"
    kind = " (default goal)" if default_goal else ""
    return (
        f"{name} stays above the goal of {plain(goal)}{kind}, {len(found.answers)} answers in a row: {row}. "
        f"Tried: {what}. Please ask the palliative team for a review by {say.day(due, today)}."
    )
