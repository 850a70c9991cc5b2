"""Reading a calendar day as people write it; a day that could be another one is not read."""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from app.plain_text import fold
from app.questionnaires.reading import base_language, read

_MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": tuple("january february march april may june july august september october november december".split()),
        "es": tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()),
        "ar": tuple("يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر".split()),
    }
)
_SHORTEST = 3
_NOT_MEANT = frozenset({"de", "del", "of", "the", "el", "on", "th", "st", "nd", "rd"})
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_CENTURY = (1900, 2100)


def read_date(text: str, language: str) -> date | None:
    """The day that ``text`` names with its year, ``None`` where it names none or could name two.

    ``2026-11-03``, ``3 Nov 2026``, ``Nov 3, 2026`` and ``30/11/2026`` are read; ``3/4/2026`` is March to some and April
    to others.
    """
    parts = [part for part in _PARTS.findall(fold(read(text, language).plain)) if part not in _NOT_MEANT]
    if len(parts) != len(("year", "month", "day")):
        return None
    months = [month for part in parts if (month := _month(part, language))]
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= len("2026")]
    if len(months) + len(numbers) != len(parts):
        return None
    years = [number for number in numbers if _CENTURY[0] <= number < _CENTURY[1]]
    if len(years) != 1:
        return None
    rest = [number for number in numbers if number != years[0]]
    if len(months) == 1 and len(rest) == 1:
        return _day(years[0], months[0], rest[0])
    if months or len(rest) != len(("month", "day")):
        return None
    if numbers[0] == years[0]:
        return _day(years[0], *rest)
    first, second = rest
    both = {day for day in (_day(years[0], first, second), _day(years[0], second, first)) if day}
    return both.pop() if len(both) == 1 else None


def _month(word: str, language: str) -> int | None:
    for tongue in (base_language(language), "en"):
        for number, name in enumerate(_MONTHS.get(tongue, ()), start=1):
            if word == fold(name) or (len(word) >= _SHORTEST and word.isascii() and name.startswith(word)):
                return number
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
