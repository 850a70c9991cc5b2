"""Whose turn it is, by the wall clock of any zone: no gap and no overlap, also when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.escalation.oncall import Shift, ShiftRole, Team, gaps, of_team, team_for, who
from app.escalation.rotations import Rota, Turns, duties_by_team
from app.zones import instant, zone_names
from app.zones import zone as zone_data

NEW_YORK = "America/New_York"
EVERYBODY = frozenset({"nora", "omar", "tess"})
ON_CALL, BACKUP = ShiftRole.ON_CALL, ShiftRole.BACKUP
DAYS_OF_CHANGE = {
    # zones where something is odd, and a day on which their clocks change
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],  # half an hour
    "America/Santiago": [date(2026, 4, 4), date(2026, 9, 6)],  # midnight does not come
    "Africa/Cairo": [date(2026, 4, 24), date(2026, 10, 29)],  # the same
    "Asia/Beirut": [date(2026, 3, 29), date(2026, 10, 25)],  # midnight comes twice
    "America/Havana": [date(2026, 3, 8), date(2026, 11, 1)],
    "Europe/Dublin": [date(2026, 3, 29), date(2026, 10, 25)],  # winter is the saving
    "Antarctica/Troll": [date(2026, 3, 29), date(2026, 10, 25)],  # two hours
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],  # Ramadan
    "America/St_Johns": [date(2006, 4, 2), date(2006, 10, 29)],  # a minute past midnight
    "Pacific/Apia": [date(2011, 12, 30)],  # a day that never was
}


def turns(**said: Any) -> Turns:
    """Nora, Omar and Tess a day each from Monday 2 March 2026, 08:00, unless said otherwise."""
    given: dict[str, Any] = {
        "role": ON_CALL, "members": ("nora", "omar", "tess"), "starts_on": date(2026, 3, 2), "hand_over_at": time(8),
        "turn_days": 1,
    }  # fmt: skip
    return Turns(**{**given, **said})


def at(day: date, clock: str, zone: str = NEW_YORK) -> datetime:
    return instant(datetime.combine(day, time.fromisoformat(clock)), zone)


def first_moment(day: date, clock: time, zone: str) -> datetime:
    """When clocks in a zone first show a time or a later one: found by watching a clock minute by minute."""
    where, wanted = zone_data(zone), datetime.combine(day, clock)
    moment = datetime.combine(day, clock, UTC) - timedelta(hours=27)
    while moment.astimezone(where).replace(tzinfo=None) < wanted:
        moment += timedelta(minutes=1)
    return moment


def test_turns_follow_each_other_and_begin_again() -> None:
    shifts = turns(turn_days=7).shifts(NEW_YORK, at(date(2026, 3, 2), "08:00"), at(date(2026, 3, 30), "08:00"))
    assert [shift.practitioner_id for shift in shifts] == ["nora", "omar", "tess", "nora"]
    assert [shift.ends_at - shift.starts_at for shift in shifts] == [
        timedelta(days=7) - timedelta(hours=1),  # the clocks go forward on 8 March
        *[timedelta(days=7)] * 3,
    ]


def test_nothing_before_the_first_day_and_nothing_after_the_last() -> None:
    found = turns(ends_on=date(2026, 3, 4)).shifts(
        NEW_YORK, at(date(2026, 2, 1), "00:00"), at(date(2026, 4, 1), "00:00")
    )
    assert (found[0].starts_at, found[-1].ends_at) == (at(date(2026, 3, 2), "08:00"), at(date(2026, 3, 4), "08:00"))
    assert len(found) == 2


def test_part_of_each_day_also_across_midnight() -> None:
    monday = date(2026, 3, 2)
    night = turns(members=("nora",), hand_over_at=time(20), until_at=time(6))
    since, until = at(monday, "12:00"), at(monday + timedelta(days=2), "12:00")
    assert [(s.starts_at, s.ends_at) for s in night.shifts(NEW_YORK, since, until)] == [
        (at(monday, "20:00"), at(monday + timedelta(days=1), "06:00")),
        (at(monday + timedelta(days=1), "20:00"), at(monday + timedelta(days=2), "06:00")),
    ]
    day = turns(hand_over_at=time(6), until_at=time(20))
    assert gaps([*night.shifts(NEW_YORK, since, until), *day.shifts(NEW_YORK, since, until)], since, until) == []


def test_only_on_some_weekdays_and_joined_where_they_adjoin() -> None:
    saturday = date(2026, 3, 7)
    weekend = turns(members=("nora",), days=frozenset({5, 6}))
    (found,) = weekend.shifts(NEW_YORK, at(saturday, "00:00"), at(saturday + timedelta(days=5), "00:00"))
    assert (found.starts_at, found.ends_at) == (at(saturday, "08:00"), at(saturday + timedelta(days=2), "08:00"))


@pytest.mark.parametrize("clock", [time(0), time(0, 30), time(2, 15), time(23, 45)])
@pytest.mark.parametrize(("zone", "day"), [(zone, day) for zone, days in DAYS_OF_CHANGE.items() for day in days])
def test_hand_over_is_when_a_clock_on_the_wall_first_shows_it(zone: str, day: date, clock: time) -> None:
    rotation = turns(starts_on=day - timedelta(days=4), hand_over_at=clock)
    shifts = rotation.shifts(
        zone, at(day - timedelta(days=2), "12:00", zone), at(day + timedelta(days=2), "12:00", zone)
    )
    assert all(first.ends_at == second.starts_at for first, second in pairwise(shifts)), "a gap or an overlap"
    handed_over = {shift.starts_at for shift in shifts}
    expected = {first_moment(day + timedelta(days=n), clock, zone) for n in (-1, 0, 1)}
    assert expected <= handed_over


def test_no_gap_and_no_overlap_in_any_zone_for_a_year() -> None:
    since, until = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
    for zone in zone_names()[::13]:
        parts = [
            turns(
                starts_on=date(2025, 12, 1), members=("nora", "omar"), hand_over_at=time(2, 30), until_at=time(14, 5)
            ),
            turns(starts_on=date(2025, 12, 1), members=("tess",), hand_over_at=time(14, 5), until_at=time(2, 30)),
        ]
        shifts = sorted((s for part in parts for s in part.shifts(zone, since, until)), key=lambda s: s.starts_at)
        assert all(first.ends_at == second.starts_at for first, second in pairwise(shifts)), zone
        assert gaps(shifts, since, until) == [], zone


# --- stand-ins, and who is there ---

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def hour(number: float) -> datetime:
    return MONDAY + timedelta(hours=number)


def shift(person: str, start: float, end: float, role: ShiftRole = ON_CALL) -> Shift:
    return Shift(person, role, hour(start), hour(end))


def duties(rota: Rota, there: frozenset[str] = EVERYBODY) -> list[tuple[str, float, float]]:
    found = rota.duties(hour(-24), hour(48), there)
    return [(s.practitioner_id, (s.starts_at - MONDAY) / timedelta(hours=1), (s.ends_at - MONDAY) / timedelta(hours=1))
            for s in found]  # fmt: skip


def test_a_stand_in_replaces_whoever_would_be_there_and_nobody_else() -> None:
    rota = Rota("UTC", shifts=[shift("nora", 8, 20), shift("omar", 8, 20, BACKUP)], stand_ins=[shift("tess", 10, 12)])
    assert duties(rota) == [("nora", 8, 10), ("omar", 8, 20), ("tess", 10, 12), ("nora", 12, 20)]


def test_a_stand_in_also_fills_a_gap_and_replaces_a_turn_of_a_rotation() -> None:
    rotation = turns(starts_on=date(2026, 3, 2), hand_over_at=time(8), members=("nora", "omar"))
    rota = Rota("UTC", turns=[rotation], stand_ins=[shift("tess", 6, 9)])
    assert duties(rota)[:3] == [("tess", 6, 9), ("nora", 9, 32), ("omar", 32, 56)]


def test_whoever_has_left_is_no_cover_and_stands_in_for_nobody() -> None:
    rota = Rota("UTC", shifts=[shift("nora", 8, 12), shift("omar", 12, 20)], stand_ins=[shift("tess", 9, 10)])
    assert duties(rota, frozenset({"nora"})) == [("nora", 8, 12)]


def test_a_team_without_anybody_in_a_role_has_the_clinics() -> None:
    rotas = [
        Rota("UTC", Team.CLINIC, shifts=[shift("nora", 0, 24), shift("omar", 0, 24, BACKUP)]),
        Rota("UTC", Team.COMFORT, shifts=[shift("tess", 8, 12)]),
    ]
    by_team = duties_by_team(rotas, hour(0), hour(24), EVERYBODY)
    for team, moment, expected in (
        (Team.COMFORT, 9, ("tess", "omar")),
        (Team.COMFORT, 13, ("nora", "omar")),
        (Team.CLINIC, 9, ("nora", "omar")),
    ):
        shifts = of_team(by_team, team, hour(moment))
        assert who(shifts, ON_CALL, hour(moment)) + who(shifts, BACKUP, hour(moment)) == expected


def test_the_team_follows_from_the_intent() -> None:
    assert team_for("comfort") is Team.COMFORT
    assert team_for("disease-directed") is Team.CLINIC
    assert team_for(None) is Team.CLINIC
