"""Durations as clinicians write them."""

from datetime import timedelta

import pytest

from app.durations import duration, spell


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("P1D", timedelta(days=1)),
        ("P2DT3H", timedelta(days=2, hours=3)),
        ("PT90S", timedelta(seconds=90)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("P1W", timedelta(days=7)),
        ("PT1H30M15S", timedelta(hours=1, minutes=30, seconds=15)),
        ("PT0S", timedelta(0)),
        (timedelta(hours=4), timedelta(hours=4)),
    ],
)
def test_reads(text, length):
    assert duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1DT", "1D", "PT1D", "P1H", "30M", "pt30m", "PT30", "P-1D", "PT1.5H", " P1D", "P1D\n", 15, None]
    + ["P9999999999D"],
)
def test_refuses_what_is_not_a_duration(text):
    with pytest.raises(ValueError, match=r"ISO 8601|A duration is|too long"):
        duration(text)


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P1Y2M", "P2M3DT1H"])
def test_refuses_lengths_that_depend_on_the_calendar(text):
    with pytest.raises(ValueError, match="years or months"):
        duration(text)


def test_minutes_are_not_taken_for_months():
    assert duration("PT1M") == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=3), "3 days"),
        (timedelta(days=1, hours=12), "1 day 12 hours"),
        (timedelta(minutes=1, seconds=1), "1 minute 1 second"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_spells(length, words):
    assert spell(length) == words
