"""Zones come from the tzdata package, and local times become moments as a person would expect."""

import zoneinfo
from datetime import UTC, datetime

import pytest

from app.zones import instant, wall_clock, zone


def test_the_systems_copy_is_not_needed(monkeypatch):
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    zone.cache_clear()
    assert wall_clock(datetime(2025, 7, 1, 12, tzinfo=UTC), "America/New_York") == datetime(2025, 7, 1, 8)


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "America", "Europe/", "EST5EDT;", "zone.tab", None, "a\0b"],
)
def test_what_is_no_zone(name):
    with pytest.raises(ValueError, match="zone"):
        zone(name)


@pytest.mark.parametrize(
    ("name", "local", "utc"),
    [
        ("UTC", datetime(2025, 3, 9, 2, 30), datetime(2025, 3, 9, 2, 30)),
        # New York, clocks go from 02:00 to 03:00, and from 02:00 back to 01:00.
        ("America/New_York", datetime(2025, 3, 9, 1, 59), datetime(2025, 3, 9, 6, 59)),
        ("America/New_York", datetime(2025, 3, 9, 2, 0), datetime(2025, 3, 9, 7)),
        ("America/New_York", datetime(2025, 3, 9, 2, 59, 59), datetime(2025, 3, 9, 7)),
        ("America/New_York", datetime(2025, 3, 9, 3, 0), datetime(2025, 3, 9, 7)),
        ("America/New_York", datetime(2025, 11, 2, 1, 30), datetime(2025, 11, 2, 5, 30)),
        ("America/New_York", datetime(2025, 11, 2, 2, 0), datetime(2025, 11, 2, 7)),
        # Lord Howe Island moves by half an hour.
        ("Australia/Lord_Howe", datetime(2025, 10, 5, 2, 15), datetime(2025, 10, 4, 15, 30)),
        ("Australia/Lord_Howe", datetime(2025, 4, 6, 1, 45), datetime(2025, 4, 5, 14, 45)),
        # Midnight itself is jumped over.
        ("America/Sao_Paulo", datetime(2018, 11, 4, 0, 30), datetime(2018, 11, 4, 3)),
        ("Africa/Cairo", datetime(2025, 4, 25, 0, 0), datetime(2025, 4, 24, 22)),
        ("Asia/Beirut", datetime(2025, 3, 30, 0, 10), datetime(2025, 3, 29, 22)),
        # A whole date was jumped over.
        ("Pacific/Apia", datetime(2011, 12, 30, 10), datetime(2011, 12, 30, 10)),
    ],
)
def test_instants(name, local, utc):
    assert instant(local, name) == utc.replace(tzinfo=UTC)


def test_fractions_of_a_second_survive_except_in_a_gap():
    assert instant(datetime(2025, 7, 1, 8, 0, 0, 500), "America/New_York").microsecond == 500
    assert instant(datetime(2025, 3, 9, 2, 30, 0, 500), "America/New_York") == datetime(2025, 3, 9, 7, tzinfo=UTC)
