"""What a program asks and does nothing about: words, a wish for a call now, and numbers that no rule reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.codes import Respondent, Tier
from app.composites import items_of
from app.content.asked import Asked, respondents_of
from app.content.branches import numeric
from app.content.grades import named
from app.content.possible import ways

_Rules = Sequence[Mapping[str, Any]]


def unanswered_calls(rules: _Rules, asked: Sequence[Asked]) -> Iterator[str]:
    """Whose words, or wish for a call now, make nobody look at once; of valid ``rules``."""
    for respondent in Respondent:
        mine = [one for one in asked if one.respondent is respondent]
        writes = any(item.get("type") == "text" for one in mine for item in one.items.values())
        calls = any(one.find("urgency") is not None for one in mine)
        if writes and not _at_once(rules, respondent, "red_flag_text"):
            yield f"no red rule looks for red-flag words in what {respondent} writes: see red_flag_text"
        if calls and not _at_once(rules, respondent, "says"):
            yield f"no red rule heeds that {respondent} wants a call now: see says: urgent"


def unread(rules: _Rules, asked: Sequence[Asked]) -> Iterator[str]:
    """For each questionnaire the numbers that no rule reads; one that only suggests to ask less does not count."""
    watching = [rule for rule in rules if rule.get("then") != "step_down"]
    for one in asked:
        mine = [rule["when"] for rule in watching if one.respondent in respondents_of(rule)]
        read = {name for when in mine for name in _read(when, one)}
        if left := [name for name, item in one.items.items() if numeric(item) and name not in read]:
            yield f"no rule reads what {one.name} asks {one.respondent} about: {', '.join(left)}"


def _at_once(rules: _Rules, respondent: Respondent, condition: str) -> bool:
    """Whether a red rule about somebody fires on a condition alone."""
    return any(
        rule["tier"] == Tier.RED
        and respondent in respondents_of(rule)
        and any(len(way) == 1 and set(way[0]) == {condition} for way in ways(rule["when"]))
        for rule in rules
    )


def _read(when: Mapping[str, Any], asked: Asked) -> Iterator[str]:
    """The items of a questionnaire that a condition looks at, by ``link_id``."""
    named_so = [when.get("item"), *when.get("cluster", {}).get("items", ()), "urgency" if "says" in when else None]
    yield from (str(item["link_id"]) for name in named_so if (item := asked.find(name)) is not None)
    if "score" in when:
        yield from asked.scores.get(when["score"], ())
    if "term" in when:
        yield from items_of(when["term"], map(named, asked.items.values())).values()
    for below in (*when.get("all", ()), *when.get("any", ()), *([when["not"]] if "not" in when else ())):
        yield from _read(below, asked)
