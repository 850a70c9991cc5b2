"""What people write into the fields of a form: numbers, days, moments; and saying by field what is wrong."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from app.errors import Rejected
from app.zones import instant


@contextmanager
def naming(names: Mapping[str, str]) -> Iterator[None]:
    """Say what is wrong by the page's own ``names`` of the fields."""
    try:
        yield
    except Rejected as error:
        raise Rejected({names.get(field, field): texts for field, texts in error.problems.items()}) from None


def number(text: str | None, field: str) -> float | None:
    """A number; ``None`` for an empty field. Raises ``Rejected`` when it is none."""
    try:
        value = None if text is None else float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if value is not None and not math.isfinite(value):
        raise Rejected({field: ["Give a number."]})
    return value


def whole(text: str | None, field: str) -> int | None:
    """A whole number; ``None`` for an empty field."""
    value = number(text, field)
    if value is not None and value != int(value):
        raise Rejected({field: ["Give a whole number."]})
    return None if value is None else int(value)


def moment(local: str | None, zone: str, field: str) -> datetime | None:
    """A browser's local date and time in the reader's zone; ``None`` for an empty field."""
    if local is None:
        return None
    try:
        return instant(datetime.fromisoformat(local).replace(tzinfo=None), zone)
    except (ValueError, OverflowError):
        raise Rejected({field: ["Give a date and a time, such as 3/11/2026, 14:05."]}) from None


def day(text: str | None, zone: str, field: str, *, end: bool = False) -> datetime | None:
    """The beginning, or the ``end``, of a day in the reader's zone; ``None`` for an empty field."""
    if text is None:
        return None
    try:
        date = datetime.strptime(text, "%Y-%m-%d").date() + timedelta(days=end)  # noqa: DTZ007  (a local date)
        return instant(datetime.combine(date, time()), zone)
    except (ValueError, OverflowError):
        raise Rejected({field: ["Give a date, such as 3/11/2026."]}) from None
