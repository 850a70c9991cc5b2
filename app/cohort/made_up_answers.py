"""The answers of a synthetic cohort without a database: for rehearsing rules before there are people to ask."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemSet
from app.alerts.judgement import Circumstances
from app.alerts.replay import Occasion, Replay
from app.checkins.plan import AskedOf, CheckinPlanDefinition
from app.checkins.timing import next_slot
from app.cohort.answers import Answer
from app.cohort.courses import Day, live
from app.cohort.people import Persona
from app.cohort.replies import reply_to
from app.questionnaires.definition import Questionnaire
from app.questionnaires.scoring import scores_of
from app.workflows.definitions import Program, items_of
from app.zones import instant, zone

_SETTING, _INTENT = "home", "disease-directed"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One check-in of the program with what it asks."""

    definition: CheckinPlanDefinition
    questionnaire: Questionnaire
    items: ItemSet


def made_up_replays(
    people: Iterable[Persona],
    *,
    start: date,
    days: int,
    proposed: Program,
    current: Program | None,
    questionnaires: Mapping[str, Questionnaire],
) -> Iterator[tuple[str, Replay]]:
    """Each person's occasions from ``start`` on, ready to be judged, one person after the other.

    They are asked what the proposed program asks at set times. ``questionnaires`` are by name.
    """
    asked = [
        _Asked(check_in, questionnaires[check_in.questionnaire], items_of(questionnaires[check_in.questionnaire]))
        for check_in in proposed.check_ins
        if check_in.timing is not None and check_in.questionnaire in questionnaires
    ]
    new = Circumstances(rules=_applicable(proposed.rules))
    old = Circumstances(rules=_applicable(current.rules)) if current else None
    for person in people:
        begin = instant(datetime.combine(start, datetime.min.time()), person.time_zone)
        lived = live(person, days + 2)
        occasions = [
            occasion
            for one in asked
            if one.definition.respondent is AskedOf.PATIENT or person.helper is not None
            for occasion in _occasions(person, lived, one, begin, days)
        ]
        old_at = (lambda at: old) if old else None
        yield f"made-up {person.number}", Replay(occasions, lambda at: new, old_at, begin)


def _applicable(rules: Sequence[AlertRule]) -> list[AlertRule]:
    """The rules that hold for somebody at home whose care is directed against the disease."""
    return [
        rule
        for rule in rules
        if _SETTING not in rule.not_during and (not rule.applies_to or _INTENT in rule.applies_to)
    ]


def _occasions(person: Persona, lived: Sequence[Day], asked: _Asked, begin: datetime, days: int) -> Iterator[Occasion]:
    definition, helper = asked.definition, asked.definition.respondent is AskedOf.CAREGIVER
    assert definition.timing is not None
    local, at = zone(person.time_zone), begin
    first = begin.astimezone(local).date()
    while True:
        slot = next_slot(definition.timing, person.time_zone, at)
        number, at = (slot.local_date - first).days, slot.at
        if number >= days:
            return
        reply = reply_to(
            person, lived[number], number, definition.name, asked.questionnaire, definition.window, helper=helper
        )
        closes = definition.window_ends(at)
        answered_at = at + reply.after if reply else None
        respondent = asked.questionnaire.respondent(related=helper)
        late = answered_at is not None and answered_at > closes
        if answered_at is None or late:
            missed = Entry(
                authored_at=closes.astimezone(local), respondent=respondent, status="missed", check_in=definition.name
            )
            yield Occasion(
                id=f"missed:{definition.name}:{number}", at=closes, judged_at=closes, entry=missed,
                answered_at=answered_at,
            )  # fmt: skip
        if reply is None or answered_at is None:
            continue
        answers = _given(reply.answers, reply.stops_after)
        entry = Entry(
            authored_at=answered_at.astimezone(local), respondent=respondent,
            status="stopped" if reply.stops_after or late else "completed",
            answers=answers, scores=scores_of(asked.questionnaire, answers), check_in=definition.name,
            questionnaire=asked.questionnaire.url, recall_period=asked.questionnaire.recall_period,
            language=person.language, items=asked.items, late=late,
        )  # fmt: skip
        yield Occasion(id=f"{definition.name}:{number}", at=answered_at, judged_at=answered_at, entry=entry)


def _given(answers: Mapping[str, Answer], stops_after: int | None) -> dict[str, Answer]:
    kept = list(answers.items())[:stops_after]
    return {link_id: int(value) if isinstance(value, float) else value for link_id, value in kept}
