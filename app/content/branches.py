"""What has to be true of `enable_when`: it looks back, at something that can be answered so."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from app.content.documents import Place
from app.content.fields import Finding, entries, is_number
from app.content.outline import SHOWN_ONLY, everything

COMPARISONS = ("at_least", "at_most", "equals", "not_equals", "more_than", "less_than", "exists")

_Items = Mapping[str, Mapping[str, Any]]


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


def answering(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The options of a choice that are an answer, for rules and scores; "Prefer not to answer" is none."""
    return [option for _, option in entries(item.get("options")) if option.get("missing") is not True]


def branching_findings(instrument: Mapping[str, Any]) -> Iterator[Finding]:
    """A condition looks back at an item that was asked before: then branches cannot run in circles."""
    listed = list(everything(instrument.get("items")))
    everywhere = {str(item.get("link_id")) for _, item in listed}
    earlier: dict[str, Mapping[str, Any]] = {}
    for at, item in listed:
        yield from _findings(item.get("enable_when"), (*at, "enable_when"), earlier, everywhere)
        if item.get("type") not in SHOWN_ONLY:
            earlier[str(item.get("link_id"))] = item


def _findings(when: Any, at: Place, earlier: _Items, everywhere: Set[str]) -> Iterator[Finding]:
    if not isinstance(when, Mapping):
        return
    forms = [key for key in ("any", "all", "item") if key in when]
    if len(forms) != 1 or (forms != ["item"] and len(when) > 1):
        yield at, "use exactly one of any, all, or a single item with its comparison"
        return
    rows = [(at, when)] if forms == ["item"] else [((*at, forms[0], i), row) for i, row in entries(when[forms[0]])]
    for place, row in rows:
        if sum(key in row for key in COMPARISONS) != 1:
            yield place, f"use exactly one of {', '.join(COMPARISONS[:-1])} or {COMPARISONS[-1]}"
        name = str(row.get("item"))
        if name in earlier:
            yield from _reachable(row, place, earlier[name])
        elif name in everywhere:
            yield (*place, "item"), f"{name!r} is not asked before this item"
        elif "item" in row:
            yield (*place, "item"), f"there is no item {name!r}"


def _reachable(row: Mapping[str, Any], at: Place, item: Mapping[str, Any]) -> Iterator[Finding]:
    if "exists" in row:
        return
    if not numeric(item):
        yield (*at, "item"), f"{item['link_id']!r} is not answered with a number"
    low, high = bounds(item)
    for key in COMPARISONS:
        value = row.get(key)
        if is_number(value) and ((low is not None and value < low) or (high is not None and value > high)):
            yield (*at, key), f"{value} can never be answered to {item['link_id']!r}, which takes {low} to {high}"
