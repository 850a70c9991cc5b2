"""What a rule's `when` may say, and that it can come true for the items it names."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.alerts.grammar import parse
from app.composites import TERMS, term_key
from app.content.asked import Items
from app.content.branches import bounds, numeric
from app.content.documents import Place
from app.content.fields import Finding, as_duration, is_number, listed
from app.content.grades import highest, shape
from app.content.possible import never_true

LEVELS = ("at_least", "at_most", "equals")
CHANGES = ("rises_by", "falls_by")
ITEM_KINDS = (*LEVELS, *CHANGES, "above_goal", "discordance_at_least")
ITEM_KEYS = {"item", "since", "consecutive", "within", *ITEM_KINDS}
JOINED = ("all", "any", "not")
WHOLE_KINDS = (
    "ambers_at_least", "cluster", "late", "missed_after_red", "missed_in_a_row", "partial", "red_flag_text", "says",
    "silent_for",
)  # fmt: skip
SCORE_KEYS = {"score", "at_least", "at_most"}
KNOWN = {*ITEM_KEYS, *JOINED, *WHOLE_KINDS, "term", "composite_at_least", "score"}

_MAX_DEPTH = 8


def when_findings(when: Any, at: Place, items: Items) -> Iterator[Finding]:
    """Everything wrong with a rule's `when`: each part with its place, then what is not understood or never true."""
    found = list(condition_findings(when, at, items))
    yield from found
    if not found:
        try:
            parse(when)
        except ValueError as error:
            yield at, str(error)
        else:
            yield from never_true(when, at, items)


def condition_findings(when: Any, at: Place, items: Items, depth: int = 0) -> Iterator[Finding]:
    """Everything wrong with one condition and those inside it. Keys side by side must all hold."""
    if not isinstance(when, Mapping) or not when:
        yield at, "expected a condition such as {item: pain, at_least: 7}"
        return
    if depth > _MAX_DEPTH:
        yield at, f"conditions are nested deeper than {_MAX_DEPTH}"
        return
    for key in when.keys() - KNOWN:
        yield (*at, key), f"no condition is called {key!r}: use item, {listed([*WHOLE_KINDS, *JOINED])}"
    for key in (key for key in JOINED if key in when):
        yield from _inside(when[key], key, at, items, depth)
    if "score" in when:
        yield from _score(when, at, items)
    elif "red_flag_text" not in when:
        yield from _item_condition(when, at, items)
    elif "item" in when and not items.find(when["item"]):
        yield (*at, "item"), _not_asked(when["item"], items)
    if {"term", "composite_at_least"} & when.keys():
        yield from _composite(when, at, items)
    for key in (key for key in WHOLE_KINDS if key in when):
        yield from _whole_condition(when[key], key, at, items)


def _score(when: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    """A score of one response, held against a number."""
    if when["score"] not in items.scores:
        known = listed(items.scores) or "none is declared"
        yield (*at, "score"), f"no questionnaire asked of {items.respondents} has the score {when['score']!r}: {known}"
    for key in when.keys() & ITEM_KEYS - SCORE_KEYS:
        yield (*at, key), "does not go with a score: use at_least or at_most"
    for key in ("at_least", "at_most"):
        if key in when and not is_number(when[key]):
            yield (*at, key), f"expected a number, found {when[key]!r}"


def _composite(when: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    """A grade of one response, which needs all that its term is asked by."""
    try:
        term = term_key(str(when.get("term", "")))
    except ValueError as error:
        yield (*at, "term"), str(error)
        return
    grades = [grade for asked in items.asked if (grade := highest(term, asked.items.values())) is not None]
    if not TERMS[term]:
        yield (*at, "term"), f"{term!r} is asked by {shape(term)}"
    elif not grades:
        missing = f"no check-in of this program asks {term!r} of {items.respondents} by {shape(term)}, each from 0 to 4"
        said = f"{missing}: name its items {term}-{TERMS[term][0]} and so on, or give them term and attribute"
        yield (*at, "term"), said
    else:
        yield from _whole_number(when, "composite_at_least", 1, max(grades), at)


def _inside(below: Any, key: str, at: Place, items: Items, depth: int) -> Iterator[Finding]:
    if key == "not":
        yield from condition_findings(below, (*at, key), items, depth + 1)
    elif not isinstance(below, list) or not below:
        yield (*at, key), "expected a list of conditions"
    else:
        for index, one in enumerate(below):
            yield from condition_findings(one, (*at, key, index), items, depth + 1)


def _item_condition(when: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    """Comparisons of one item: with a number, with its own history, with the goal, or with the other respondent."""
    kinds = [key for key in ITEM_KINDS if key in when]
    if "item" not in when:
        for key in (ITEM_KEYS - ({"within"} if "missed_in_a_row" in when else set())) & when.keys():
            yield (*at, key), "needs item: which answer to look at"
        return
    if not kinds:
        yield at, f"compares with nothing: use {listed(ITEM_KINDS)}"
    if "since" in when and not set(kinds) & set(CHANGES):
        yield (*at, "since"), "belongs to rises_by or falls_by"
    elif when.get("since", "previous") not in ("previous", "baseline", "best"):
        yield (*at, "since"), "use previous, baseline or best"
    if "consecutive" in when:
        yield from _whole_number(when, "consecutive", 1, 30, at)
    if "within" in when and not as_duration(when["within"]):
        yield (*at, "within"), f"{when['within']!r} is not a duration such as P7D"
    yield from _known(when["item"], (*at, "item"), items)
    if "discordance_at_least" in kinds and items.find(when["item"]) and not items.compared(when["item"]):
        said = f"patient and caregiver are not both asked {when['item']!r} about the same time: they cannot differ"
        yield (*at, "discordance_at_least"), said
    for kind in kinds:
        if kind == "above_goal":
            yield from _flag(when[kind], (*at, kind), only_true=False)
        else:
            for item in items.find(when["item"]):
                yield from _operand(kind, when[kind], item, (*at, kind))


def _operand(kind: str, value: Any, item: Mapping[str, Any], at: Place) -> Iterator[Finding]:
    """A number that the item can reach, in a direction that the person who wrote it can have meant."""
    low, high = bounds(item)
    name = item.get("link_id")
    if not is_number(value):
        yield at, f"expected a number, found {value!r}"
    elif kind in LEVELS:
        if (low is not None and value < low) or (high is not None and value > high):
            yield at, f"{value} can never be answered to {name!r}, which takes {low} to {high}"
        if kind == "at_least" and item.get("worse") == "low":
            yield at, f"lower is worse for {name!r}: use at_most"
    elif value <= 0 or (low is not None and high is not None and value > high - low):
        yield at, f"{name!r} cannot change by {value}"


def _whole_condition(value: Any, kind: str, at: Place, items: Items) -> Iterator[Finding]:
    """A condition on the response, the series or its absence, rather than on one item."""
    place = (*at, kind)
    match kind:
        case "cluster":
            yield from _cluster(value, place, items)
        case "says":
            if value != "urgent":
                yield place, "use urgent"
        case "silent_for":
            if not as_duration(value):
                yield place, f"{value!r} is not a duration such as P2D"
        case "ambers_at_least" | "missed_in_a_row":
            yield from _whole_number({kind: value}, kind, 1, 30, at)
        case _:
            yield from _flag(value, place, only_true=kind in ("red_flag_text", "missed_after_red"))


def _cluster(cluster: Any, at: Place, items: Items) -> Iterator[Finding]:
    if not isinstance(cluster, Mapping):
        yield at, "expected items, at_least and count"
        return
    for key in cluster.keys() - {"items", "at_least", "count"}:
        yield (*at, key), "is not a key that is known here"
    named = cluster.get("items")
    if not isinstance(named, list) or len(named) < 2 or len({str(name) for name in named}) < len(named):
        yield (*at, "items"), "expected a list of at least two different items"
        return
    for index, name in enumerate(named):
        yield from _known(name, (*at, "items", index), items)
        for item in items.find(name):
            yield from _operand("at_least", cluster.get("at_least"), item, (*at, "at_least"))
    yield from _whole_number(cluster, "count", 1, len(named), at)


def _known(name: Any, at: Place, items: Items) -> Iterator[Finding]:
    found = items.find(name)
    if not found:
        yield at, _not_asked(name, items)
    elif not any(numeric(item) for item in found):
        yield at, f"{name!r} is not answered with a number"


def _not_asked(name: Any, items: Items) -> str:
    return f"no check-in of this program asks {name!r} of {items.respondents}: see the rule's respondents"


def _flag(value: Any, at: Place, *, only_true: bool) -> Iterator[Finding]:
    if not isinstance(value, bool):
        yield at, f"expected true or false, found {value!r}"
    elif only_true and not value:
        yield at, "can only be true; join it with not for the opposite"


def _whole_number(when: Mapping[str, Any], key: str, least: int, most: int, at: Place) -> Iterator[Finding]:
    value = when.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        yield (*at, key), f"expected a whole number from {least} to {most}, found {value!r}"
