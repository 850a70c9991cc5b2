"""Which of several numbers in one message belongs to which of the items asked together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.questionnaires.definition import Item, ItemType
from app.questionnaires.naming import Phrase, find_name, names, own_words
from app.questionnaires.number_words import COMMENT_STARTS, JOINERS, OUT_OF
from app.questionnaires.reading import Reading, Token, base_language
from app.questionnaires.remarks import fillers, leaves_standing, only_fillers, remark

_SEPARATED = re.compile(r"[\s,;/\-&.]+")
_BESIDE = frozenset({"for", "in", "with", "con", "para"})
_NO_OWN: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mapped:
    """Numbers by ``link_id`` (not yet checked against the range), and what the person wrote behind them."""

    values: dict[str, int]
    comment: str | None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A number (``link`` is ``None``) or an item's name, from ``start`` to ``end`` of the plain text."""

    start: int
    end: int
    token: Token
    link: str | None = None

    @property
    def number(self) -> int:
        return self.token.value or 0


def map_numbers(reading: Reading, items: Sequence[Item], language: str, *, named_only: bool = False) -> Mapped | None:
    """Map the numbers of a message to ``items``, in order or by name; ``None`` where any number stays unsure.

    ``named_only`` takes no number that has no name beside it.
    """
    if not len(items) >= len(reading.numbers) / 2 > 0:
        return None  # a fraction takes two numbers, nothing takes more; a letter O alone is no answer
    known = names(items, language)
    marks = _marks(reading, items, known, language)
    numbers = [mark for mark in marks if mark.link is None]
    if not numbers or any(mark.token.is_number and mark.token.value is None for mark in marks):
        return None
    own = frozenset().union(*(own_words(item, language) for item in items))
    named = [mark for mark in marks if mark.link is not None]
    mapper = _Mapper(reading, language, own)
    if not named_only and (not named or named[0].start > numbers[-1].start):
        in_order = mapper.in_order(numbers, named, items)
        if in_order is not None:
            return in_order
    return mapper.by_name(marks) if named else None


def _marks(reading: Reading, items: Sequence[Item], known: dict[Phrase, str], language: str) -> list[_Mark]:
    marks: list[_Mark] = []
    tokens, index = reading.tokens, 0
    while index < len(tokens):
        token = tokens[index]
        letter_zero = token.text == "o" and reading.raw_from(token.start)[:1] == "O" and base_language(language) != "es"
        if token.is_number or letter_zero:
            marks.append(_Mark(token.start, token.end, token))
            index += 1
            continue
        link, length = find_name([t.text for t in tokens[index : index + 4] if not t.is_number], known)
        if link is not None:
            marks.append(_Mark(token.start, tokens[index + length - 1].end, token, link))
        index += max(length, 1)
    return _join_fractions(marks, reading, {item.max for item in items if item.type is ItemType.SCALE})


def _join_fractions(marks: list[_Mark], reading: Reading, tops: set[float | None]) -> list[_Mark]:
    """Read "7/10" and "7 out of 10" as 7, unless the slash belongs to a longer row such as "7/10/5"."""
    joined: list[_Mark] = []
    for mark in marks:
        left = joined[-1] if joined else None
        if left is not None and left.link is None and mark.link is None and mark.token.value in tops:
            between = reading.plain[left.end : mark.start].strip()
            before, behind = reading.plain[: left.start].rstrip()[-1:], reading.plain[mark.end :].lstrip()[:1]
            if between in OUT_OF or (between == "/" and "/" not in (before, behind)):
                joined[-1] = _Mark(left.start, mark.end, left.token)
                continue
        joined.append(mark)
    return joined


@dataclass(frozen=True, slots=True)
class _Mapper:
    reading: Reading
    language: str
    own: frozenset[str]

    def in_order(self, numbers: list[_Mark], named: list[_Mark], items: Sequence[Item]) -> Mapped | None:
        """Exactly as many numbers as items, with nothing but separators between them."""
        if len(numbers) != len(items) or len(named) > 1:
            return None
        gaps = pairwise(numbers)
        if not all(self._separates(left.end, right.start) for left, right in gaps):
            return None
        last = numbers[-1]
        if not only_fillers(self.reading.plain[: numbers[0].start], self.language, _NO_OWN):
            return None
        if not leaves_standing(self.reading, last.token, last.end, self.own, self.language):
            return None
        values = {item.link_id: mark.number for item, mark in zip(items, numbers, strict=True)}
        return Mapped(values, remark(self.reading, last.end, _NO_OWN, self.language))

    def by_name(self, marks: list[_Mark]) -> Mapped | None:
        """Every number has its name right before it ("pain 8, nausea 3") or right behind it ("8 pain, 3 nausea")."""
        name_first = marks[0].link is not None
        values: dict[str, int] = {}
        end = 0
        pairs = self._pairs(marks)
        if pairs is None or not self._opens(marks[0]):
            return None
        for left, right in pairs:
            name, number = (left, right) if name_first else (right, left)
            if name.link is None or number.link is not None or name.link in values:
                return None
            if not (self._beside(left.end, right.start) and (not end or self._apart(end, left.start))):
                return None
            values[name.link], end = number.number, right.end
        last = pairs[-1][0] if not name_first else pairs[-1][1]
        if not leaves_standing(self.reading, last.token, last.end, self.own, self.language):
            return None
        return Mapped(values, remark(self.reading, end, _NO_OWN, self.language))

    def _pairs(self, marks: list[_Mark]) -> list[tuple[_Mark, _Mark]] | None:
        """The marks two by two up to the last number; names behind that belong to the remark."""
        last = max(index for index, mark in enumerate(marks) if mark.link is None)
        used = marks[: last + 1] if marks[0].link is not None else marks[: last + 2]
        if len(used) % 2:
            return None
        return list(zip(used[::2], used[1::2], strict=True))

    def _opens(self, first: _Mark) -> bool:
        return only_fillers(self.reading.plain[: first.start], self.language, _NO_OWN)

    def _separates(self, start: int, end: int) -> bool:
        between = self.reading.plain[start:end]
        if any(word.text not in JOINERS for word in self.reading.words(start, end)):
            return False
        return between not in {".", ""} and bool(_SEPARATED.fullmatch(re.sub(r"[^\W_]+", " ", between)))

    def _beside(self, start: int, end: int) -> bool:
        between = self.reading.plain[start:end]
        words = {word.text for word in self.reading.words(start, end)}
        return words <= fillers(self.language) | _BESIDE and not re.search(r"[.;\n,!?]", between)

    def _apart(self, start: int, end: int) -> bool:
        starts = COMMENT_STARTS["en"] | COMMENT_STARTS.get(base_language(self.language), frozenset())
        words = {word.text for word in self.reading.words(start, end)}
        return words <= fillers(self.language) | JOINERS | starts
