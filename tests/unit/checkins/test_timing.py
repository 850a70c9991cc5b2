"""When people are asked, by the clock on their wall, in every zone and on every night."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.checkins.timing import Slot, Timing, defer_for_quiet_hours, next_slot, next_slot_after_zone_change
from app.zones import wall_clock, zone

DAILY = {"every": "P1D", "at": "10:00"}
ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "America/Nuuk",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Antarctica/Troll",
    "UTC",
]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def local(name: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone(name))


def slots(timing, name: str, after: datetime, count: int, **more) -> list[Slot]:
    found = []
    for _ in range(count):
        slot = next_slot(timing, name, after, **more)
        found.append(slot)
        after = slot.at
    return found


def by_scanning(clock: time, name: str, after: datetime) -> datetime:
    """Another way to the same answer: watch the wall clock minute by minute until it first reaches the time."""
    start = (after - timedelta(days=3)).replace(hour=0, minute=0)
    where = zone(name)
    reached: dict[date, datetime] = {}
    shown: set[date] = set()
    for minute in range(7 * 24 * 60):
        at = start + timedelta(minutes=minute)
        wall = at.astimezone(where).replace(tzinfo=None)
        shown.add(wall.date())
        for day in (wall.date() - timedelta(days=1), wall.date()):
            if minute and wall >= datetime.combine(day, clock):
                reached.setdefault(day, at)
    return min(at for day, at in reached.items() if at > after and day in shown)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(ZONES),
    clock=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    after=st.datetimes(datetime(2009, 1, 5), datetime(2029, 12, 1)).map(
        lambda d: d.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
)
@example("America/New_York", time(2, 30), utc(2025, 3, 8, 12))
@example("America/New_York", time(1, 30), utc(2025, 11, 2, 5, 30))
@example("Europe/London", time(1, 30), utc(2025, 3, 29, 12))
@example("Europe/London", time(1, 30), utc(2025, 10, 26, 0, 45))
@example("Australia/Lord_Howe", time(2, 15), utc(2025, 10, 4, 12))
@example("Australia/Lord_Howe", time(1, 45), utc(2025, 4, 5, 14, 50))
@example("Africa/Cairo", time(0, 0), utc(2025, 4, 24, 12))
@example("America/Sao_Paulo", time(0, 30), utc(2018, 11, 4, 2))
@example("Asia/Beirut", time(0, 10), utc(2025, 3, 29, 12))
@example("America/Nuuk", time(23, 30), utc(2025, 3, 29, 12))
@example("Pacific/Apia", time(10, 0), utc(2011, 12, 29, 23))
@example("Antarctica/Troll", time(2, 30), utc(2025, 3, 29, 12))
def test_a_daily_slot_is_when_the_wall_clock_first_reaches_the_time(name, clock, after):
    slot = next_slot({"every": "P1D", "at": clock}, name, after)
    assert slot.at == by_scanning(clock, name, after)
    assert slot.at > after
    wall = slot.at.astimezone(zone(name))
    assert (slot.local_date, slot.local_time) == (wall.date(), wall.time())
    assert slot.planned.time() == clock


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(ZONES), start=st.dates(date(2010, 1, 1), date(2028, 1, 1)), hour=st.integers(8, 20))
@example("Pacific/Apia", date(2011, 12, 20), 10)
def test_one_prompt_a_day_whatever_the_clocks_do(name, start, hour):
    found = slots(Timing.from_mapping({"every": "P1D", "at": time(hour)}), name, utc(start.year, start.month, 1), 400)
    dates = [slot.local_date for slot in found]
    assert len(set(dates)) == len(dates)
    assert {slot.local_time for slot in found} == {time(hour)}
    gone = {date(2011, 12, 30)} if name == "Pacific/Apia" else set()
    whole = {dates[0] + timedelta(days=n) for n in range((dates[-1] - dates[0]).days + 1)}
    assert whole - set(dates) == whole & gone


def test_strictly_later_than_after():
    ten = utc(2025, 7, 1, 14)
    assert next_slot(DAILY, "America/New_York", ten - timedelta(seconds=1)).at == ten
    assert next_slot(DAILY, "America/New_York", ten).at == utc(2025, 7, 2, 14)
    assert next_slot(DAILY, "America/New_York", ten).at.tzinfo is UTC


def test_ten_oclock_stays_ten_oclock_over_daylight_saving():
    found = slots(DAILY, "America/New_York", utc(2025, 3, 8), 3)
    assert [slot.at.hour for slot in found] == [15, 14, 14]
    assert {slot.local_time for slot in found} == {time(10)}


def test_a_time_in_the_gap_moves_to_the_first_moment_after_it():
    slot = next_slot({"every": "P1D", "at": "02:30"}, "America/New_York", utc(2025, 3, 9, 5))
    assert slot == Slot(utc(2025, 3, 9, 7), date(2025, 3, 9), time(3), datetime(2025, 3, 9, 2, 30))


def test_two_times_in_one_gap_are_one_prompt():
    found = slots({"every": "P1D", "at": ["02:10", "02:50"]}, "America/New_York", utc(2025, 3, 9, 5), 2)
    assert [slot.at for slot in found] == [utc(2025, 3, 9, 7), utc(2025, 3, 10, 6, 10)]


def test_a_repeated_time_is_its_first_occurrence_only():
    found = slots({"every": "P1D", "at": "01:30"}, "America/New_York", utc(2025, 11, 2), 2)
    assert [slot.at for slot in found] == [utc(2025, 11, 2, 5, 30), utc(2025, 11, 3, 6, 30)]
    # Asked in between the two: not again that night.
    assert next_slot({"every": "P1D", "at": "01:30"}, "America/New_York", utc(2025, 11, 2, 6)).at == utc(
        2025, 11, 3, 6, 30
    )


def test_a_date_that_does_not_exist_has_no_slot():
    found = slots(DAILY, "Pacific/Apia", local("Pacific/Apia", 2011, 12, 29, 0), 2)
    assert [slot.local_date for slot in found] == [date(2011, 12, 29), date(2011, 12, 31)]


def test_several_times_a_day_in_order():
    found = slots({"every": "P1D", "at": ["18:00", "09:00"]}, "UTC", utc(2025, 7, 1, 10), 3)
    assert [slot.at for slot in found] == [utc(2025, 7, 1, 18), utc(2025, 7, 2, 9), utc(2025, 7, 2, 18)]


def test_on_days_of_the_week():
    timing = {"every": "P1W", "on": ["thu", "mon"], "at": "10:00"}
    found = slots(timing, "UTC", utc(2025, 11, 3, 10), 4)  # a Monday, just asked
    assert [slot.local_date for slot in found] == [date(2025, 11, day) for day in (6, 10, 13, 17)]


def test_a_preferred_hour_overrides_the_plans():
    assert next_slot(DAILY, "UTC", utc(2025, 7, 1), preferred="17:30").at == utc(2025, 7, 1, 17, 30)
    assert next_slot(DAILY, "UTC", utc(2025, 7, 1), preferred=time(9)).at == utc(2025, 7, 1, 9)
    twice = {"every": "P1D", "at": ["09:00", "18:00"]}
    assert [s.local_time for s in slots(twice, "UTC", utc(2025, 7, 1), 2, preferred="12:00")] == [time(12)] * 2


@pytest.mark.parametrize(
    ("timing", "dates"),
    [
        ({"every": "P3D", "starts_on": "2025-11-01"}, [1, 4, 7, 10]),
        ({"every": "P7D", "starts_on": date(2025, 11, 5)}, [5, 12, 19, 26]),
        ({"every": "P1W", "starts_on": "2025-11-05"}, [5, 12, 19, 26]),
        # Every second week, counted in calendar weeks from that of the start, and not before the start.
        ({"every": "P2W", "on": ["mon", "wed"], "starts_on": "2025-11-05"}, [5, 17, 19]),
        # A start later than now is waited for.
        ({"every": "P1D", "starts_on": "2025-11-20"}, [20, 21, 22]),
    ],
)
def test_longer_intervals_count_from_their_start(timing, dates):
    found = slots(timing | {"at": "10:00"}, "Europe/London", utc(2025, 10, 20), len(dates))
    assert [slot.local_date for slot in found] == [date(2025, 11, day) for day in dates]


@pytest.mark.parametrize("every", ["P2D", "P1W", "P2W", "P7D", "P30D"])
def test_longer_intervals_need_a_start(every):
    with pytest.raises(ValueError, match="starts_on"):
        Timing.from_mapping({"every": every, "at": "10:00"})


def test_an_enrolment_gives_the_start_where_the_program_has_none():
    weekly = Timing.from_mapping({"every": "P1W", "on": ["mon"], "at": "10:00"}).starting_on(date(2025, 11, 4))
    assert next_slot(weekly, "UTC", utc(2025, 11, 1)).local_date == date(2025, 11, 10)
    assert weekly.starting_on(date(2025, 12, 1)).starts_on == date(2025, 11, 4)


def test_intervals_below_a_day_count_from_local_midnight():
    found = slots({"every": "PT6H"}, "America/New_York", local("America/New_York", 2025, 7, 1, 5), 4)
    assert [slot.local_time for slot in found] == [time(6), time(12), time(18), time(0)]
    assert slots({"every": "PT2S"}, "UTC", utc(2025, 7, 1, 0, 0, 1), 2)[1].at == utc(2025, 7, 1, 0, 0, 4)
    # Anew each date: an interval that does not divide the day is cut short at midnight.
    assert [s.local_time.hour for s in slots({"every": "PT5H"}, "UTC", utc(2025, 7, 1, 19), 2)] == [20, 0]


def test_a_time_of_day_shifts_a_short_interval():
    found = slots({"every": "PT6H", "at": "10:00"}, "UTC", utc(2025, 7, 1, 3), 4)
    assert [slot.local_time.hour for slot in found] == [4, 10, 16, 22]


def test_short_intervals_on_the_nights_of_change():
    spring = slots({"every": "PT30M"}, "America/New_York", utc(2025, 3, 9, 6, 30), 3)
    assert [slot.at for slot in spring] == [utc(2025, 3, 9, 7), utc(2025, 3, 9, 7, 30), utc(2025, 3, 9, 8)]
    autumn = slots({"every": "PT30M"}, "America/New_York", utc(2025, 11, 2, 5, 30), 2)
    assert [slot.at for slot in autumn] == [utc(2025, 11, 2, 7), utc(2025, 11, 2, 7, 30)]


@pytest.mark.parametrize(
    ("timing", "problem"),
    [
        ({}, "every"),
        ({"at": "10:00"}, "every"),
        ({"every": "daily", "at": "10:00"}, "ISO 8601"),
        ({"every": "P1M", "at": "10:00"}, "months"),
        ({"every": "PT0S"}, "longer than nothing"),
        ({"every": "PT0.5S"}, "whole number of seconds"),
        ({"every": "PT36H", "at": "10:00"}, "whole days"),
        ({"every": "P1D"}, "at is missing"),
        # Unquoted, YAML reads 10:00 as the number 600.
        ({"every": "P1D", "at": 600}, "in quotes"),
        ({"every": "P1D", "at": "25:00"}, "in quotes"),
        ({"every": "P1D", "at": "10:00", "on": ["mon"]}, "weeks"),
        ({"every": "P1W", "at": "10:00", "on": ["monday"]}, "monday"),
        ({"every": "P3D", "at": "10:00", "starts_on": "soon"}, "date"),
        ({"every": "P1D", "at": "10:00", "zone": "UTC"}, "zone"),
    ],
)
def test_a_timing_that_cannot_be_meant_is_refused(timing, problem):
    with pytest.raises(ValueError, match=problem):
        next_slot(timing, "UTC", utc(2025, 7, 1))


def test_an_unknown_zone_is_refused():
    with pytest.raises(ValueError, match="Mars/Base"):
        next_slot(DAILY, "Mars/Base", utc(2025, 7, 1))


def test_a_clock_time_may_lack_its_leading_zero():
    assert Timing.from_mapping({"every": "P1D", "at": "9:30"}).at == (time(9, 30),)


def test_moving_to_another_zone_asks_once_a_local_date_and_four_hours_apart():
    last = next_slot(DAILY, "America/New_York", utc(2025, 7, 1))  # 1 July, 14:00 UTC
    # West: ten o'clock comes again three, or six, hours later on the same date. Not again today.
    for zone_name in ("America/Los_Angeles", "Pacific/Honolulu"):
        west = next_slot_after_zone_change(DAILY, zone_name, last.at, last=last)
        assert west.local_date == date(2025, 7, 2)
    # East: already 2 July in Auckland, 10:00 there is eight hours away.
    east = next_slot_after_zone_change(DAILY, "Pacific/Auckland", last.at, last=last)
    assert (east.local_date, east.at) == (date(2025, 7, 2), utc(2025, 7, 1, 22))
    # 10:00 of the next date comes only three hours later: too soon.
    kiribati = {"every": "P1D", "at": "07:00"}
    near = next_slot_after_zone_change(kiribati, "Pacific/Kiritimati", last.at, last=last)
    assert near.at == utc(2025, 7, 2, 17)


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ((2025, 7, 1, 20, 59), (2025, 7, 1, 20, 59)),
        ((2025, 7, 1, 21, 0), (2025, 7, 2, 8, 0)),
        ((2025, 7, 1, 23, 59), (2025, 7, 2, 8, 0)),
        ((2025, 7, 2, 0, 0), (2025, 7, 2, 8, 0)),
        ((2025, 7, 2, 7, 59), (2025, 7, 2, 8, 0)),
        ((2025, 7, 2, 8, 0), (2025, 7, 2, 8, 0)),
        # Over the night of the change it is still eight by the wall.
        ((2025, 3, 8, 22, 0), (2025, 3, 9, 8, 0)),
        ((2025, 12, 31, 22, 0), (2026, 1, 1, 8, 0)),
    ],
)
def test_quiet_hours(wall, expected):
    deferred = defer_for_quiet_hours(local("America/New_York", *wall), "America/New_York")
    assert wall_clock(deferred, "America/New_York") == datetime(*expected)
    assert deferred.utcoffset() == timedelta(0)
