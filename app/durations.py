"""ISO 8601 durations as content files write them ("PT30M", "P1D"), read into lengths of time."""

import re
from datetime import timedelta

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_CALENDAR = re.compile(r"P\d+Y|P(?:\d+Y)?\d+M")


def duration(text: str | timedelta) -> timedelta:
    """Read an ISO 8601 duration; a ``timedelta`` is returned as it is.

    Weeks, days, hours, minutes and seconds may be combined; a fraction is allowed in the seconds only. Years and months
    are refused because their length depends on the calendar. Raises ``ValueError`` with a sentence for the author.
    """
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str):
        raise ValueError(f"A duration is text such as PT30M or P1D, not {text!r}.")
    if _CALENDAR.match(text):
        raise ValueError(f"{text!r} has years or months, whose length varies: use days or weeks.")
    found = _DURATION.fullmatch(text)
    parts = {name: value for name, value in found.groupdict().items() if value is not None} if found else {}
    if not parts or text.endswith("T"):
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT30M, P1D or P1W.")
    try:
        return timedelta(**{name: float(value.replace(",", ".")) for name, value in parts.items()})
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long to be meant.") from error


def spell(length: timedelta) -> str:
    """Say a length in English for staff: "3 days", "4 hours", "1 day 12 hours", "45 minutes", "30 seconds"."""
    left = int(length.total_seconds())
    words = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}" + ("s" if count != 1 else ""))
    return " ".join(words) or "0 seconds"
