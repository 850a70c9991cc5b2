"""How often a person is asked: the next slower rhythm for somebody who has been steady."""

from datetime import date, timedelta

from app.checkins.timing import WEEKDAYS, Timing

_DAY = timedelta(days=1)
_RHYTHMS = (2 * _DAY, 7 * _DAY)


def slower(timing: Timing, *, since: date) -> Timing | None:
    """Every second day, then once a week, at the same time of day, counted from ``since``; ``None`` if it is weekly."""
    if timing.weekly:
        return None
    every = next((rhythm for rhythm in _RHYTHMS if rhythm > timing.every), None)
    if every is None or not timing.at:
        return None
    if every == _RHYTHMS[-1]:
        return Timing(every, timing.at[:1], on=(since.weekday(),), weekly=True)
    return Timing(every, timing.at[:1], starts_on=since)


def written(timing: Timing) -> dict[str, object]:
    """A timing in the form that a program has it in."""
    days = timing.every // _DAY
    said: dict[str, object] = {
        "every": "P1W" if timing.weekly and days == 7 else f"P{days}D",
        "at": [clock.isoformat("minutes") for clock in timing.at],
    }
    if timing.on:
        said["on"] = [WEEKDAYS[day] for day in timing.on]
    if timing.starts_on:
        said["starts_on"] = timing.starts_on.isoformat()
    return said


def rhythm(timing: Timing) -> str:
    """How often, in words: "every day", "every 2 days", "once a week"."""
    if timing.weekly and timing.every == _RHYTHMS[-1]:
        return f"{len(timing.on)} times a week" if len(timing.on) > 1 else "once a week"
    if timing.every < _DAY:
        return "several times a day"
    days = timing.every // _DAY
    return "every day" if days == 1 else f"every {days} days"
