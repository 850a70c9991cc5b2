"""Reading answers out of text messages: strict, because a wrong number is worse than a second question."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.questionnaires.dates import read_date
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.naming import fold_words, own_words
from app.questionnaires.number_words import COURTESY, NOT_NUMBERS, NOTHING, OUT_OF
from app.questionnaires.reading import LONGEST, Reading, Token, base_language, read
from app.questionnaires.remarks import leaves_standing, only_fillers, remark
from app.questionnaires.reply import Reply, ReplyKind
from app.questionnaires.several import map_numbers

__all__ = ["Reply", "ReplyKind", "parse_named", "parse_replies", "parse_reply"]

_NOT_NUMBERS = (ItemType.TEXT, ItemType.DATE)
_MOST_DECIMALS = 2  # "1.000" is one thousand to half the world


def parse_reply(text: str, item: Mapping[str, Any] | Item, language: str) -> Reply:
    """Read the answer to one ``item`` (a content mapping or an ``Item``) out of a message.

    A scale gives a whole number in its range, a number a whole or decimal one within its bounds, a choice an option's
    value (by its number or by its text); free text is always an answer, with the value ``None``; a day is one with the
    day as ``comment``. A number that could mean something else is ``ambiguous``; a message without any number is
    ``not_an_answer``. Never raises on any text.
    """
    asked = Item.from_mapping(item)
    text = text or ""
    reading = read(text, language)
    if asked.type is ItemType.TEXT:
        return Reply(ReplyKind.ANSWER if reading.plain.strip() else ReplyKind.NOT_AN_ANSWER, text=text)
    if asked.type is ItemType.DATE:
        return _day(text, language)
    if len(text) > LONGEST:
        # Nobody has looked at the rest, and the rest may hold another number.
        return Reply(ReplyKind.AMBIGUOUS if reading.numbers else ReplyKind.NOT_AN_ANSWER, text=text)
    if asked.type is ItemType.CHOICE and (by_text := _options_named(reading, asked, language)):
        if len(by_text) == 1:
            return Reply(ReplyKind.ANSWER, by_text.pop(), text)
        return Reply(ReplyKind.AMBIGUOUS, text=text)
    if not reading.numbers:
        return _without_number(reading, asked, text)
    found = _one_number(reading, asked, language)
    if found is None:
        return Reply(ReplyKind.AMBIGUOUS, text=text)
    value, number, end = found
    own = own_words(asked, language)
    if asked.type is ItemType.CHOICE:
        end = _behind_own_text(reading, end, asked, value, language)
    allowed = (
        in_range(asked, value)
        and only_fillers(reading.plain[: number.start], language, own)
        and leaves_standing(reading, number, end, own, language)
        and not _names_other_option(reading, asked, value, language)
    )
    if not allowed:
        return Reply(ReplyKind.AMBIGUOUS, text=text)
    return Reply(ReplyKind.ANSWER, value, text, remark(reading, end, own, language))


def parse_replies(text: str, items: Sequence[Mapping[str, Any] | Item], language: str) -> dict[str, Reply]:
    """Read the answers to items asked together; the result holds answered items only, by ``link_id``.

    As many numbers as items map in order ("8 3 5", "8/3/5"). Numbers beside the items' words map by name, in any order
    and number ("nausea 3, pain 8"). Everything else gives no answers at all, so that the items are asked one by one:
    too few or too many numbers, one out of range, one beside a strange word, digits run together ("835"). What follows
    the last number is the ``comment`` of every reply.
    """
    asked = [Item.from_mapping(item) for item in items]
    text = text or ""
    if len(asked) == 1:
        reply = parse_reply(text, asked[0], language)
        return {asked[0].link_id: reply} if reply.kind is ReplyKind.ANSWER else {}
    if not asked or len(text) > LONGEST or any(item.type in _NOT_NUMBERS for item in asked):
        return {}
    return _mapped(text, asked, language)


def parse_named(text: str, items: Sequence[Mapping[str, Any] | Item], language: str) -> dict[str, Reply]:
    """Read the answers that a message names ("pain 4, worry 2"), asked or not; empty unless every number is named."""
    asked = [Item.from_mapping(item) for item in items]
    text = text or ""
    numeric = [item for item in asked if item.type not in _NOT_NUMBERS]
    return {} if not numeric or len(text) > LONGEST else _mapped(text, numeric, language, named_only=True)


def _mapped(text: str, asked: Sequence[Item], language: str, *, named_only: bool = False) -> dict[str, Reply]:
    mapped = map_numbers(read(text, language), asked, language, named_only=named_only)
    by_link = {item.link_id: item for item in asked}
    if mapped is None or not all(in_range(by_link[link], value) for link, value in mapped.values.items()):
        return {}
    return {link: Reply(ReplyKind.ANSWER, value, text, mapped.comment) for link, value in mapped.values.items()}


def in_range(item: Item, value: float) -> bool:
    """Tell whether ``value`` may be stored for ``item``."""
    if item.type is ItemType.CHOICE:
        return any(option.value == value for option in item.options)
    if (item.whole or item.type is ItemType.SCALE) and value != int(value):
        return False
    return (item.min is None or value >= item.min) and (item.max is None or value <= item.max)


def _day(text: str, language: str) -> Reply:
    """A day, as words: ``2026-11-30``. Whatever else holds a number may be one that we cannot tell."""
    day = read_date(text, language)
    if day is not None:
        return Reply(ReplyKind.ANSWER, text=text, comment=day.isoformat())
    numbers = read(text, language).numbers
    return Reply(ReplyKind.AMBIGUOUS if numbers else ReplyKind.NOT_AN_ANSWER, text=text)


def _without_number(reading: Reading, item: Item, text: str) -> Reply:
    said = " ".join(token.text for token in reading.tokens)
    if said in NOT_NUMBERS:
        return Reply(ReplyKind.AMBIGUOUS, text=text)
    zero_is_none = item.type is ItemType.SCALE and item.worse == "high" and item.min == 0
    if zero_is_none and said in NOTHING:
        return Reply(ReplyKind.ANSWER, 0, text)
    if said == "o" and item.type is not ItemType.CHOICE and in_range(item, 0):
        return Reply(ReplyKind.ANSWER, 0, text)
    return Reply(ReplyKind.NOT_AN_ANSWER, text=text)


def _one_number(reading: Reading, item: Item, language: str) -> tuple[float | int, Token, int] | None:
    """The one number of the message with its token and where it ends, or ``None`` where there is not exactly one."""
    numbers = reading.numbers
    first = numbers[0]
    if any(number.value is None for number in numbers) or first.value is None:
        return None
    if len(numbers) == 1:
        return first.value, first, first.end
    if len(numbers) > 2:
        return None
    second = numbers[1]
    between = reading.plain[first.end : second.start]
    if is_fraction(between) and item.type is ItemType.SCALE and second.value == item.max:
        return first.value, first, second.end
    decimal = _decimal(first, between, second, item, language)
    return None if decimal is None else (decimal, first, second.end)


def is_fraction(between: str) -> bool:
    """Tell whether the plain text between two numbers reads "out of"."""
    return between.strip() == "/" or between.strip() in OUT_OF


def _decimal(whole: Token, between: str, part: Token, item: Item, language: str) -> float | int | None:
    """Put a decimal number together; a comma is a decimal mark only in a language that writes it so."""
    marks = {"."} if item.type is ItemType.SCALE or base_language(language) == "en" else {".", ","}
    if between not in marks or item.type is ItemType.CHOICE or whole.spelled or part.spelled:
        return None
    if not part.text.isdigit() or len(part.text) > _MOST_DECIMALS:
        return None
    value = float(f"{whole.value}.{part.text}")
    return int(value) if value.is_integer() else value


def _options_named(reading: Reading, item: Item, language: str) -> set[int]:
    """Values of the options whose text, in the person's language or in English, is the whole message."""
    said = [token.text for token in reading.tokens]
    while said and said[-1] in COURTESY:
        said.pop()
    return {value for value, words in _option_words(item, language) if list(words) == said}


def _behind_own_text(reading: Reading, end: int, item: Item, value: float, language: str) -> int:
    """Where the message goes on behind the option's number, and its text if that follows ("2 today, please")."""
    behind = [token for token in reading.tokens if token.start >= end]
    said = tuple(token.text for token in behind)
    lengths = [len(w) for other, w in _option_words(item, language) if other == value and said[: len(w)] == w]
    return behind[max(lengths) - 1].end if lengths else end


def _names_other_option(reading: Reading, item: Item, value: float, language: str) -> bool:
    """Tell whether the message also holds the text of an option other than the one numbered ("1 no", "yes 2")."""
    said = f" {' '.join(token.text for token in reading.tokens)} "
    options = [(other, f" {' '.join(words)} ") for other, words in _option_words(item, language)]
    own = {words for option, words in options if option == value}
    return any(words in said for option, words in options if option != value and words not in own)


def _option_words(item: Item, language: str) -> list[tuple[int, tuple[str, ...]]]:
    tongues = (base_language(language), language, "en")
    listed = [(o.value, fold_words(o.text.get(tongue, ""), language)) for o in item.options for tongue in tongues]
    return [(value, words) for value, words in listed if words]
