"""The shapes that content files are built from, strict: nothing is guessed, converted or passed over."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, TypeGuard

from marshmallow import RAISE, Schema, ValidationError, fields

from app.content.documents import Place
from app.durations import duration
from app.errors import Rejected

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_TEXT = 320
"""Longest wording, in characters: two text messages."""

Finding = tuple[Place, str]
"""Something wrong: where in the document, and what."""


class Strict(Schema):
    """A mapping whose keys are all known."""

    class Meta:
        """An unknown key is a mistake: most often a known one, misspelt."""

        unknown = RAISE

    error_messages = {"unknown": "is not a key that is known here", "type": "expected keys and values"}  # noqa: RUF012


class Text(fields.Field[str]):
    """Words: quoted or plain, not empty, not too long; ``pattern`` is what the whole must look like."""

    def __init__(self, pattern: re.Pattern[str] | None = None, like: str = "", **rest: Any) -> None:
        super().__init__(**rest)
        self._pattern = pattern
        self._like = like

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"expected text, found {value!r}: write it in quotes")
        if not value.strip():
            raise ValidationError("is empty")
        if len(value) > MAX_TEXT:
            raise ValidationError(f"longer than {MAX_TEXT} characters")
        if self._pattern and not self._pattern.fullmatch(value):
            raise ValidationError(f"{value!r} is not {self._like}")
        return value


def name_text(**rest: Any) -> Text:
    """The name of something: it becomes part of file names and addresses."""
    return Text(NAME, "a name: small letters, digits and '-'", **rest)


def id_text(**rest: Any) -> Text:
    """An identifier as other systems write them."""
    return Text(IDENTIFIER, "an id: letters, digits, '.', '-' and '_'", **rest)


class Number(fields.Field[float]):
    """A number, written as one; ``whole`` numbers have no fraction."""

    def __init__(self, whole: bool = False, least: float | None = None, most: float | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self._whole, self._least, self._most = whole, least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> float:
        if not is_number(value) or (self._whole and not isinstance(value, int)):
            raise ValidationError(f"expected a {'whole ' if self._whole else ''}number, found {value!r}")
        if self._least is not None and value < self._least:
            raise ValidationError(f"{value} is less than {self._least}")
        if self._most is not None and value > self._most:
            raise ValidationError(f"{value} is more than {self._most}")
        return float(value)


class OneOf(fields.Field[str]):
    """One of a few words."""

    def __init__(self, *words: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if value not in self._words or not isinstance(value, str):
            raise ValidationError(f"{value!r} is not known: use {listed(self._words)}")
        return value


class Flag(fields.Field[bool]):
    """``true`` or ``false``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"expected true or false, found {value!r}")
        return value


class Duration(fields.Field[timedelta]):
    """An ISO 8601 duration longer than nothing, such as ``PT30M`` or ``P1D``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> timedelta:
        length = as_duration(value)
        if length is None:
            raise ValidationError(f"{value!r} is not a duration such as PT30M or P1D")
        if not timedelta(0) < length <= timedelta(days=366):
            raise ValidationError(f"{value!r} is not between one second and one year")
        return length


class Day(fields.Field[date]):
    """A calendar day, ``2026-01-31``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError(f"{value!r} is not a day such as 2026-01-31") from None


class ListOf(fields.List[Any]):
    """A list with a bounded number of entries."""

    def __init__(self, entry: Any, least: int = 1, most: int = 200, **rest: Any) -> None:
        super().__init__(entry, **rest)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError(f"expected a list, found {value!r}")
        if not self._least <= len(value) <= self._most:
            raise ValidationError(f"expected {self._least} to {self._most} entries, found {len(value)}")
        return super()._deserialize(value, attr, data, **rest)


class OneOrMore(ListOf):
    """A single value, or a list of different ones."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> list[Any]:
        values = super()._deserialize(value if isinstance(value, list) else [value], attr, data, **rest)
        if len(set(values)) < len(values):
            raise ValidationError("says the same twice")
        return values


def texts(**rest: Any) -> fields.Dict:
    """Wording by language. Which languages must be there is a question for the whole of the content."""
    return fields.Dict(keys=Text(re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"), "a language"), values=Text(), **rest)


def shape_findings(schema: Schema, data: Any) -> Iterator[Finding]:
    """What ``schema`` finds wrong with the shape of ``data``, each with its place."""
    yield from _flatten(schema.validate(data), ())


def _flatten(errors: Any, at: Place) -> Iterator[Finding]:
    if isinstance(errors, Mapping):
        for key, below in errors.items():
            # "value" and "key" are how marshmallow says which half of a dictionary's entry it means.
            inner = below if isinstance(below, list) or not set(below) <= {"value", "key"} else [*below.values()]
            yield from _flatten(inner, at if key == "_schema" else (*at, key))
    elif isinstance(errors, list):
        for error in errors:
            yield from _flatten(error, at)
    else:
        yield (
            at,
            {"Missing data for required field.": "is missing", "Field may not be null.": "is empty"}.get(
                str(errors), str(errors)
            ),
        )


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether ``value`` was written as a number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_duration(value: Any) -> timedelta | None:
    """The length that ``value`` states, or ``None`` when it is not a duration."""
    try:
        return duration(value) if isinstance(value, str) else None
    except (Rejected, ValueError):
        return None


def entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings in a list with their positions; whatever has another shape was reported with the shapes."""
    if isinstance(value, list):
        yield from ((index, entry) for index, entry in enumerate(value) if isinstance(entry, Mapping))


def listed(words: Any) -> str:
    """Words as a sentence lists them."""
    *most, last = sorted(str(word) for word in words) or [""]
    return f"{', '.join(most)} or {last}" if most else last
