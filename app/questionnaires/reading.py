"""Splitting a message into words and numbers, keeping track of where each stood in what the person wrote."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.plain_text import fold_character
from app.questionnaires.number_words import NUMBERS, UNREADABLE

LONGEST = 1600
"""Characters looked at; no text message is longer. An answer with so long a remark is read by a person."""

_STRANGE = "¤"  # stands for a number we do not read: superscripts, fractions, Roman and Chinese numerals
_LONGEST_NUMBER = 9
_MOST_NUMBERS = 30  # no check-in asks for so many; a message with more is no answer, and is not read further
_TOKEN = re.compile(rf"(?:[^\W_]|{_STRANGE})+")
_DIGITS = re.compile(r"[0-9]+o?")
_LETTERS_FOR_ZERO = frozenset("oOｏＯ")
_SPOILS_BEFORE = frozenset("+<>$€£¥≥≤±#")
_SPOILS_BEHIND = frozenset("+%°$€£¥‰")
_ARABIC_MARKS = {"،": ",", "؛": ";", "؟": "?"}
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Token(NamedTuple):
    """A word or a number; ``start`` and ``end`` count in the plain text.

    ``value`` is ``None`` for a number that is there but must not be read, such as ``1e9``, ``-1`` or ``7½``.
    ``spelled`` tells that it was a word.
    """

    text: str
    start: int
    end: int
    is_number: bool = False
    value: int | None = None
    spelled: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as plain text with its tokens; ``origins[i]`` is where ``plain[i]`` came from in ``raw``."""

    raw: str
    plain: str
    origins: tuple[int, ...]
    tokens: tuple[Token, ...]

    @property
    def numbers(self) -> list[Token]:
        """The numbers, readable or not, in order; at most 31, which is more than any question asks for."""
        return [token for token in self.tokens if token.is_number]

    def words(self, start: int, end: int) -> list[Token]:
        """The words (not numbers) that lie between two positions of the plain text."""
        return [t for t in self.tokens if not t.is_number and t.start >= start and t.end <= end]

    def raw_from(self, position: int) -> str:
        """What the person wrote from a position of the plain text on."""
        return self.raw[self.origins[position] :] if position < len(self.origins) else ""


def read(text: str, language: str) -> Reading:
    """Split ``text`` into tokens, with number words of ``language`` and of English. Never raises."""
    raw = text[:LONGEST]
    pieces = [_plain(character) for character in raw]
    plain = "".join(pieces)
    origins = tuple(index for index, piece in enumerate(pieces) for _ in piece)
    tokens = _tokens(raw, plain, origins, number_words(language))
    if _OVERRIDES.search(raw):
        # Such marks can show digits in another order than they were sent in; who knows which one was meant.
        tokens = [token._replace(value=None) for token in tokens]
    return Reading(raw, plain, origins, tuple(tokens))


def base_language(language: str) -> str:
    """The language without its region: ``es`` for ``es-MX``."""
    return language.split("-", maxsplit=1)[0].lower()


@lru_cache(maxsize=16)
def number_words(language: str) -> dict[str, int]:
    """Number words of ``language`` and of English, folded."""
    tongue = base_language(language)
    return {**NUMBERS["en"], **NUMBERS.get(tongue, {})}


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Fold a character for reading numbers: digits of any script become ASCII, apostrophes vanish.

    An invisible character becomes a blank, so that two digits that were apart are never joined.
    """
    if character == "\U0001f51f":  # the one emoji that shows a ten
        return " 10 "
    if character in _ARABIC_MARKS:
        return _ARABIC_MARKS[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.numeric(character, None) is not None:
        return _STRANGE
    folded = fold_character(character)
    if not folded and unicodedata.category(character) in {"Cc", "Cf", "Cs"}:
        return " "
    if any(c.isdigit() for c in folded):
        return _STRANGE
    return folded.replace("'", "")


def _tokens(raw: str, plain: str, origins: tuple[int, ...], words: dict[str, int]) -> list[Token]:
    tokens: list[Token] = []
    numbers = 0
    for match in _TOKEN.finditer(plain):
        text, start, end = match.group(), match.start(), match.end()
        if text in words:
            token = Token(text, start, end, True, words[text], spelled=True)
        elif text in UNREADABLE:
            token = Token(text, start, end, True, None, spelled=True)
        elif any(c.isdigit() or c == _STRANGE for c in text):
            value = _whole_number(text, raw[origins[end - 1]]) if _stands_free(plain, start, end) else None
            token = Token(text, start, end, True, value)
        else:
            token = Token(text, start, end)
        tokens.append(token)
        numbers += token.is_number
        if numbers > _MOST_NUMBERS:
            break
    return tokens


def _whole_number(text: str, last: str) -> int | None:
    """The value of digits, the last of which may be the letter O (``last`` as typed: ``1º`` is no ten).

    ``None`` for other letters, and for more than one zero in front.
    """
    if not _DIGITS.fullmatch(text) or len(text) > _LONGEST_NUMBER:
        return None
    if text[-1] == "o" and last not in _LETTERS_FOR_ZERO:
        return None
    digits = text.replace("o", "0")
    padded = digits.startswith("0") and len(digits) > 1
    if padded and (len(digits) > len("07") or digits == "00"):
        return None
    return int(digits)


def _stands_free(plain: str, start: int, end: int) -> bool:
    """Tell whether no sign beside the digits changes what they mean: ``-1``, ``.5``, ``>7``, ``7+``, ``7%``."""
    before = plain[max(0, start - 3) : start].rstrip(" ")[-1:]
    behind = plain[end : end + 3].lstrip(" ")[:1]
    if before in _SPOILS_BEFORE or behind in _SPOILS_BEHIND:
        return False
    touching, further = plain[max(0, start - 1) : start], plain[max(0, start - 2) : max(0, start - 1)]
    if touching in {"-", ".", ","}:
        return further.isalnum() or (touching == "-" and further in {")", ":"})
    return True
