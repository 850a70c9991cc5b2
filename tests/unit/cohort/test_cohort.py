"""Made-up people: the same ones for a seed, believable enough to load a clinic, answering what they are asked."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from app.alerts.replay import Replay
from app.cohort.answers import fill_in
from app.cohort.courses import Day, live
from app.cohort.made_up_answers import made_up_replays
from app.cohort.people import SHARES, Course, Persona, make_people
from app.cohort.replies import reply_to
from app.config import ROOT
from app.content.one_program import check_program, read_instruments
from app.questionnaires.definition import ItemType, Questionnaire
from app.questionnaires.engine import Given, is_complete
from app.workflows.definitions import Program

DAYS = 60
PEOPLE = make_people(150, seed=7, days=DAYS, text_share=0.3)
LIVES = {person.number: live(person, DAYS) for person in PEOPLE}


INSTRUMENTS = {name: Questionnaire.from_mapping(data) for name, data in read_instruments(ROOT).items()}
DAILY = INSTRUMENTS["core-daily"]
DAY = timedelta(hours=20)


def of(course: Course) -> list[Persona]:
    return [person for person in PEOPLE if person.course is course]


def test_a_seed_gives_the_same_people_and_the_same_answers() -> None:
    again = make_people(150, seed=7, days=DAYS, text_share=0.3)
    assert again == PEOPLE
    assert [live(person, DAYS) for person in again[:5]] == [LIVES[person.number] for person in PEOPLE[:5]]
    assert make_people(5, seed=8, days=DAYS, text_share=0.3) != PEOPLE[:5]


def test_a_larger_cohort_begins_with_the_smaller_one() -> None:
    assert make_people(10, seed=7, days=DAYS, text_share=0.3) == PEOPLE[:10]


def test_every_course_and_language_is_there() -> None:
    assert {person.course for person in PEOPLE} == set(SHARES)
    assert {person.language for person in PEOPLE} == {"en", "es", "ar"}
    assert 0.2 < sum(person.channel == "sms" for person in PEOPLE) / len(PEOPLE) < 0.4


def test_levels_are_skewed_as_symptom_scores_are() -> None:
    pain = [round(day.levels["pain"]) for lived in LIVES.values() for day in lived]
    share = Counter(pain)
    assert share[0] + share[1] + share[2] > share[3] + share[4] + share[5] > 10 * share[9]
    severe = sum(day.worst >= 6.5 for lived in LIVES.values() for day in lived) / len(pain)
    assert 0.02 < severe < 0.15


def test_today_is_like_yesterday_more_than_like_next_month() -> None:
    def apart(by: int) -> float:
        gaps = [
            abs(later.levels["tiredness"] - day.levels["tiredness"])
            for lived in LIVES.values()
            for day, later in zip(lived, lived[by:], strict=False)
        ]
        return sum(gaps) / len(gaps)

    assert apart(1) < 0.75 * apart(28)


def test_whoever_declines_is_worse_in_the_end_and_the_steady_are_not() -> None:
    def gained(course: Course) -> float:
        lives = [LIVES[person.number] for person in of(course)]
        return sum(_mean(lived[-15:]) - _mean(lived[:15]) for lived in lives) / len(lives)

    assert gained(Course.DECLINES) > 0.6 > abs(gained(Course.STABLE)) + 0.2


def _mean(days: list[Day]) -> float:
    return sum(sum(day.levels.values()) for day in days) / len(days) / 8


def test_whoever_falls_silent_hardly_answers_any_more() -> None:
    def answered(person: Persona, days: range) -> float:
        replies = [reply_to(person, LIVES[person.number][n], n, "daily", DAILY, DAY) for n in days]
        return sum(reply is not None for reply in replies) / max(1, len(days))

    quiet = [p for p in of(Course.FALLS_SILENT) if p.silent_from is not None and 10 < p.silent_from < DAYS - 20]
    before = [answered(p, range(p.silent_from or 0)) for p in quiet]
    after = [answered(p, range((p.silent_from or 0) + 6, DAYS)) for p in quiet]
    assert sum(before) / len(quiet) > 0.7 > 0.35 > sum(after) / len(quiet)


@pytest.mark.parametrize("name", sorted(INSTRUMENTS))
def test_what_they_answer_is_what_the_questions_take(name: str) -> None:
    questionnaire = INSTRUMENTS[name]
    for person in PEOPLE[:12]:
        for number, day in enumerate(LIVES[person.number][:10]):
            answers = fill_in(person, day, questionnaire, person.dice("try", number), helper=number % 2 == 1)
            given = {link_id: _given(value) for link_id, value in answers.items()}
            assert is_complete(questionnaire, given)
            for link_id, value in answers.items():
                item = questionnaire.item(link_id)
                if isinstance(value, float):
                    assert item.type is not ItemType.TEXT
                    assert (item.low or 0) <= value <= (item.high or 0) and value == int(value)


def _given(value: float | str | None) -> Given:
    return Given(text=value) if isinstance(value, str) else Given(value, skipped=value is None)


def shipped() -> dict[str, Any]:
    file = "programs/advanced-cancer.yaml"
    return check_program(ROOT, (ROOT / file).read_text(), file)


def made_up(count: int, days: int, proposed: Program, current: Program | None = None) -> dict[str, Replay]:
    people = made_up_replays(
        PEOPLE[:count], start=date(2026, 3, 2), days=days, proposed=proposed, current=current,
        questionnaires=INSTRUMENTS,
    )  # fmt: skip
    return dict(people)


def test_answers_without_a_database_are_in_the_program_s_times() -> None:
    for replay in made_up(6, 14, Program.from_mapping(shipped())).values():
        daily = [one for one in replay.occasions if one.entry.check_in == "daily" and not one.entry.late]
        asked = [one.id for one in daily]
        assert len(asked) == len(set(asked)) == 14


def test_held_against_each_other_two_programs_find_what_each_finds_alone() -> None:
    changed = shipped()
    changed["rules"] = [_looser(rule) for rule in changed["rules"]]
    new, old = Program.from_mapping(changed), Program.from_mapping(shipped())
    alone_new, alone_old = made_up(5, 25, new), made_up(5, 25, old)
    differing = 0
    for name, together in made_up(5, 25, new, old).items():
        for (occasion, found, before), (_, only_new, _), (_, only_old, _) in zip(
            together.run(), alone_new[name].run(), alone_old[name].run(), strict=True
        ):
            assert before is not None
            assert (found.record, before.record) == (only_new.record, only_old.record), occasion
            differing += found.record != before.record
    assert differing > 10


def _looser(rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "when": {"item": "pain", "at_least": 3}} if rule["id"] == "pain-severe" else rule
