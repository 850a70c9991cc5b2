"""How a made-up person feels from day to day: each symptom's level, with good and bad days that last."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

from app.cohort.people import USUAL, Course, Persona

# How much of a good or bad day all symptoms share, and how much of yesterday is in today.
_SHARED, _STAYS = 0.55, 0.72
_SWING = 0.62
_UNNOTICED = 0.35
"""So much of a symptom is answered with nothing at all."""
# What comes together: a flare of one symptom takes others along.
_TAKES_ALONG: Mapping[str, Mapping[str, float]] = {
    "pain": {"sleep": 0.5, "low_mood": 0.3, "tiredness": 0.3},
    "breathlessness": {"worry": 0.6, "tiredness": 0.4, "sleep": 0.3},
    "nausea": {"appetite": 0.8, "tiredness": 0.3},
    "worry": {"sleep": 0.5, "low_mood": 0.5},
    "tiredness": {"appetite": 0.3, "low_mood": 0.3},
}
_FLARE_EVERY, _FLARE_LASTS = 19, (3, 8)
_DECLINE_BY = {"tiredness": 3.5, "appetite": 2.8, "pain": 2.4, "breathlessness": 2.2, "low_mood": 1.2, "sleep": 1.0}
_DECLINE_OVER = 90
_HIGHEST = 10
_HELPS_FOR = 28
"""Days until nothing is left of what somebody did about a symptom, unless it is done again."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one person: levels by symptom (not rounded), days since the bowels moved, fever or not."""

    levels: Mapping[str, float]
    bowels: int
    fever: bool

    @property
    def worst(self) -> float:
        """The worst of all symptoms."""
        return max(self.levels.values())


def live(person: Persona, days: int) -> list[Day]:
    """The days of one person, the first one at index 0."""
    dice = person.dice("course")
    start = dice.randint(0, 20)
    shared, own = dice.gauss(0, 1), {name: dice.gauss(0, 1) for name in USUAL}
    flares = _flares(person, days)
    bowels, found = 0, []
    for day in range(days):
        shared = _next(shared, dice.gauss(0, 1))
        own = {name: _next(value, dice.gauss(0, 1)) for name, value in own.items()}
        levels = {}
        for name, usual in person.usual.items():
            mood = _SHARED * shared + sqrt(1 - _SHARED**2) * own[name]
            worse = _decline(person, name, day, start) + flares[day].get(name, 0.0)
            # Bad days reach further up than good days reach down, and the more so the worse it is.
            swing = _SWING * mood * (0.45 + 0.28 * sqrt(usual + worse)) * (1.4 if mood > 0 else 0.9)
            levels[name] = min(_HIGHEST, max(0.0, usual + worse + swing - _UNNOTICED))
        bowels = 0 if dice.random() < (0.62 if levels["pain"] < 4 else 0.5) else min(bowels + 1, 9)
        found.append(Day(levels, bowels, dice.random() < 0.0015))
    return found


def ease(lived: list[Day], first: int, name: str, share: float) -> None:
    """Let something that was done help with one symptom from day ``first`` on: by a ``share``, a little less each day.

    What is done about bowels that do not move is that they do.
    """
    for step, place in enumerate(range(first, min(first + _HELPS_FOR, len(lived)))):
        day = lived[place]
        if name == "constipation":
            lived[place] = replace(day, bowels=min(day.bowels, step))
        elif name in day.levels:
            left = 1 - share * (1 - step / _HELPS_FOR)
            lived[place] = replace(day, levels={**day.levels, name: day.levels[name] * left})


def _next(before: float, news: float) -> float:
    return _STAYS * before + sqrt(1 - _STAYS**2) * news


def _decline(person: Persona, name: str, day: int, start: int) -> float:
    if person.course is not Course.DECLINES or day < start:
        return 0.0
    return _DECLINE_BY.get(name, 0.5) * min(1.0, (day - start) / _DECLINE_OVER)


def _flares(person: Persona, days: int) -> list[dict[str, float]]:
    """What flares add on each day: they come up in a day, last some, and ebb away."""
    dice = person.dice("flares")
    every = {Course.FLARES: _FLARE_EVERY, Course.TOLD_BY_CAREGIVER: 25}.get(person.course, 120)
    added: list[dict[str, float]] = [{} for _ in range(days)]
    day = int(dice.expovariate(1 / every))
    while day < days:
        main, height, lasts = dice.choice(list(_TAKES_ALONG)), dice.uniform(2.5, 6.5), dice.randint(*_FLARE_LASTS)
        shape = {main: 1.0, **_TAKES_ALONG[main]}
        for step in range(min(lasts + 2, days - day)):
            size = height * (0.6 if step == 0 else 1.0 if step < lasts else 0.45)
            for name, share in shape.items():
                added[day + step][name] = added[day + step].get(name, 0.0) + size * share
        day += lasts + 3 + int(dice.expovariate(1 / every))
    return added
