"""What a composite grade needs of the items that it is made of."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.composites import TERMS, composite_for, items_of
from app.content.branches import answering
from app.content.fields import is_number

_ANSWERS = range(5)


def named(item: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """What says which part of a composite an item is: its name, and its ``term`` and ``attribute`` if it has them."""
    term, attribute = item.get("term"), item.get("attribute")
    both = isinstance(term, str) and isinstance(attribute, str)
    return str(item.get("link_id")), term if both else None, attribute if both else None


def shape(term: str) -> str:
    """By what a term is asked, in words."""
    return ", ".join(TERMS[term]) or "presence alone, and has no composite"


def worst(item: Mapping[str, Any]) -> float | None:
    """The most that an answer to an item counts; ``None`` where it is not answered from 0 to 4."""
    counts: list[Any] = [item.get("min"), item.get("max")] if item.get("type") == "scale" else []
    if item.get("type") == "choice":
        counts = [option.get("score", option.get("value")) for option in answering(item)]
    graded = bool(counts) and all(is_number(count) and count in _ANSWERS for count in counts)
    return max(counts) if graded else None


def highest(term: str, questions: Iterable[Mapping[str, Any]]) -> int | None:
    """The highest grade that answers to one questionnaire can give a term; ``None`` where it cannot be graded."""
    items = {str(item.get("link_id")): item for item in questions}
    parts = items_of(term, map(named, items.values()))
    return composite_for(term, {attribute: worst(items[link_id]) for attribute, link_id in parts.items()})
