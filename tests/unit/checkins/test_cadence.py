"""The next slower rhythm, as a program would write it."""

from datetime import UTC, date, datetime

import pytest

from app.checkins.cadence import rhythm, slower, written
from app.checkins.timing import Timing, next_slot

MONDAY = date(2026, 3, 2)
DAILY = Timing.from_mapping({"every": "P1D", "at": ["10:00", "18:00"]})


def test_every_second_day_then_once_a_week_then_no_slower():
    second = slower(DAILY, since=MONDAY)
    assert second is not None
    weekly = slower(second, since=MONDAY)
    assert weekly is not None and slower(weekly, since=MONDAY) is None
    assert [rhythm(timing) for timing in (DAILY, second, weekly)] == ["every day", "every 2 days", "once a week"]
    after = datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert [next_slot(timing, "UTC", after).local_date for timing in (second, weekly)] == [
        date(2026, 3, 4), date(2026, 3, 9),
    ]  # fmt: skip
    for timing in (second, weekly):
        assert Timing.from_mapping(written(timing)) == timing


@pytest.mark.parametrize(
    "said",
    [
        {"every": "P1W", "on": ["mon", "thu"], "at": "11:00"},
        {"every": "PT6H"},
        {"every": "P9D", "at": "10:00", "starts_on": "2026-03-02"},
    ],
)
def test_what_has_no_slower_rhythm_is_left_alone(said):
    assert slower(Timing.from_mapping(said), since=MONDAY) is None
