"""Reading the ``when`` of a rule, strictly: a condition that is not understood is an error, never ignored."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.alerts.comparisons import OPERATORS, Comparison
from app.alerts.conditions import SCORE_OPERATORS, Ambers, Cluster, Composite, Form, Says, Score, Words
from app.alerts.logic import AllOf, AnyOf, Condition, Not
from app.alerts.silence import MissedAfterRed, MissedInARow, SilentFor
from app.composites import term_key
from app.durations import duration

_SINCE = ("previous", "baseline", "best")
_ITEM_KEYS = {"item", "since", "consecutive", "within", *OPERATORS}


def parse(when: Mapping[str, Any]) -> Condition:
    """Make the condition; ``ValueError`` with a sentence for the author. Several keys side by side must all hold."""
    if not isinstance(when, Mapping) or not when:
        raise ValueError(f"A condition is a mapping with at least one key, not {when!r}.")
    keys = set(when)
    if "item" in keys and not keys & {"red_flag_text"}:
        parts = [_comparison({key: when[key] for key in when if key in _ITEM_KEYS})]
        keys -= _ITEM_KEYS
    else:
        parts = []
    rest = {key: when[key] for key in when if key in keys}
    for names, make in _READERS:
        if names[0] in rest:
            parts.append(make({name: rest.pop(name) for name in names if name in rest}))
    if rest:
        raise ValueError(f"Unknown condition: {', '.join(sorted(map(str, rest)))}.")
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _comparison(when: Mapping[str, Any]) -> Condition:
    item = _name(when["item"], "item")
    tests = tuple((name, _operand(name, when[name])) for name in OPERATORS if name in when)
    if not tests:
        raise ValueError(f"The condition on {item} compares with nothing.")
    since = when.get("since", "previous")
    if since not in _SINCE:
        raise ValueError(f"since is {since!r}: it can be previous, baseline or best.")
    if "since" in when and not {"rises_by", "falls_by"} & set(when):
        raise ValueError(f"The condition on {item} has since without rises_by or falls_by.")
    return Comparison(item, tests, since, _count(when.get("consecutive", 1), "consecutive"), _within(when))


def _operand(name: str, value: Any) -> float:
    if name == "above_goal":
        return float(_flag(value, name))
    operand = _number(value, name)
    if name in ("rises_by", "falls_by", "discordance_at_least") and operand <= 0:
        raise ValueError(f"{name} must be more than 0, not {value!r}.")
    return operand


def _joined(when: Mapping[str, Any]) -> tuple[Condition, ...]:
    ((name, parts),) = when.items()
    if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
        raise ValueError(f"{name} takes a list of conditions.")
    return tuple(parse(part) for part in parts)


def _cluster(when: Mapping[str, Any]) -> Condition:
    data = when["cluster"]
    if not isinstance(data, Mapping) or set(data) != {"items", "at_least", "count"}:
        raise ValueError("cluster takes items, at_least and count.")
    items = data["items"]
    if not isinstance(items, Sequence) or isinstance(items, str) or len(set(items)) != len(items):
        raise ValueError("cluster.items is a list of different items.")
    count = _count(data["count"], "cluster.count")
    if count > len(items):
        raise ValueError(f"cluster.count is {count}, but there are only {len(items)} items.")
    names = tuple(_name(item, "cluster.items") for item in items)
    return Cluster(names, _number(data["at_least"], "cluster.at_least"), count)


def _composite(when: Mapping[str, Any]) -> Condition:
    if set(when) != {"term", "composite_at_least"}:
        raise ValueError("A composite is asked for by term and composite_at_least together.")
    return Composite(term_key(_name(when["term"], "term")), _number(when["composite_at_least"], "composite_at_least"))


def _score(when: Mapping[str, Any]) -> Condition:
    tests = tuple((name, _number(when[name], name)) for name in SCORE_OPERATORS if name in when)
    if not tests:
        raise ValueError("A score is compared with a number: use at_least or at_most.")
    return Score(_name(when["score"], "score"), tests)


def _says(when: Mapping[str, Any]) -> Condition:
    if when["says"] != "urgent":
        raise ValueError(f"says is {when['says']!r}: only urgent is known.")
    return Says()


def _words(when: Mapping[str, Any]) -> Condition:
    _true(when, "red_flag_text")
    return Words(_name(when["item"], "item") if "item" in when else None)


def _missed_after_red(when: Mapping[str, Any]) -> Condition:
    _true(when, "missed_after_red")
    return MissedAfterRed()


def _missed(when: Mapping[str, Any]) -> Condition:
    return MissedInARow(_count(when["missed_in_a_row"], "missed_in_a_row"), _within(when))


# The first name makes the condition; the others belong to it.
_READERS: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Condition]], ...] = (
    (("all",), lambda when: AllOf(_joined(when))),
    (("any",), lambda when: AnyOf(_joined(when))),
    (("not",), lambda when: Not(parse(when["not"]))),
    (("cluster",), _cluster),
    (("composite_at_least", "term"), _composite),
    (("score", *SCORE_OPERATORS), _score),
    (("says",), _says),
    (("red_flag_text", "item"), _words),
    (("ambers_at_least",), lambda when: Ambers(_count(when["ambers_at_least"], "ambers_at_least"))),
    (("missed_in_a_row", "within"), _missed),
    (("silent_for",), lambda when: SilentFor(duration(when["silent_for"]))),
    (("missed_after_red",), _missed_after_red),
    (("late",), lambda when: Form("late", _flag(when["late"], "late"))),
    (("partial",), lambda when: Form("partial", _flag(when["partial"], "partial"))),
)


def _within(when: Mapping[str, Any]) -> timedelta | None:
    return duration(when["within"]) if "within" in when else None


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where} is a name, not {value!r}; put a code made of digits in quotes.")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{where} takes a number, not {value!r}.")
    return value


def _count(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{where} takes a whole number from 1, not {value!r}.")
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where} is true or false, not {value!r}.")
    return value


def _true(when: Mapping[str, Any], where: str) -> None:
    if not _flag(when[where], where):
        raise ValueError(f"{where} can only be true; use not for the opposite.")
