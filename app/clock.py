"""The one place that reads the time. Everything else is handed an aware UTC ``now``."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds on a clock that never steps back, for measuring how long something took."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds since an arbitrary moment, monotonic."""
        return time.monotonic()


class ShiftableClock(SystemClock):
    """The machine's clock, set forward by hand: for the demo and for playing a conversation in the terminal."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The present moment as this clock has it, aware, in UTC."""
        return super().now() + self._ahead

    def advance(self, length: timedelta) -> None:
        """Set the clock forward."""
        self._ahead += length
