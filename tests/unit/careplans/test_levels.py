"""Which goal or baseline held when."""

from datetime import UTC, datetime, timedelta

from app.careplans.levels import LevelKind, LevelSet, levels_at

NOW = datetime(2025, 11, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def level(value, hours=0, kind="goal", respondent="self", item="22253000"):
    return LevelSet(kind, respondent, item, value, NOW + hours * HOUR)


def test_the_latest_of_its_kind_counts_from_when_it_was_set():
    given = [level(5, 2), level(3), level(4, 1), level(7, kind="baseline"), level(1, respondent="proxy")]
    found = [levels_at(given, LevelKind.GOAL, NOW + at * HOUR).get("self", {}) for at in (-1, 0, 1, 2, 3)]
    assert [one["22253000"]["value"] if one else None for one in found] == [None, 3, 4, 5, 5]
    assert levels_at(given, LevelKind.GOAL, NOW)["proxy"]["22253000"]["value"] == 1
    assert levels_at(given, LevelKind.BASELINE, NOW) == {"self": {"22253000": {"value": 7, "set_at": NOW}}}


def test_one_without_a_value_takes_back_the_one_before():
    given = [level(3), level(None, 1), level(6, 2)]
    assert levels_at(given, LevelKind.GOAL, NOW + HOUR) == {}
    assert levels_at(given, LevelKind.GOAL, NOW + 2 * HOUR)["self"]["22253000"]["value"] == 6
