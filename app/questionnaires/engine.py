"""Which question comes next. The same engine serves text messages, the web form and complete responses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.questionnaires.definition import Item, ItemType, Questionnaire


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one item: its number and words, or that it was skipped."""

    value: float | None = None
    text: str | None = None
    skipped: bool = False


def narrowed(questionnaire: Questionnaire, only: Collection[str] | None) -> Questionnaire:
    """The questionnaire as one occasion asks it: the items of ``only``, in their order; all of them where it is empty.

    Whatever works with the result asks, shows and waits for nothing else. Items that are asked together stay so only
    where the whole group is left.
    """
    if not only:
        return questionnaire
    groups = tuple(group for group in questionnaire.ask_together if set(group) <= set(only))
    items = tuple(item for item in questionnaire.items if item.link_id in only)
    return replace(questionnaire, items=items, ask_together=groups)


def enabled_items(questionnaire: Questionnaire, given: Mapping[str, Given]) -> list[Item]:
    """The items that apply, in order: an item whose ``enable_when`` does not hold (yet) is left out."""
    values = {
        link_id: answer.value if answer.value is not None else answer.text or None
        for link_id, answer in given.items()
        if not answer.skipped
    }
    return [item for item in questionnaire.items if item.enable_when is None or item.enable_when.holds(values)]


def next_items(
    questionnaire: Questionnaire, given: Mapping[str, Given], *, together: bool = True, include_optional: bool = False
) -> list[Item]:
    """The items to ask now: a whole group that may be asked together, else the first one open, else nothing.

    A group is asked together only while none of it has been answered; what is left of it is then asked one by one.
    """
    waiting = [
        item
        for item in enabled_items(questionnaire, given)
        if item.link_id not in given and (include_optional or not item.optional)
    ]
    if not waiting:
        return []
    first = waiting[0]
    if together:
        group = _group_of(questionnaire, first)
        open_ids = {item.link_id for item in waiting}
        if len(group) > 1 and all(link_id in open_ids for link_id in group):
            return [questionnaire.item(link_id) for link_id in group]
    return [first]


def is_complete(questionnaire: Questionnaire, given: Mapping[str, Given]) -> bool:
    """Tell whether every item that applies, optional ones aside, was answered or skipped."""
    return not next_items(questionnaire, given)


def closing_item(questionnaire: Questionnaire) -> Item | None:
    """The optional free-text item that a closing message invites words for, if there is one."""
    for item in reversed(questionnaire.items):
        if item.optional and item.type is ItemType.TEXT:
            return item
    return None


def numeric_answers(given: Mapping[str, Given]) -> dict[str, float | str | None]:
    """Answers as rules read them: numbers, words, and ``None`` for a skipped item."""
    return {k: (None if a.skipped else a.value if a.value is not None else a.text) for k, a in given.items()}


def _group_of(questionnaire: Questionnaire, item: Item) -> Sequence[str]:
    for group in questionnaire.ask_together:
        if item.link_id in group:
            return group
    return ()
