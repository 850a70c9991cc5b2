"""A question as the form shows it: which control, which words, what was answered, and where it stands in the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.questionnaires.definition import Item, ItemType
from app.questionnaires.engine import Given
from app.web.labels import number, sentence

CHECK = "check"
"""Stands for the page that shows all answers before they are sent."""

_MOST_BUTTONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question on one screen.

    ``control`` is ``buttons`` (a row of numbers), ``choices``, ``number`` or ``words``. ``before`` is the question
    before, ``None`` at the first.
    """

    link_id: str
    control: str
    text: str
    options: tuple[tuple[str, str], ...]
    ends: tuple[str, str] | None
    low: str
    high: str
    value: str
    skipped: bool
    position: int
    total: int
    before: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """One line of "you said": the question's short name and the answer; empty when it was skipped."""

    link_id: str
    label: str
    answer: str


def next_question(items: Sequence[Item], given: Mapping[str, Given], after: str | None = None) -> str:
    """The first question without an answer after ``after``, else from the start, else ``CHECK``."""
    ids = [item.link_id for item in items]
    place = ids.index(after) + 1 if after in ids else 0
    waiting = [link_id for link_id in (*ids[place:], *ids[:place]) if link_id not in given]
    return waiting[0] if waiting else CHECK


def question_of(items: Sequence[Item], given: Mapping[str, Given], link_id: str, language: str) -> Question:
    """The screen for one of the questions that apply."""
    ids = [item.link_id for item in items]
    place = ids.index(link_id)
    item, answer = items[place], given.get(link_id)
    ends = item.anchors.get(language) or item.anchors.get("en") or ()
    return Question(
        link_id=link_id,
        control=_control(item),
        text=item.wording(language),
        options=_options(item, language),
        ends=(ends[0], ends[1]) if len(ends) == 2 else None,
        low=number(item.low),
        high=number(item.high),
        value=_value(answer),
        skipped=bool(answer and answer.skipped),
        position=place + 1,
        total=len(ids),
        before=ids[place - 1] if place else None,
    )


def said(items: Sequence[Item], given: Mapping[str, Given], language: str) -> list[Said]:
    """Every question with what was answered, in words."""
    lines = []
    for item in items:
        answer = given.get(item.link_id, Given(skipped=True))
        chosen = dict(_options(item, language)).get(_value(answer)) if item.type is ItemType.CHOICE else None
        lines.append(Said(item.link_id, sentence(item.short(language)), chosen or _value(answer)))
    return lines


def _control(item: Item) -> str:
    if item.type is ItemType.SCALE and item.low is not None and item.high is not None:
        return "buttons" if item.high - item.low < _MOST_BUTTONS else "number"
    return {ItemType.CHOICE: "choices", ItemType.TEXT: "words", ItemType.DATE: "words"}.get(item.type, "number")


def _options(item: Item, language: str) -> tuple[tuple[str, str], ...]:
    if item.type is ItemType.CHOICE:
        named = ((o.value, o.text.get(language) or o.text.get("en", "")) for o in item.options)
        return tuple((str(value), sentence(text)) for value, text in named)
    if _control(item) == "buttons":
        return tuple((str(value), str(value)) for value in range(int(item.low or 0), int(item.high or 0) + 1))
    return ()


def _value(answer: Given | None) -> str:
    if answer is None or answer.skipped:
        return ""
    return number(answer.value) if answer.value is not None else answer.text or ""
