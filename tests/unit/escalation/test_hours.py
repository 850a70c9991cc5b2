"""The clinic's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from app.escalation.hours import ClinicHours
from app.zones import instant, wall_clock

NEW_YORK = "America/New_York"
WEEK = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
CLINIC = ClinicHours.from_mapping(WEEK, NEW_YORK)
# 3 November 2025 is a Monday.
MON, TUE, WED, FRI, SAT, NEXT_MON, NEXT_TUE = 3, 4, 5, 7, 8, 10, 11


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return instant(datetime(2025, 11, day, hour, minute, second), NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        (at(MON, 7, 59), False, at(MON, 8)),
        (at(MON, 8), True, at(MON, 8)),
        (at(MON, 16, 59, 59), True, at(MON, 16, 59, 59)),
        (at(MON, 17), False, at(TUE, 8)),
        (at(FRI, 17), False, at(NEXT_MON, 8)),
        (at(SAT, 12), False, at(NEXT_MON, 8)),
    ],
)
def test_open_and_next_open(moment, is_open, opens):
    assert CLINIC.is_open(moment) is is_open
    assert CLINIC.next_open(moment) == opens
    assert CLINIC.next_open(moment).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        (at(MON, 10), timedelta(hours=4), at(MON, 14)),
        (at(MON, 13), timedelta(hours=4), at(MON, 17)),
        (at(MON, 13, 1), timedelta(hours=4), at(TUE, 8, 1)),
        (at(FRI, 16), timedelta(hours=4), at(NEXT_MON, 11)),
        (at(SAT, 3), timedelta(hours=4), at(NEXT_MON, 12)),
        (at(MON, 10), timedelta(0), at(MON, 10)),
        (at(MON, 17), timedelta(0), at(TUE, 8)),
        (at(MON, 10), timedelta(hours=20), at(WED, 12)),
        # Whole days are clinic days.
        (at(FRI, 16), timedelta(days=2), at(NEXT_TUE, 16)),
        (at(FRI, 20), timedelta(days=2), at(12, 8)),
        (at(SAT, 3), timedelta(days=1), at(NEXT_TUE, 8)),
        (at(MON, 10), timedelta(days=1, hours=8), at(WED, 9)),
    ],
)
def test_adding_open_time(start, length, end):
    assert CLINIC.add_open_time(start, length) == end


def test_a_lunch_break_stops_the_clock_and_a_shorter_day_shortens_it():
    hours = ClinicHours.from_mapping(
        {"mon": [["13:00", "17:00"], ["08:00", "12:00"]], "wed": [["09:00", "10:00"]]}, NEW_YORK
    )
    assert not hours.is_open(at(MON, 12, 30))
    assert hours.add_open_time(at(MON, 11), timedelta(hours=2)) == at(MON, 14)
    assert hours.add_open_time(at(MON, 16, 30), timedelta(hours=1)) == at(WED, 9, 30)
    # The next clinic day is closed at that time of day: its clock waits for the next opening.
    assert hours.add_open_time(at(MON, 16), timedelta(days=1)) == at(NEXT_MON, 8)


def test_daylight_saving_shortens_the_night_and_not_the_day():
    always = ClinicHours.from_mapping({day: [["00:00", "24:00"]] for day in (*WEEK, "sat", "sun")}, NEW_YORK)
    saturday = instant(datetime(2025, 3, 8, 22), NEW_YORK)
    assert wall_clock(always.add_open_time(saturday, timedelta(hours=6)), NEW_YORK) == datetime(2025, 3, 9, 5)
    assert always.is_open(datetime(2025, 3, 9, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("week", "problem"),
    [
        ({}, "open at some time"),
        ({"mon": []}, "open at some time"),
        ({"monday": [["08:00", "17:00"]]}, "monday"),
        ({"mon": [["17:00", "08:00"]]}, "not before"),
        ({"mon": [["08:00", "08:00"]]}, "not before"),
        ({"mon": [["08:00", "12:00"], ["11:00", "17:00"]]}, "overlap"),
        ({"mon": ["08:00", "17:00"]}, "pair"),
        ({"mon": [["8", "x"]]}, "mon"),
    ],
)
def test_hours_that_cannot_be_meant(week, problem):
    with pytest.raises(ValueError, match=problem):
        ClinicHours.from_mapping(week, NEW_YORK)
