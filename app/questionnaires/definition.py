"""What a questionnaire is: items, options and branching, as values. No wording is decided here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from app.codes import Respondent
from app.questionnaires.branching import EnableWhen, enable_when
from app.questionnaires.score import Score

Texts = Mapping[str, str]
"""Wording by language, for example ``{"en": "Pain", "es": "Dolor"}``."""


class ItemType(StrEnum):
    """What kind of answer an item takes."""

    SCALE = "scale"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a code system, for example SNOMED CT 22253000 for pain."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class AnswerOption:
    """One option of a choice; ``value`` is what a person texts and what rules compare.

    ``score`` is what it counts in a score, where that is another number. One that is ``missing`` ("Prefer not to
    answer") is no answer: for rules and scores the question was skipped.
    """

    value: int
    text: Texts
    score: float | None = None
    missing: bool = False

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Make it from an option as a content file has it."""
        return cls(data["value"], data.get("text", {}), data.get("score"), bool(data.get("missing", False)))


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    ``label`` is the short word used when items are asked together and accepted beside a number ("pain 8").
    ``words`` are further words that a person may put beside the number. ``worse`` tells which direction is worse.
    ``optional`` items never keep a check-in open. A ``whole`` number has no decimals. ``term`` and ``attribute`` say
    which part of which composite the answer is.
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
    whole: bool = False
    term: str | None = None
    attribute: str | None = None

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
            options=tuple(map(AnswerOption.from_mapping, data.get("options", ()))),
            enable_when=enable_when(when) if when else None,
            label=data.get("label", {}),
            words=data.get("words", {}),
            optional=bool(data.get("optional", False)),
            whole=bool(data.get("whole", False)),
            term=data.get("term"),
            attribute=data.get("attribute"),
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
    """A versioned set of items. ``ask_together`` lists groups of ``link_id`` that one text may ask for.

    ``about`` is ``patient``, or ``respondent`` where whoever is asked answers about themselves. ``by`` is ``link``
    where it is answered on the form alone: it is too long, or too easily misread, for texts.
    """

    url: str
    version: str
    title: Texts
    items: tuple[Item, ...]
    recall_period: str | None = None
    license: str | None = None
    ask_together: tuple[tuple[str, ...], ...] = ()
    about: str = "patient"
    by: str = "text"
    scores: tuple[Score, ...] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Self:
        """Make a questionnaire from a mapping that passed ``content`` validation."""
        return cls(
            url=data["url"],
            version=str(data["version"]),
            title=data.get("title", {}),
            items=tuple(_questions(data["items"])),
            recall_period=data.get("recall_period"),
            license=data.get("license"),
            ask_together=tuple(tuple(group) for group in data.get("ask_together", ())),
            about=data.get("about", "patient"),
            by=data.get("by", "text"),
            scores=tuple(Score.from_mapping(score) for score in data.get("scores", ())),
        )

    def respondent(self, *, related: bool) -> Respondent:
        """Whose series the answers belong to, given by the patient or by somebody who helps them (``related``)."""
        if not related:
            return Respondent.SELF
        return Respondent.CAREGIVER if self.about == "respondent" else Respondent.PROXY

    def item(self, link_id: str) -> Item:
        """The item with this ``link_id``; ``KeyError`` when there is none."""
        for item in self.items:
            if item.link_id == link_id:
                return item
        raise KeyError(link_id)


def in_language(texts: Texts, language: str) -> str:
    """The wording in ``language``, else in English, else any, else the empty string."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _questions(
    rows: Sequence[Mapping[str, Any]], when: EnableWhen | None = None, lead: tuple[Texts, ...] = ()
) -> Iterator[Item]:
    """The questions among ``rows`` and inside them, in order.

    A question is asked when the groups around it are, and what they say (and a display before it) leads into its words:
    asked by itself, "feeling down" means nothing without "how often were you bothered by".
    """
    said: tuple[Texts, ...] = ()
    for row in rows:
        own = enable_when(row["enable_when"]) if row.get("enable_when") else None
        both = EnableWhen((when, own), "all") if when and own else own or when
        if row["type"] == "display":
            said += (row["text"],) if own is None and row.get("shown", True) else ()
        elif row["type"] == "group":
            inner = (*lead, *said, *([row["text"]] if row.get("text") else []))
            yield from _questions(row["items"], both, inner)
            said = ()
        else:
            item = Item.from_mapping(row)
            yield replace(item, enable_when=both, text=_led((*lead, *said), item.text))
            yield from _questions(row.get("items", ()), both, lead)
            said = ()


def _led(lead: Sequence[Texts], text: Texts) -> Texts:
    return {language: _joined([*(in_language(words, language) for words in lead), text[language]]) for language in text}


def _joined(parts: Sequence[str]) -> str:
    *before, last = (part.strip() for part in parts)
    return "".join(part + (" " if part.endswith((".", ":", "?", "!", "…")) else ": ") for part in before) + last
