"""What a questionnaire is: items, options and branching, as values. No wording is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

Texts = Mapping[str, str]
"""Wording by language, for example ``{"en": "Pain", "es": "Dolor"}``."""


class ItemType(StrEnum):
    """What kind of answer an item takes."""

    SCALE = "scale"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a code system, for example SNOMED CT 22253000 for pain."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """One option of a choice; ``value`` is what a person texts and what rules compare."""

    value: int
    text: Texts


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison with an earlier answer of the same response; exactly one of the bounds is set."""

    item: str
    at_least: float | None = None
    at_most: float | None = None
    equals: float | None = None

    def holds(self, value: float | None) -> bool:
        """Tell whether an answered ``value`` satisfies this; an unanswered item (``None``) never does."""
        if value is None:
            return False
        if self.at_least is not None:
            return value >= self.at_least
        if self.at_most is not None:
            return value <= self.at_most
        return value == self.equals


@dataclass(frozen=True, slots=True)
class EnableWhen:
    """When an item is asked: all, or any, of its conditions hold."""

    conditions: tuple[Condition, ...]
    behavior: str = "any"

    def holds(self, values: Mapping[str, float | None]) -> bool:
        """Tell whether the item is to be asked, given the numeric answers so far by ``link_id``."""
        results = [condition.holds(values.get(condition.item)) for condition in self.conditions]
        return all(results) if self.behavior == "all" else any(results)


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    ``label`` is the short word used when items are asked together and accepted beside a number ("pain 8").
    ``words`` are further words that a person may put beside the number. ``worse`` tells which direction is worse.
    ``optional`` items never keep a check-in open.
    """

    link_id: str
    type: ItemType
    text: Texts
    code: Code | None = None
    min: float | None = None
    max: float | None = None
    worse: str = "high"
    anchors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    options: tuple[AnswerOption, ...] = ()
    enable_when: EnableWhen | None = None
    label: Texts = field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    optional: bool = False

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | Item") -> "Item":
        """Make an item from a mapping as loaded from a content file; an item is returned as it is."""
        if isinstance(data, Item):
            return data
        when = data.get("enable_when")
        code = data.get("code")
        return cls(
            link_id=data["link_id"],
            type=ItemType(data["type"]),
            text=data.get("text", {}),
            code=Code(code["system"], str(code["code"])) if code else None,
            min=data.get("min"),
            max=data.get("max"),
            worse=data.get("worse", "high"),
            anchors=data.get("anchors", {}),
            options=tuple(AnswerOption(o["value"], o.get("text", {})) for o in data.get("options", ())),
            enable_when=_enable_when(when) if when else None,
            label=data.get("label", {}),
            words=data.get("words", {}),
            optional=bool(data.get("optional", False)),
        )

    @property
    def low(self) -> float | None:
        """The smallest acceptable number, if the item takes numbers."""
        if self.type is ItemType.CHOICE:
            return min(option.value for option in self.options)
        return self.min

    @property
    def high(self) -> float | None:
        """The largest acceptable number, if the item takes numbers."""
        if self.type is ItemType.CHOICE:
            return max(option.value for option in self.options)
        return self.max

    def wording(self, language: str) -> str:
        """The question in ``language``, falling back to English."""
        return in_language(self.text, language)

    def short(self, language: str) -> str:
        """The short word for the item in ``language``."""
        return in_language(self.label, language) or self.link_id.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A versioned set of items. ``ask_together`` lists groups of ``link_id`` that one text may ask for."""

    url: str
    version: str
    title: Texts
    items: tuple[Item, ...]
    recall_period: str | None = None
    license: str | None = None
    ask_together: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Make a questionnaire from a mapping that passed ``content`` validation."""
        return cls(
            url=data["url"],
            version=str(data["version"]),
            title=data.get("title", {}),
            items=tuple(Item.from_mapping(item) for item in data["items"]),
            recall_period=data.get("recall_period"),
            license=data.get("license"),
            ask_together=tuple(tuple(group) for group in data.get("ask_together", ())),
        )

    def item(self, link_id: str) -> Item:
        """The item with this ``link_id``; ``KeyError`` when there is none."""
        for item in self.items:
            if item.link_id == link_id:
                return item
        raise KeyError(link_id)


def in_language(texts: Texts, language: str) -> str:
    """The wording in ``language``, else in English, else any, else the empty string."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _enable_when(data: Mapping[str, Any]) -> EnableWhen:
    behavior = "all" if "all" in data else "any"
    listed = data.get(behavior)
    rows: Sequence[Mapping[str, Any]] = listed if listed is not None else [data]
    return EnableWhen(tuple(Condition(**row) for row in rows), behavior)
