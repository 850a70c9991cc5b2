"""When a person is asked next, by the clock on their wall, whatever daylight saving does that night.

A slot is a wall-clock time on a local date. It is turned into a moment with the zone's rules as they are known when it
is computed. A time that the clocks jump over moves to the first moment after the jump, a time that comes twice means
its first occurrence, and a date that does not exist at all (Apia, 30 December 2011) has no slot.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.durations import duration
from app.zones import instant, wall_clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""Invitations and reminders wait from 21:00 until 08:00, in the person's zone."""

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_APART_AFTER_ZONE_CHANGE = timedelta(hours=4)
_KEYS = {"every", "at", "on", "starts_on"}


@dataclass(frozen=True, slots=True)
class Timing:
    """A repeating plan in local wall-clock time.

    ``every`` is a number of whole days, or less than a day. ``at`` are the times of day, ``on`` the days of the week
    (0 is Monday) of a weekly plan. An interval of several days or weeks is counted from ``starts_on``; where there is
    one, no slot comes before it. An interval below a day counts from local midnight, each date anew; a time in ``at``
    then only shifts it, so that ``PT6H`` at 10:00 means 04:00, 10:00, 16:00 and 22:00.
    """

    every: timedelta
    at: tuple[time, ...]
    on: tuple[int, ...] = ()
    starts_on: date | None = None
    weekly: bool = False

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | Timing") -> "Timing":
        """Make a timing from ``{every, at, on?, starts_on?}``; ``ValueError`` with a sentence for the author."""
        if isinstance(data, Timing):
            return data
        unknown = set(data) - _KEYS
        if unknown or "every" not in data:
            raise ValueError(
                f"A timing has every, at, on and starts_on, not {', '.join(sorted(unknown)) or 'no every'}."
            )
        every = duration(data["every"])
        timing = cls(
            every=every,
            at=_times(data.get("at")),
            on=tuple(sorted({_weekday(name) for name in _several(data.get("on"))})),
            starts_on=_date(data.get("starts_on")),
            weekly=every % _WEEK == timedelta(0),
        )
        timing._check(data)
        return timing

    def starting_on(self, day: date) -> "Timing":
        """The same plan counted from ``day``, unless it has a start of its own."""
        return self if self.starts_on else replace(self, starts_on=day)

    def preferring(self, preferred: time | str | Sequence[time | str] | None) -> "Timing":
        """The same plan at the hour, or hours, that a person prefers; an interval below a day has none."""
        return replace(self, at=_times(preferred)) if preferred and self.every >= _DAY else self

    def _check(self, data: Mapping[str, Any]) -> None:
        if self.every <= timedelta(0):
            raise ValueError("every must be longer than nothing.")
        if self.on and not self.weekly:
            raise ValueError("on goes with an interval of weeks, such as P1W.")
        if self.every < _DAY:
            if self.every % timedelta(seconds=1):
                raise ValueError("every is a whole number of seconds at the least.")
            return
        if self.every % _DAY:
            raise ValueError(f"every is {data['every']}: use whole days, or less than one day.")
        if not self.at:
            raise ValueError('at is missing: say at what time of day, such as "10:00".')
        if self.starts_on is None and self.every != _DAY and not (self.every == _WEEK and self.on):
            raise ValueError(f"every is {data['every']}: say in starts_on from which date to count.")


@dataclass(frozen=True, slots=True)
class Slot:
    """One occasion: the moment, in aware UTC, and what the clock on the wall shows then.

    ``planned`` is the naive local time that the plan meant. It differs only where the clocks jump over it.
    """

    at: datetime
    local_date: date
    local_time: time
    planned: datetime


def next_slot(
    timing: Mapping[str, Any] | Timing,
    zone: str,
    after: datetime,
    *,
    preferred: time | str | Sequence[time | str] | None = None,
) -> Slot:
    """The first slot strictly later than the aware moment ``after``.

    ``zone`` is an IANA name. ``preferred`` is the person's own hour, which overrides the plan's. ``ValueError`` for a
    timing or a zone that cannot be understood.
    """
    plan = Timing.from_mapping(timing).preferring(preferred)
    since = wall_clock(after, zone)
    # A time that comes no later on the wall comes no later in fact, so the search starts at the wall clock of `after`.
    for planned in _planned(plan, since):
        at = instant(planned, zone)
        local = wall_clock(at, zone)
        if at > after and not _skipped(planned, local, zone):
            return Slot(at, local.date(), local.time(), planned)
    raise ValueError("This timing has no further slot.")


def next_slot_after_zone_change(
    timing: Mapping[str, Any] | Timing,
    zone: str,
    after: datetime,
    *,
    last: Slot,
    preferred: time | str | Sequence[time | str] | None = None,
) -> Slot:
    """The first slot in a person's new zone: at least four hours after the last one, and on a later local date."""
    slot = next_slot(timing, zone, max(after, last.at), preferred=preferred)
    while slot.at - last.at < _APART_AFTER_ZONE_CHANGE or slot.local_date <= last.local_date:
        slot = next_slot(timing, zone, slot.at, preferred=preferred)
    return slot


def defer_for_quiet_hours(at: datetime, zone: str) -> datetime:
    """``at``, or the end of the quiet hours it falls into; aware UTC. 21:00 is quiet, 08:00 is not."""
    local = wall_clock(at, zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return at.astimezone(UTC)
    morning = local.date() if local.time() < QUIET_UNTIL else local.date() + _DAY
    return instant(datetime.combine(morning, QUIET_UNTIL), zone)


def _planned(plan: Timing, since: datetime) -> Iterator[datetime]:
    """The plan's naive local times from the date of ``since`` on, in order; of short intervals only those after it."""
    if plan.every < _DAY:
        yield from _within_days(plan, since)
        return
    day = max(since.date(), plan.starts_on or since.date())
    while True:
        if _falls_on(plan, day):
            for clock in plan.at:
                yield datetime.combine(day, clock)
        day += _DAY


def _within_days(plan: Timing, since: datetime) -> Iterator[datetime]:
    """Multiples of a short interval from each local midnight."""
    shift = timedelta(0)
    if plan.at:
        first = plan.at[0]
        shift = timedelta(hours=first.hour, minutes=first.minute, seconds=first.second) % plan.every
    day = max(since.date(), plan.starts_on or since.date())
    while True:
        midnight = datetime.combine(day, time())
        local = midnight + shift
        if local <= since:
            local += ((since - local) // plan.every + 1) * plan.every
        while local < midnight + _DAY:
            yield local
            local += plan.every
        day += _DAY


def _falls_on(plan: Timing, day: date) -> bool:
    if plan.on and day.weekday() not in plan.on:
        return False
    if plan.starts_on is None:
        return True
    if plan.on:
        # Weeks begin on Monday: every second week counts the week of the start as the first.
        first, this = (moment - timedelta(days=moment.weekday()) for moment in (plan.starts_on, day))
        return (this - first) % plan.every == timedelta(0)
    return (day - plan.starts_on) % plan.every == timedelta(0)


def _skipped(planned: datetime, local: datetime, zone: str) -> bool:
    """Whether the planned date does not exist in the zone: its midnight and the next one are the same moment."""
    if local.date() == planned.date():
        return False
    midnight = datetime.combine(planned.date(), time())
    return instant(midnight, zone) == instant(midnight + _DAY, zone)


def _times(value: Any) -> tuple[time, ...]:
    return tuple(sorted({_time(clock) for clock in _several(value)}))


def _time(value: Any) -> time:
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    try:
        return time.fromisoformat(value.zfill(5) if ":" in value else value).replace(tzinfo=None)
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f'at is {value!r}: write a time of day in quotes, such as "10:00".') from error


def _date(value: Any) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"starts_on is {value!r}: write a date, such as 2025-11-03.") from error


def _weekday(name: Any) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f"on is {name!r}: use {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(name)


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)
