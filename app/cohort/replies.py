"""What a made-up person does with a check-in: when they answer, how much of it, or that they do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.cohort.answers import Answer, fill_in
from app.cohort.courses import Day
from app.cohort.people import Persona
from app.questionnaires.definition import Questionnaire

_LATE, _IN_PART = 0.012, 0.03


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody does with one check-in. ``after`` counts from the invitation; ``stops_after`` so many answers."""

    after: timedelta
    stops_after: int | None
    answers: Mapping[str, Answer]
    seconds: int
    """How long they take for each further text."""


def reply_to(
    person: Persona,
    day: Day,
    number: int,
    check_in: str,
    questionnaire: Questionnaire,
    window: timedelta,
    *,
    helper: bool = False,
) -> Reply | None:
    """What they do with the check-in of day ``number``; ``None`` when they let it pass."""
    dice = person.dice(check_in, number, "helper" if helper else "self")
    if dice.random() > _likely(person, number, helper):
        return None
    answers = fill_in(person, day, questionnaire, dice, helper=helper)
    late = dice.random() < _LATE
    hours = dice.expovariate(1 / max(person.hours, 0.2)) + 0.03
    if dice.random() < 0.12:
        hours += 4.2  # only after the reminder
    after = timedelta(hours=hours, seconds=dice.randint(1, 59))
    after = window + timedelta(hours=dice.uniform(0.5, 20)) if late else min(after, window * 0.9)
    part = dice.random() < _IN_PART
    stops = dice.randint(1, max(1, len(answers) - 2)) if part else None
    return Reply(after, stops, answers, dice.randint(25, 150))


def _likely(person: Persona, number: int, helper: bool) -> float:
    if helper:
        return 0.85
    if person.silent_from is None or number < person.silent_from:
        return person.answers
    # First every other day, then hardly ever; once in a while somebody comes back for a week.
    gone = number - person.silent_from
    back = person.dice("back", gone // 7).random() < 0.15
    return person.answers if back else 0.5 if gone < 5 else 0.06
