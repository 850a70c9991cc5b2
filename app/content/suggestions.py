"""What a rule may rest on that suggests asking less often: good answers alone, and several in a row."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.codes import Tier
from app.content.asked import Items
from app.content.documents import Place
from app.content.fields import Finding, entries

FEWEST = 3
"""Good answers in a row before a suggestion is worth a nurse's time."""

_GOOD = {"at_most", "equals", "above_goal"}


def suggestion_findings(rule: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    """What is wrong with a rule that has ``then: step_down``, given the ``items`` asked; nothing with any other rule.

    Whoever says nothing is not well: so silence, and a single answer, suggest nothing.
    """
    if rule.get("then") != "step_down":
        return
    if rule.get("tier") != Tier.WATCH:
        yield (*at, "tier"), "a suggestion to ask less often is watch: it needs nobody today"
    if "instruction" in rule:
        yield (*at, "instruction"), "a suggestion is for the team: nobody is told what to do"
    for place, leaf in _leaves(rule.get("when"), (*at, "when")):
        times = leaf.get("consecutive")
        if "item" not in leaf or not _GOOD & leaf.keys():
            yield place, "a suggestion rests on good answers: use item with at_most, equals or above_goal: false"
        elif leaf.get("above_goal") is True:
            yield (*place, "above_goal"), "above the goal is no good answer: use above_goal: false"
        elif "at_most" in leaf and any(item.get("worse") == "low" for item in items.find(leaf["item"])):
            yield (*place, "at_most"), f"lower is worse for {leaf['item']!r}: that is no good answer"
        elif not isinstance(times, int) or times < FEWEST:
            yield place, f"a suggestion needs consecutive: {FEWEST} or more"


def _leaves(when: Any, at: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    if not isinstance(when, Mapping):
        return
    joined = [key for key in ("all", "any") if key in when]
    for key in joined:
        for index, below in entries(when[key]):
            yield from _leaves(below, (*at, key, index))
    if not joined or len(when) > len(joined):
        yield at, {key: value for key, value in when.items() if key not in joined}
