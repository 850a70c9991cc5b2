"""Turns the messages of `templates`, and questions, into the text that a person reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.messaging.segments import simplify
from app.messaging.templates import TEMPLATES, VARIABLES, TemplateSpec

__all__ = ["TEMPLATES", "VARIABLES", "Asked", "Renderer", "Shape", "Style", "TemplateSpec", "environment", "marks"]

FALLBACK = "en"

_MARKS = {"ar": ("، ", "؛ ")}
_LATIN_MARKS = (", ", "; ")


class Shape(StrEnum):
    """What kind of reply a question takes."""

    SCALE = "scale"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


class Style(StrEnum):
    """Whether a question is asked for the first time, or once more after a reply that could not be read."""

    ASK = "ask"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Asked:
    """One item to ask for, in the person's language.

    ``label`` is its short name; ``low`` and ``high`` bound the numbers taken; ``anchors`` say what they mean;
    ``options`` are the values and texts of a choice.
    """

    shape: Shape
    wording: str
    label: str
    low: float | None = None
    high: float | None = None
    anchors: tuple[str, str] | None = None
    options: tuple[tuple[int, str], ...] = ()

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """The lowest and the highest number that is a reply; a choice takes the values of its options."""
        if self.shape is Shape.CHOICE:
            values = [value for value, _ in self.options]
            return min(values), max(values)
        return self.low, self.high


def marks(language: str) -> tuple[str, str]:
    """The comma and the semicolon of a language, each with the blank behind it."""
    return _MARKS.get(language.split("-", 1)[0], _LATIN_MARKS)


def environment() -> ImmutableSandboxedEnvironment:
    """The sandbox that messages are compiled in: no attributes reached, an unknown variable is an error."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


_SANDBOX = environment()


class Renderer:
    """Turns messages into text that is ready to send.

    ``sources`` holds the template text by language and name, as loaded and checked by the content package.
    """

    def __init__(self, sources: Mapping[str, Mapping[str, str]]) -> None:
        self._sources = sources

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that people can be written to in."""
        return tuple(sorted(self._sources))

    def render(self, name: str, language: str, /, **variables: Any) -> str:
        """The message ``name`` in ``language`` (English where the language has none), in SMS-friendly characters.

        Raises ``KeyError`` for a message that does not exist, ``TypeError`` when the variables are not exactly those
        that the message declares: a message that would leave with a hole in it never leaves.
        """
        return simplify(self.words(name, language, **variables))

    def words(self, name: str, language: str, /, **variables: Any) -> str:
        """The same with every character as it was written, for a page. Raises as ``render`` does."""
        declared = TEMPLATES[name].variables
        if variables.keys() != declared:
            wrong = ", ".join(sorted(variables.keys() ^ declared))
            raise TypeError(f"message {name!r}: missing or undeclared variables: {wrong}")
        return _tidy(self._find(name, language).render(variables))

    def ask(
        self, items: Sequence[Asked], language: str, style: Style = Style.ASK, *, recall_hours: int | None = None
    ) -> str:
        """The text that asks for ``items``, one or several, with an example of a reply where numbers are wanted.

        ``recall_hours`` says how far back several items asked together look; a single item says it in its wording.
        """
        if style == Style.AGAIN and items[0].shape is not Shape.TEXT:
            low, high, _ = _common(items)
            return self.render("not_understood", language, **_together(items, language), low=low, high=high)
        if len(items) > 1:
            return self._ask_together(items, language, recall_hours)
        return self._ask_one(items[0], language)

    def _ask_together(self, items: Sequence[Asked], language: str, recall_hours: int | None) -> str:
        low, high, anchors = _common(items)
        low_word, high_word = anchors or (None, None)
        said = _together(items, language, hints=anchors is None)
        bounds = {"low": low, "high": high, "anchor_low": low_word, "anchor_high": high_word}
        return self.render("ask_together", language, **said, **bounds, recall_hours=recall_hours)

    def _ask_one(self, item: Asked, language: str) -> str:
        match item.shape:
            case Shape.TEXT:
                return self.render("ask_text", language, wording=item.wording)
            case Shape.CHOICE:
                return self.render("ask_choice", language, wording=item.wording, options=_options(item, language))
            case Shape.NUMBER:
                return self.render("ask_number", language, wording=item.wording, example=_example([item]))
        low_word, high_word = item.anchors or (None, None)
        low, high = _number(item.low), _number(item.high)
        return self.render(
            "ask_scale", language, wording=item.wording, low=low, high=high, anchor_low=low_word, anchor_high=high_word
        )

    def _find(self, name: str, language: str) -> Template:
        for candidate in (language, language.split("-", 1)[0], FALLBACK):
            text = self._sources.get(candidate, {}).get(name)
            if text is not None:
                return _compile(text)
        raise KeyError(name)


@lru_cache(maxsize=2048)
def _compile(text: str) -> Template:
    """Each message is compiled once, when it is first needed: a process that sends none starts without the wait."""
    return _SANDBOX.from_string(text)


def _together(items: Sequence[Asked], language: str, *, hints: bool = False) -> dict[str, Any]:
    """What a question for several numbers mentions; ``hints`` add each choice's options, where no scale is shared."""
    comma, semicolon = marks(language)
    labels = [_hinted(item, language) for item in items] if hints else [item.label for item in items]
    return {"count": len(items), "labels": (semicolon if hints else comma).join(labels), "example": _example(items)}


def _hinted(item: Asked, language: str) -> str:
    if item.shape is Shape.CHOICE:
        return f"{item.label} ({_options(item, language, ' ')})"
    if item.shape is Shape.SCALE and item.anchors:
        comma, _ = marks(language)
        return f"{item.label} ({_number(item.low)} {item.anchors[0]}{comma}{_number(item.high)} {item.anchors[1]})"
    return item.label


def _options(item: Asked, language: str, between: str = " = ") -> str:
    comma, _ = marks(language)
    return comma.join(f"{value}{between}{text}" for value, text in item.options)


def _common(items: Sequence[Asked]) -> tuple[Any, Any, tuple[str, str] | None]:
    """The bounds and anchors that all ``items`` share; none of them when they differ."""
    first = items[0]
    if any(item.bounds != first.bounds for item in items):
        return None, None, None
    shared = first.anchors if all(item.anchors == first.anchors for item in items) else None
    low, high = first.bounds
    return _number(low), _number(high), shared


_EXAMPLES = (3, 0, 5, 2, 4)
"""Calm numbers, all different, so that the example shows the order without suggesting an answer."""


def _example(items: Sequence[Asked]) -> str:
    """Numbers that would be a good reply: calm ones on a scale, one day where days are counted, the last option."""
    return " ".join(str(_example_of(item, index)) for index, item in enumerate(items))


def _example_of(item: Asked, index: int) -> Any:
    if item.shape is Shape.CHOICE:
        return item.options[-1][0]
    wanted: float = 1 if item.shape is Shape.NUMBER else _EXAMPLES[index % len(_EXAMPLES)]
    wanted = wanted if item.low is None else max(wanted, item.low)
    return _number(wanted if item.high is None else min(wanted, item.high))


def _number(value: float | None) -> int | float | None:
    return int(value) if value is not None and value == int(value) else value


def _tidy(text: str) -> str:
    """Single spaces and no empty lines: what comments and conditions leave behind never reaches a phone."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
