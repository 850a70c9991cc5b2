"""Fields that take exactly what JSON Schema and RFC 3339 say, and write times in UTC."""

import math
import re
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields

_MOMENT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d:\d\d)(?P<part>\.\d+)?(?P<zone>[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A check-in, a birth or a shift lies within these; far outside, date arithmetic overflows.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Moment(fields.DateTime):
    """A moment: RFC 3339 with its offset in, UTC with ``Z`` out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError("must be a time with its zone, such as 2026-03-02T15:00:00Z.")
        zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
        try:
            moment = datetime.fromisoformat(f"{match['date']}T{match['time']}{(match['part'] or '')[:7]}{zone}")
        except ValueError:
            raise ValidationError("is not a time that exists.") from None
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValidationError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}.")
        return moment.astimezone(UTC)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Day(fields.Date):
    """A calendar day, ``2026-03-02``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("must be a day, such as 1954-11-03.")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError("is not a day that exists.") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        day: date | str | None = value
        return day.isoformat() if isinstance(day, date) else day


class Whole(fields.Integer):
    """A whole number. ``7.0`` is one, as JSON Schema says; ``true`` and ``"7"`` are not."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValidationError("must be a whole number.")
        return int(value)


class Number(fields.Float):
    """A finite number; ``true`` and ``"7"`` are none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValidationError("must be a number.")
        return float(value)


class YesNo(fields.Boolean):
    """``true`` or ``false``, and no word or number for them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("must be true or false.")
        return value


class Count(fields.Integer):
    """A small number in a query, where everything is text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,6}", value):
            raise ValidationError("must be a whole number.")
        return int(value)
