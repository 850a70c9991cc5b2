"""Whatever is written in the place of a value, the checks answer with a problem or accept it; they never fall over."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.content.documents import Document, read_document
from app.content.instruments import instrument_findings
from app.content.programs import program_findings

ROOT = Path(__file__).parents[3]
ODD: tuple[Any, ...] = (None, -1, "x", "", [], {}, [[1]], [{}], True, {"item": ["x"]})
LANGUAGES = frozenset({"en", "es"})


def _data(file: str) -> Any:
    document = read_document(ROOT, file)
    assert isinstance(document, Document)
    return document.data


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inside:
        yield (*at, key)
        yield from _paths(below, (*at, key))


def _with(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(data)
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return data


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_odd_value_anywhere_is_no_crash(odd):
    instrument = _data("instruments/core-daily.yaml")
    instrument["items"] = [instrument["items"][index] for index in (0, -4, -2)]
    instrument["items"][-1]["enable_when"]["any"] = [{"item": "pain", "at_least": 4}]
    instrument["ask_together"] = [["pain", "fever"]]
    program = _data("programs/advanced-cancer.yaml")
    rules = ("pain-severe", "pain-rising", "two-ambers", "mood-cluster", "late-answer")
    program["rules"] = [rule for rule in program["rules"] if rule["id"] in rules]
    instruments = {"core-daily": instrument}

    for path in _paths(instrument):
        list(instrument_findings(_with(instrument, path, odd), LANGUAGES))
        if "text" not in path and "words" not in path:
            list(program_findings(program, "advanced-cancer", {"core-daily": _with(instrument, path, odd)}))
    for path in _paths(program):
        list(program_findings(_with(program, path, odd), "advanced-cancer", instruments))
