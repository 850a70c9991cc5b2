"""What an instrument file may say: the shape of a questionnaire, and what has to be true of it."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from marshmallow import fields

from app.content.branches import branching_findings, numeric
from app.content.documents import Place
from app.content.fields import (
    Duration,
    Finding,
    Flag,
    ListOf,
    Number,
    OneOf,
    Strict,
    Text,
    entries,
    id_text,
    is_number,
    shape_findings,
    texts,
)
from app.content.outline import SHOWN_ONLY, everything, questions_of
from app.content.scores import ScoreShape, score_findings
from app.content.wording import missing_languages, reserved

MAX_SCALE = 100
TYPES = ("scale", "choice", "number", "text", "date", *SHOWN_ONLY)
# What an item of each type may say beside its names and its place.
_OF_TYPE = {
    "min": ("scale", "number"),
    "max": ("scale", "number"),
    "whole": ("number",),
    "anchors": ("scale",),
    "options": ("choice",),
    "worse": ("scale", "number", "choice"),
    "optional": ("scale", "number", "choice", "text", "date"),
    "label": ("scale", "number", "choice", "text", "date"),
    "words": ("scale", "number", "choice", "text", "date"),
    "shown": ("display",),
    "items": ("scale", "number", "choice", "text", "date", "group"),
}


class _Code(Strict):
    system = Text(required=True)
    code = Text(required=True)
    display = Text()


class _OptionCode(Strict):
    system = Text()
    code = Text(required=True)


class _Option(Strict):
    value = Number(whole=True, least=0, most=99, required=True)
    text = texts(required=True)
    score = Number()
    missing = Flag()
    code = fields.Nested(_OptionCode)
    fhir = fields.Raw()


class _Comparison(Strict):
    item = Text(required=True)
    at_least = Number()
    at_most = Number()
    equals = Number()
    not_equals = Number()
    more_than = Number()
    less_than = Number()
    exists = Flag()


class _EnableWhen(_Comparison):
    any = ListOf(fields.Nested(_Comparison))
    all = ListOf(fields.Nested(_Comparison))
    item = Text()


class _Item(Strict):
    link_id = id_text(required=True)
    code = fields.Nested(_Code)
    term = id_text()
    attribute = OneOf("frequency", "severity", "interference", "amount", "presence")
    type = OneOf(*TYPES, required=True)
    min = Number()
    max = Number()
    whole = Flag()
    worse = OneOf("high", "low")
    text = texts()
    shown = Flag()
    label = texts()
    words = fields.Dict(keys=Text(), values=ListOf(Text(), most=30))
    anchors = fields.Dict(keys=Text(), values=ListOf(Text(), least=2, most=2))
    options = ListOf(fields.Nested(_Option), least=2, most=20)
    enable_when = fields.Nested(_EnableWhen)
    optional = Flag()
    items = ListOf(fields.Nested(lambda: _Item()))  # noqa: PLW0108  (it is not there yet)
    fhir = fields.Raw()


class _Instrument(Strict):
    url = Text(required=True)
    version = id_text(required=True)
    license = Text(required=True)
    copyright = Text()
    title = texts(required=True)
    description = texts()
    about = OneOf("patient", "respondent")
    by = OneOf("text", "link")
    items_per_occasion = Number(whole=True, least=1, most=200)
    recall_period = Duration()
    languages = ListOf(Text(), most=50)
    ask_together = ListOf(ListOf(Text(), least=2, most=6), least=0, most=50)
    items = ListOf(fields.Nested(_Item), required=True)
    scores = ListOf(fields.Nested(ScoreShape), most=50)
    fhir = fields.Raw()


def instrument_findings(
    data: Mapping[str, Any], languages: Set[str], heard: Set[str] | None = None
) -> Iterator[Finding]:
    """Everything wrong with one instrument, given the ``languages`` that it must speak and all that people write in.

    One that lists its own ``languages`` need not speak others: whoever licenses it may not have translated it.
    """
    yield from shape_findings(_Instrument(), data)
    if isinstance(own := data.get("languages"), list):
        languages = languages & {str(language) for language in own}
    yield from missing_languages(data, ("title", "description"), (), languages)
    for at, entry in everything(data.get("items")):
        yield from ((at + place, message) for place, message in _kind_findings(entry))
        yield from missing_languages(entry, ("text", "label", "anchors"), at, languages)
        for position, option in entries(entry.get("options")):
            yield from missing_languages(option, ("text",), (*at, "options", position), languages)
        if data.get("by") != "link":  # what is tapped on a form never reaches a phone company
            yield from reserved(entry, at, heard or languages)
    yield from _unique(data)
    yield from branching_findings(data)
    yield from score_findings(data)
    for index, score in entries(data.get("scores")):
        yield from missing_languages(score, ("title",), ("scores", index), languages)
    yield from _groups(data.get("ask_together"), {str(item.get("link_id")): item for _, item in questions_of(data)})
    if not questions_of(data):
        yield ("items",), "asks nothing"


def _scale_end(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SCALE


def _unique(data: Mapping[str, Any]) -> Iterator[Finding]:
    ids: set[str] = set()
    codes: dict[tuple[str, ...], str] = {}
    for at, item in everything(data.get("items")):
        link_id = str(item.get("link_id"))
        if link_id in ids:
            yield (*at, "link_id"), f"{link_id!r} is used by an earlier item"
        ids.add(link_id)
        code = item.get("code")
        if isinstance(code, Mapping) and item.get("type") not in SHOWN_ONLY:
            key = (str(code.get("system")), str(code.get("code")), str(item.get("attribute")))
            if key in codes:
                yield (*at, "code"), f"same code as {codes[key]!r}: their answers would become one series"
            codes.setdefault(key, link_id)


def _kind_findings(item: Mapping[str, Any]) -> Iterator[Finding]:
    """What an item's type asks for and rules out."""
    kind = item.get("type")
    low, high = item.get("min"), item.get("max")
    if kind == "scale" and not (_scale_end(low) and _scale_end(high)):
        yield (), f"a scale needs min and max, whole numbers from 0 to {MAX_SCALE}"
    if low is not None and high is not None and is_number(low) and is_number(high) and low >= high:
        yield ("min",), f"min {low} must be less than max {high}"
    if kind == "choice" and "options" not in item:
        yield (), "a choice needs options"
    if kind == "group" and "items" not in item:
        yield (), "a group needs items"
    if kind != "group" and "text" not in item:
        yield ("text",), "is missing"
    for key, kinds in _OF_TYPE.items():
        if key in item and kind in TYPES and kind not in kinds:
            yield (key,), f"a {kind} item has no {key}"
    seen: set[Any] = set()
    for position, option in entries(item.get("options")):
        if is_number(option.get("value")):
            if option["value"] in seen:
                yield ("options", position, "value"), f"{option['value']} is used by an earlier option"
            seen.add(option["value"])
    yield from _counted(item)


def _counted(item: Mapping[str, Any]) -> Iterator[Finding]:
    """What an option counts is never a guess: with one that has a score, each has one, or is no answer."""
    options = list(entries(item.get("options")))
    scored = any("score" in option for _, option in options)
    for position, option in options:
        if option.get("missing") is True and "score" in option:
            yield ("options", position, "score"), "what is no answer has no score"
        elif scored and "score" not in option and option.get("missing") is not True:
            said = "the other options have a score: give it one too, or missing: true where it is no answer"
            yield ("options", position), said


def _groups(groups: Any, items: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for g, group in enumerate(groups if isinstance(groups, list) else []):
        for position, name in enumerate(group if isinstance(group, list) else []):
            place: Place = ("ask_together", g, position)
            if not isinstance(name, str) or name not in items:
                yield place, f"there is no item {name!r}"
            elif not numeric(items[name]):
                yield place, f"{name!r} is not answered with a number"
            elif name in seen:
                yield place, f"{name!r} is already asked together with others"
            seen.add(str(name))
