"""What a made-up person answers to each question on a day, whatever the questionnaire."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.cohort.courses import Day
from app.cohort.people import Course, Persona
from app.cohort.sayings import HARMLESS, NEEDS_A_PERSON, say
from app.ids import Dice
from app.questionnaires.definition import Item, ItemType, Questionnaire

Answer = float | str | None
"""A number, words, or ``None`` for a question that is skipped."""

_SKIPS, _WORDS, _RED_WORDS = 0.008, 0.04, 0.0008
# A caregiver sees a little more than the person says, and not always the same.
_CAREGIVER_ADDS, _CAREGIVER_DIFFERS = 0.5, 1.0
OTHER_NAMES = {"eating": "appetite", "sleeping": "sleep"}
"""What a caregiver is asked of a symptom, and how it is called where the patient is."""


class Asked(NamedTuple):
    """One question to one person on one day."""

    person: Persona
    day: Day
    item: Item
    dice: Dice
    helper: bool
    about_self: bool


def fill_in(
    person: Persona, day: Day, questionnaire: Questionnaire, dice: Dice, *, helper: bool = False
) -> dict[str, Answer]:
    """An answer to every question that applies, in order; optional ones mostly not."""
    given: dict[str, Answer] = {}
    for item in questionnaire.items:
        numbers = {name: value for name, value in given.items() if not isinstance(value, str)}
        if item.enable_when is not None and not item.enable_when.holds(numbers):
            continue
        if item.type is ItemType.TEXT:
            if words := _words(person, dice):
                given[item.link_id] = words
        elif dice.random() < _SKIPS:
            given[item.link_id] = None
        else:
            given[item.link_id] = _answer(
                Asked(person, day, item, dice, helper, questionnaire.about == "respondent"), questionnaire.url
            )
    return given


def _answer(asked: Asked, url: str) -> float:
    item, dice = asked.item, asked.dice
    name = OTHER_NAMES.get(item.link_id, item.link_id)
    if "personal-goals" in url and item.type is ItemType.SCALE:
        return float(min(6, max(1, round(dice.gauss(3, 1)))))
    if name in asked.day.levels:
        level = _strain(asked) if asked.helper and asked.about_self else asked.day.levels[name]
        if asked.helper and not asked.about_self:
            level += _CAREGIVER_ADDS + dice.gauss(0, _CAREGIVER_DIFFERS)
        return _on_scale(item, level + dice.gauss(0, 0.25))
    known = _ANSWERS.get(name)
    # To what made-up people know nothing of, they give an answer that calls nobody.
    value = known(asked) if known else (item.high if item.worse == "low" else item.low) or 0.0
    return _on_scale(item, value) if item.type is ItemType.SCALE else value


def _function(asked: Asked) -> float:
    return 1.0 + sum(asked.day.levels["tiredness"] >= limit for limit in (2.5, 5.5, 8.5))


def _urgency(asked: Asked) -> float:
    now, today = (0.12, 0.4) if asked.day.worst >= 7.5 else (0.003, 0.06)
    drawn = asked.dice.random()
    return 1.0 if drawn < now else 2.0 if drawn < now + today else 3.0


def _confusion(asked: Asked) -> float:
    ill = asked.person.course is Course.TOLD_BY_CAREGIVER
    return 1.0 if asked.dice.random() < (0.03 if ill else 0.004) else 2.0


def _mood(asked: Asked) -> float:
    return max(asked.day.levels["worry"], asked.day.levels["low_mood"])


def _strain(asked: Asked) -> float:
    return 1.2 + 0.35 * asked.day.worst + asked.person.dice("strain").uniform(-1, 1.5)


def _share(of_ones: float) -> Callable[[Asked], float]:
    return lambda asked: 1.0 if asked.dice.random() < of_ones else 2.0


_ANSWERS: Mapping[str, Callable[[Asked], float]] = {
    "constipation": lambda asked: float(asked.day.bowels),
    "fever": lambda asked: 1.0 if asked.day.fever else 2.0,
    "function": _function,
    "urgency": _urgency,
    "confusion": _confusion,
    "worst": lambda asked: max(asked.day.worst, 5.0),
    "agitation": lambda asked: asked.day.levels["worry"] * 0.8 + asked.dice.gauss(0, 0.8),
    "distress": _mood,
    "peace": lambda asked: 10 - 1.2 * _mood(asked),
    "managing": lambda asked: 9.5 - _strain(asked),
    "respite": _share(0.03),
    "change": lambda asked: asked.dice.choices((1.0, 2.0, 3.0), (0.55, 0.33, 0.12))[0],
    "called": _share(0.95),
    "helped": _share(0.75),
}


def _on_scale(item: Item, level: float) -> float:
    return float(min(item.high if item.high is not None else 10, max(item.low or 0, round(level))))


def _words(person: Persona, dice: Dice) -> str | None:
    drawn = dice.random()
    if drawn < _RED_WORDS:
        return say(NEEDS_A_PERSON, person.language, dice)
    return say(HARMLESS, person.language, dice) if drawn < _WORDS else None
