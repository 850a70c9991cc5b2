"""Reading the JSON document of a call, so that nothing in it can trip what comes later."""

import json
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from app.errors import Rejected

_LARGEST = 2**63 - 1


def read_document() -> Any:
    """The JSON document in the body of the request; an empty object when there is no body.

    Raises ``UnsupportedMediaType``, ``BadRequest`` for what is not JSON, ``RequestEntityTooLarge``, and ``Rejected``
    naming each field with a text or number that cannot be stored.
    """
    raw = request.get_data()
    if not raw:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("The body must be application/json.")
    try:
        document = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):  # a number of thousands of digits is a ValueError too
        raise BadRequest("The body is not valid JSON.") from None
    problems = unstorable(document)
    if problems:
        raise Rejected(problems)
    return document


def unstorable(document: Any) -> dict[str, list[str]]:
    """What in a JSON document no database takes, by dotted path: NUL, half characters, numbers too large."""
    problems: dict[str, list[str]] = {}
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:  # a loop, because a document may be nested deeper than Python calls may be
        path, value = waiting.pop()
        if isinstance(value, str):
            if text_problem(value):
                problems[path] = [text_problem(value)]
        elif isinstance(value, int | float):
            if not -_LARGEST <= value <= _LARGEST:  # also what is not a number at all
                problems[path] = ["is too large a number."]
        elif isinstance(value, dict):
            for key, below in value.items():
                if text_problem(key):
                    problems[path] = ["has a name with characters that cannot be stored."]
                else:
                    waiting.append((f"{path}.{key}" if path else key, below))
        elif isinstance(value, list):
            waiting += [(f"{path}.{place}" if path else str(place), below) for place, below in enumerate(value)]
    return problems


def text_problem(text: str) -> str:
    """Why a text cannot be stored; empty when it can."""
    if "\x00" in text:
        return "must not contain the NUL character."
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "must not contain half of a surrogate pair."
    return ""


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are not JSON
