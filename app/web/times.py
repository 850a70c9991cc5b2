"""Moments as people say them, in the reader's zone."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from app.zones import wall_clock

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Times:
    """Says moments as they look at ``now`` to somebody in ``zone``."""

    now: datetime
    zone: str

    def of(self, zone: str) -> "Times":
        """The same by the clock of another zone."""
        return replace(self, zone=zone)

    def clock(self, at: datetime) -> str:
        """``14:10`` today, ``Tue 3 Mar, 14:10`` on another day."""
        local, today = wall_clock(at, self.zone), wall_clock(self.now, self.zone)
        time = f"{local:%H:%M}"
        return time if local.date() == today.date() else f"{self.day(at)}, {time}"

    def day(self, at: datetime) -> str:
        """``Tue 3 Mar``, with the year when it is not this one."""
        return self.date(wall_clock(at, self.zone).date())

    def date(self, day: date) -> str:
        """The same of a calendar day."""
        text = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
        return text if day.year == wall_clock(self.now, self.zone).year else f"{text} {day.year}"

    def iso(self, at: datetime) -> str:
        """The local day as a form's date field has it: ``2026-03-03``."""
        return wall_clock(at, self.zone).date().isoformat()

    def span(self, start: datetime, end: datetime) -> str:
        """A part of one day: ``08:00-24:00``."""
        begins, ends = wall_clock(start, self.zone), wall_clock(end, self.zone)
        return f"{begins:%H:%M}-" + ("24:00" if ends.date() > begins.date() else f"{ends:%H:%M}")

    def when(self, at: datetime) -> str:
        """Day and time: ``Tue 3 Mar, 14:10``."""
        return f"{self.day(at)}, {wall_clock(at, self.zone):%H:%M}"

    def exact(self, at: datetime) -> str:
        """Everything, for whoever wants to know: ``2026-03-03 14:10:07 America/New_York``."""
        return f"{wall_clock(at, self.zone):%Y-%m-%d %H:%M:%S} {self.zone}"

    def age(self, at: datetime) -> str:
        """How long ago: ``just now``, ``12 min``, ``3 h 10 min``, ``2 days``."""
        return self.length((self.now - at).total_seconds())

    def left(self, at: datetime) -> str:
        """How long until then, or by how much it is past: ``22 min left``, ``5 min late``."""
        seconds = (at - self.now).total_seconds()
        return f"{self.length(seconds)} left" if seconds >= _MINUTE else f"{self.length(-seconds)} late"

    def late(self, at: datetime) -> bool:
        """Whether a moment by which something was to happen has passed."""
        return at <= self.now

    @staticmethod
    def length(seconds: float) -> str:
        """A length of time in one or two units."""
        if seconds < _MINUTE:
            return "less than a minute"
        if seconds < _HOUR:
            return f"{seconds // _MINUTE:.0f} min"
        if seconds < _DAY:
            hours, minutes = divmod(seconds // _MINUTE, 60)
            return f"{hours:.0f} h {minutes:.0f} min" if minutes else f"{hours:.0f} h"
        days = round(seconds / _DAY)
        return "1 day" if days == 1 else f"{days} days"
