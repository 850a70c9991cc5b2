"""When the clinic is open, and how to count time by its clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from app.zones import instant, wall_clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_MINUTES_IN_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class ClinicHours:
    """Opening hours in the clinic's own zone.

    ``week`` has seven entries, Monday first; each lists openings in order, as minutes after local midnight, the
    end not included.
    """

    zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | ClinicHours", zone: str) -> "ClinicHours":
        """Make the hours from ``{"mon": [["08:00", "17:00"]], …}``; days left out are closed, "24:00" is midnight.

        Raises ``ValueError`` with a sentence where a time is wrong, openings overlap, or the clinic never opens.
        """
        if isinstance(data, ClinicHours):
            return data
        unknown = set(data) - set(WEEKDAYS)
        if unknown:
            raise ValueError(f"{', '.join(sorted(map(str, unknown)))}: days are {', '.join(WEEKDAYS)}.")
        week = tuple(_openings(name, data.get(name) or ()) for name in WEEKDAYS)
        if not any(week):
            raise ValueError("The clinic must be open at some time in the week: its clock would stand still.")
        return cls(zone, week)

    def is_open(self, at: datetime) -> bool:
        """Whether the clinic is open at that aware moment; the minute of closing counts as closed."""
        return any(opens <= at < closes for opens, closes in self._on(wall_clock(at, self.zone).date()))

    def next_open(self, at: datetime) -> datetime:
        """``at`` when the clinic is open then, else when it next opens; aware UTC."""
        return next(max(opens, at.astimezone(UTC)) for opens, _ in self._from(at))

    def add_open_time(self, at: datetime, length: timedelta) -> datetime:
        """The moment by which the clinic has been open for ``length`` since ``at``; aware UTC.

        Whole days are clinic days and not 24 hours of open time, which would be most of a week: two days after Friday
        at 16:00 is Tuesday at 16:00. Of what is left, only open time counts: four hours after Friday at 16:00 is
        Monday at 11:00 in a clinic open from 8 to 17.
        """
        days, rest = divmod(length, _DAY)
        moment = self.next_open(at)
        for _ in range(days):
            moment = self._next_day(moment)
        for opens, closes in self._from(moment):
            start = max(opens, moment)
            if rest < closes - start or (rest == closes - start and rest):
                return start + rest
            rest -= closes - start
        raise AssertionError("unreachable: the clinic opens every week")

    def _next_day(self, at: datetime) -> datetime:
        """The same time of day on the next day on which the clinic opens; where it is closed then, its next opening."""
        local = wall_clock(at, self.zone)
        day = local.date() + _DAY
        while not self.week[day.weekday()]:
            day += _DAY
        return self.next_open(instant(datetime.combine(day, local.time()), self.zone))

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Openings that have not ended at ``at``, in order, without end."""
        day = wall_clock(at, self.zone).date()
        while True:
            yield from ((opens, closes) for opens, closes in self._on(day) if closes > at)
            day += _DAY

    def _on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        midnight = datetime.combine(day, time())
        for opens, closes in self.week[day.weekday()]:
            yield (
                instant(midnight + timedelta(minutes=opens), self.zone),
                instant(midnight + timedelta(minutes=closes), self.zone),
            )


def _openings(name: str, rows: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    openings = []
    for row in rows:
        if isinstance(row, str) or len(row) != len(("opens", "closes")):
            raise ValueError(f'{name}: an opening is a pair such as ["08:00", "17:00"], not {row!r}.')
        opens, closes = (_minutes(name, clock) for clock in row)
        if opens >= closes:
            raise ValueError(f"{name}: {row[0]} is not before {row[1]}.")
        openings.append((opens, closes))
    openings.sort()
    if any(first[1] > second[0] for first, second in pairwise(openings)):
        raise ValueError(f"{name}: openings overlap.")
    return tuple(openings)


def _minutes(name: str, clock: Any) -> int:
    if clock == "24:00":
        return _MINUTES_IN_DAY
    try:
        found = time.fromisoformat(clock)
    except (TypeError, ValueError) as error:
        raise ValueError(f'{name}: {clock!r} is not a time such as "08:00".') from error
    return found.hour * 60 + found.minute
