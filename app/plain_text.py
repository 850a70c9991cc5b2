"""Text that can be stored, and text folded to plain lower-case letters, so that case and accents decide nothing."""

import unicodedata
from functools import lru_cache

_APOSTROPHES = frozenset("'’‘‛ʼ′´`＇")
_DASHES = frozenset("‐‑‒–—―−﹣－")
_LINE_ENDS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# One letter in several shapes, which people and keyboards (Persian, Urdu) use for each other, and the mark that only
# stretches a word. The marks above and below Arabic letters go with all other accents.
_ARABIC = str.maketrans({"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ٱ": "ا", "ـ": ""})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})


def storable(text: str) -> str:
    """``text`` without what no database takes: NUL, and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """Fold ``text`` for comparison: lower case, no accents, plain apostrophes and dashes, nothing invisible.

    Line ends become ``\\n`` and other white space a blank. Digits of other scripts stay as they are. Never raises,
    whatever the text holds (NUL, lone surrogates, marks of direction).
    """
    return "".join(map(fold_character, text))


@lru_cache(maxsize=4096)
def fold_character(character: str) -> str:
    """Fold one character, to none, one or several (``ß`` becomes ``ss``)."""
    if character in _LINE_ENDS:
        return "\n"
    if character.isspace():
        return " "
    if character in _APOSTROPHES:
        return "'"
    if character in _DASHES:
        return "-"
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    plain = "".join(c for c in decomposed if unicodedata.category(c) not in _INVISIBLE).casefold()
    return plain.translate(_ARABIC)
