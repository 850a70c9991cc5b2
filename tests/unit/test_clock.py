"""The one place that reads the time gives aware UTC and measures on a clock that never steps back."""

from datetime import UTC, timedelta

from app.clock import SystemClock


def test_now_is_aware_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC


def test_time_passes() -> None:
    clock = SystemClock()
    first, later = clock.now(), clock.now()
    assert timedelta(0) <= later - first < timedelta(minutes=1)


def test_elapsed_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.elapsed() for _ in range(1000)]
    assert readings == sorted(readings)
