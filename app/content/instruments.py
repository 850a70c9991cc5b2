"""What an instrument file may say: the shape of a questionnaire, and what has to be true of it."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from marshmallow import fields

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
from app.content.wording import missing_languages, reserved

MAX_SCALE = 100
COMPARISONS = ("at_least", "at_most", "equals")


class _Code(Strict):
    system = Text(required=True)
    code = Text(required=True)
    display = Text()


class _Option(Strict):
    value = Number(whole=True, least=0, most=99, required=True)
    text = texts(required=True)


class _Comparison(Strict):
    item = Text(required=True)
    at_least = Number()
    at_most = Number()
    equals = Number()


class _EnableWhen(Strict):
    any = ListOf(fields.Nested(_Comparison))
    all = ListOf(fields.Nested(_Comparison))
    item = Text()
    at_least = Number()
    at_most = Number()
    equals = Number()


class _Item(Strict):
    link_id = id_text(required=True)
    code = fields.Nested(_Code)
    term = id_text()
    attribute = OneOf("frequency", "severity", "interference", "amount", "presence")
    type = OneOf("scale", "choice", "number", "text", required=True)
    min = Number()
    max = Number()
    worse = OneOf("high", "low")
    text = texts(required=True)
    label = texts()
    words = fields.Dict(keys=Text(), values=ListOf(Text(), most=30))
    anchors = fields.Dict(keys=Text(), values=ListOf(Text(), least=2, most=2))
    options = ListOf(fields.Nested(_Option), least=2, most=20)
    enable_when = fields.Nested(_EnableWhen)
    optional = Flag()


class _Instrument(Strict):
    url = Text(required=True)
    version = id_text(required=True)
    license = Text(required=True)
    copyright = Text()
    title = texts(required=True)
    description = texts()
    recall_period = Duration()
    ask_together = ListOf(ListOf(Text(), least=2, most=6), least=0, most=50)
    items = ListOf(fields.Nested(_Item), required=True)


def instrument_findings(
    data: Mapping[str, Any], languages: Set[str], heard: Set[str] | None = None
) -> Iterator[Finding]:
    """Everything wrong with one instrument, given the ``languages`` that it must speak and all that people write in."""
    yield from shape_findings(_Instrument(), data)
    yield from missing_languages(data, ("title", "description"), (), languages)
    items = list(entries(data.get("items")))
    yield from _unique(items)
    for index, item in items:
        at: Place = ("items", index)
        yield from ((at + place, message) for place, message in _kind_findings(item))
        yield from missing_languages(item, ("text", "label", "anchors"), at, languages)
        for position, option in entries(item.get("options")):
            yield from missing_languages(option, ("text",), (*at, "options", position), languages)
        yield from reserved(item, at, heard or languages)
        earlier = {str(other.get("link_id")): other for _, other in items[: items.index((index, item))]}
        everywhere = {str(other.get("link_id")) for _, other in items}
        yield from _branching(item.get("enable_when"), (*at, "enable_when"), earlier, everywhere)
    yield from _groups(data.get("ask_together"), {str(item.get("link_id")): item for _, item in items})


def numeric(item: Mapping[str, Any]) -> bool:
    """Tell whether the item is answered with a number."""
    return item.get("type") in ("scale", "choice", "number")


def bounds(item: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The lowest and highest number that answers the item."""
    if item.get("type") == "choice":
        values = [option["value"] for _, option in entries(item.get("options")) if is_number(option.get("value"))]
        return (min(values), max(values)) if values else (None, None)
    low, high = item.get("min"), item.get("max")
    return (low if is_number(low) else None), (high if is_number(high) else None)


def _scale_end(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SCALE


def _unique(items: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[Finding]:
    ids: set[str] = set()
    codes: dict[tuple[str, ...], str] = {}
    for index, item in items:
        link_id = str(item.get("link_id"))
        if link_id in ids:
            yield ("items", index, "link_id"), f"{link_id!r} is used by an earlier item"
        ids.add(link_id)
        code = item.get("code")
        if isinstance(code, Mapping):
            key = (str(code.get("system")), str(code.get("code")), str(item.get("attribute")))
            if key in codes:
                yield ("items", index, "code"), f"same code as {codes[key]!r}: their answers would become one series"
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
    for key, kinds in {
        "min": ("scale", "number"),
        "max": ("scale", "number"),
        "anchors": ("scale",),
        "options": ("choice",),
        "worse": ("scale", "number", "choice"),
    }.items():
        if key in item and kind in ("scale", "choice", "number", "text") and kind not in kinds:
            yield (key,), f"a {kind} item has no {key}"
    seen: set[Any] = set()
    for position, option in entries(item.get("options")):
        if is_number(option.get("value")):
            if option["value"] in seen:
                yield ("options", position, "value"), f"{option['value']} is used by an earlier option"
            seen.add(option["value"])


def _branching(
    when: Any, at: Place, earlier: Mapping[str, Mapping[str, Any]], everywhere: Set[str]
) -> Iterator[Finding]:
    """A condition looks back at an item that was asked before: then branches cannot run in circles."""
    if not isinstance(when, Mapping):
        return
    forms = [key for key in ("any", "all", "item") if key in when]
    if len(forms) != 1 or (forms != ["item"] and len(when) > 1):
        yield at, "use exactly one of any, all, or a single item with its comparison"
        return
    rows = [(at, when)] if forms == ["item"] else [((*at, forms[0], i), row) for i, row in entries(when[forms[0]])]
    for place, row in rows:
        if sum(key in row for key in COMPARISONS) != 1:
            yield place, "use exactly one of at_least, at_most or equals"
        name = str(row.get("item"))
        if name in earlier:
            yield from _reachable(row, place, earlier[name])
        elif name in everywhere:
            yield (*place, "item"), f"{name!r} is not asked before this item"
        elif "item" in row:
            yield (*place, "item"), f"there is no item {name!r}"


def _reachable(row: Mapping[str, Any], at: Place, item: Mapping[str, Any]) -> Iterator[Finding]:
    if not numeric(item):
        yield (*at, "item"), f"{item['link_id']!r} is not answered with a number"
    low, high = bounds(item)
    for key in COMPARISONS:
        value = row.get(key)
        if is_number(value) and ((low is not None and value < low) or (high is not None and value > high)):
            yield (*at, key), f"{value} can never be answered to {item['link_id']!r}, which takes {low} to {high}"


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
