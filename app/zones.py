"""Time zones and local wall clocks, from the ``tzdata`` package: the zone rules that were tested are the ones that run.

The operating system's copy is never read: on a server that is seldom updated it may miss a country's latest decision,
and then a check-in would go out an hour wrong with nothing to see in the code.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

_NAME = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
_SECOND = timedelta(seconds=1)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone with this IANA name, such as ``America/New_York``; ``ValueError`` when there is none."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a time zone, such as America/New_York.")
    try:
        with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not a known time zone.") from error


@cache
def zone_names() -> tuple[str, ...]:
    """The names of all zones, sorted."""
    return tuple(sorted(resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()))


def wall_clock(at: datetime, name: str) -> datetime:
    """What a clock on the wall in that zone shows at the aware moment ``at``, as a naive time."""
    return at.astimezone(zone(name)).replace(tzinfo=None, fold=0)


def instant(local: datetime, name: str) -> datetime:
    """The moment, in UTC, at which clocks in that zone show the naive ``local``.

    When clocks go back, a time that comes twice means its first occurrence. When they go forward, a time that is
    jumped over means the first moment after the jump.
    """
    where = zone(name)
    first = local.replace(tzinfo=where, fold=0)
    at = first.astimezone(UTC)
    if at.astimezone(where).replace(tzinfo=None) == local:
        return at
    # In a gap, fold=0 reckons with the offset before the jump and lands after it, fold=1 the other way round.
    start = first.replace(microsecond=0)
    return _end_of_gap(start.replace(fold=1).astimezone(UTC), start.astimezone(UTC), where)


def _end_of_gap(before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    """The first second between two moments that has the later one's offset, found by halving."""
    offset = after.astimezone(where).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(where).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
