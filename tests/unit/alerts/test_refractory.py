"""When a symptom has stayed above the goal long enough, in spite of something done."""

from datetime import UTC, datetime, timedelta

from app.alerts.history import Answer
from app.alerts.refractory import Intervention, judge_refractory, reason_of, stretch_above

START = datetime(2026, 3, 2, 15, tzinfo=UTC)


def answers(*values: float, apart: int = 1) -> list[Answer]:
    """Newest first, as a series gives them; the first value is the oldest."""
    return [Answer(START + timedelta(days=apart * n), value) for n, value in enumerate(values)][::-1]


def tried(day: float) -> Intervention:
    return Intervention(START + timedelta(days=day), "medication_changed")


def values(stretch: tuple[Answer, ...]) -> list[float]:
    return [answer.value for answer in stretch]


def test_the_row_ends_at_the_goal_and_at_a_long_gap() -> None:
    assert values(stretch_above(answers(7, 3, 5, 6, 4), 3)) == [5, 6, 4]
    assert values(stretch_above(answers(5, 6, 3), 3)) == []
    assert values(stretch_above(answers(5, 6, 4, apart=14), 3)) == [5, 6, 4]
    assert values(stretch_above(answers(5, 6, 4, apart=15), 3)) == [4]
    assert values(stretch_above(answers(3, 5, 4), 6, worse="low")) == [3, 5, 4]


def test_three_in_a_row_after_something_was_done() -> None:
    row = stretch_above(answers(6, 6, 5, 5), 3)
    assert judge_refractory(row, [tried(0)]), "done on the day of the first answer"
    assert judge_refractory(row, [tried(0.9), tried(2.5)]), "what was done again starts no new count"
    assert judge_refractory(row, []) is None, "nothing was tried"
    assert judge_refractory(row, [tried(-1)]) is None, "that was before it began"
    assert judge_refractory(row, [tried(1)]) is None, "two answers since are not three"
    assert judge_refractory(row, [tried(3.5)]) is None, "nobody has answered since"
    assert judge_refractory((), [tried(0)]) is None


def test_the_reason_names_each_number_the_goal_and_what_was_tried() -> None:
    found = judge_refractory(stretch_above(answers(6, 6, 5, 5), 3), [tried(0.5), tried(-3)])
    assert found is not None
    said = reason_of(found, "pain", 3, default_goal=True, due=START + timedelta(days=10))
    assert said == (
        "Pain stays above the goal of 3 (default goal), 4 answers in a row: 6 on 2 Mar, 6 on 3 Mar, 5 on 4 Mar, 5 on 5 "
        "Mar. Tried: medication changed on 3 Mar. Please ask the palliative team for a review by 12 Mar."
    )
