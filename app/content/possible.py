"""Whether what a rule's `when` needs can be found in one response: asked together, and answered so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import Any

from app.alerts.comparisons import HOLDS
from app.content.asked import Asked, Item, Items
from app.content.branches import answering, bounds
from app.content.documents import Place
from app.content.fields import Finding, is_number
from app.content.grades import highest

Way = tuple[Mapping[str, Any], ...]
"""Conditions without joints that are all true together."""

_JOINTS = ("all", "any", "not")
_SILENCES = ("missed_in_a_row", "missed_after_red", "silent_for")
_MANY = 500
_SAID = {"at_least": "at least", "at_most": "at most", "equals": "exactly"}


def ways(when: Mapping[str, Any]) -> Iterator[Way]:
    """Each way in which a valid condition may be true. What is under ``not`` asks for nothing here."""
    plain = {key: value for key, value in when.items() if key not in _JOINTS}
    parts: list[Iterable[Way]] = [[(plain,)]] if plain else []
    parts += [_some(ways(one)) for one in when.get("all", ())]
    if "any" in when:
        parts.append(_some(chain.from_iterable(ways(one) for one in when["any"])))
    return (tuple(chain.from_iterable(chosen)) for chosen in product(*parts))


def never_true(when: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    """The innermost parts of a valid condition that no response to what is asked can make true, with the reason."""
    below = [
        finding
        for key in ("all", "any")
        for index, one in enumerate(when.get(key, ()))
        for finding in never_true(one, (*at, key, index), items)
    ]
    yield from below
    if not below:
        known = _some(ways(when))
        reasons = [_reason(way, items) for way in known]
        if len(known) <= _MANY and all(reasons):
            yield at, f"can never be true: {reasons[0]}"


def _some(found: Iterator[Way]) -> list[Way]:
    """As many ways as anybody would write; one more than ``_MANY`` tells that there are others."""
    return list(islice(found, _MANY + 1))


def _reason(way: Way, items: Items) -> str | None:
    """Why the conditions are never true together; ``None`` where they can be.

    A wish for a call may be looked for where nobody is asked for it: a small program keeps the rule, and loses nothing.
    """
    if not any(asked.find("urgency") for asked in items.asked):
        way = tuple(leaf for leaf in way if "says" not in leaf)
    needed = list(dict.fromkeys(name for leaf in way for name in _needs(leaf)))
    if not needed:
        return None
    if any(silence in leaf for leaf in way for silence in _SILENCES):
        return f"{_listed(needed)} cannot be answered where nobody answered"
    together = [asked for asked in items.asked if all(_asks(asked, leaf) for leaf in way)]
    if not together:
        return f"no single check-in of this program asks {_listed(needed)} of {items.respondents}"
    reasons = [_contradiction(way, asked) for asked in together]
    return reasons[0] if all(reasons) else None


def _needs(leaf: Mapping[str, Any]) -> list[str]:
    """What has to be answered, in words."""
    needed = [repr(leaf[key]) for key in ("item", "score", "term") if key in leaf]
    if "says" in leaf:
        needed.append(repr("urgency"))
    if "cluster" in leaf:
        needed.append(f"{leaf['cluster']['count']} of {_listed(map(repr, leaf['cluster']['items']))}")
    return needed


def _asks(asked: Asked, leaf: Mapping[str, Any]) -> bool:
    """Whether one questionnaire asks all that a condition needs."""
    cluster = leaf.get("cluster")
    return (
        ("item" not in leaf or asked.find(leaf["item"]) is not None)
        and ("says" not in leaf or asked.find("urgency") is not None)
        and ("score" not in leaf or leaf["score"] in asked.scores)
        and ("term" not in leaf or highest(leaf["term"], asked.items.values()) is not None)
        and (not cluster or sum(asked.find(name) is not None for name in cluster["items"]) >= cluster["count"])
    )


def _contradiction(way: Way, asked: Asked) -> str | None:
    """An item, or a score, of which no number satisfies all that the conditions want of it."""
    wanted: dict[str, list[tuple[str, float]]] = {}
    for leaf in way:
        item = asked.find(leaf.get("item"))
        name = leaf.get("score") if item is None else str(item.get("link_id"))
        tests = [(kind, leaf[kind]) for kind in HOLDS if kind in leaf]
        if name is not None and tests:
            wanted.setdefault(name, []).extend(tests)
    for name, tests in wanted.items():
        numbers = _numbers(asked.items.get(name), [operand for _, operand in tests])
        if not any(all(HOLDS[kind](number, operand) for kind, operand in tests) for number in numbers):
            said = " and ".join(f"{_SAID[kind]} {operand}" for kind, operand in dict.fromkeys(tests))
            return f"no answer to {name!r} is {said}"
    return None


def _numbers(item: Item | None, operands: Sequence[float]) -> Sequence[float]:
    """The numbers that may answer an item, of those without steps only the ones that decide."""
    if item is None:
        return operands
    if item.get("type") == "choice":
        return [option["value"] for option in answering(item) if is_number(option.get("value"))]
    low, high = bounds(item)
    if item.get("type") == "scale" and low is not None and high is not None and high - low <= _MANY:
        return range(int(low), int(high) + 1)
    ends = [end for end in (low, high) if end is not None]
    inside = (n for n in operands if (low is None or n >= low) and (high is None or n <= high))
    return [*ends, *inside]


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
