"""The words of a canary: a text that we send from one of our numbers to another, to see that it comes back."""

import re

_WORDS = "Bedside canary "
_CANARY = re.compile(_WORDS + "([0-9a-f]{32})")


def canary_text(word: str) -> str:
    """The text that carries a word of 32 hexadecimal digits."""
    return _WORDS + word


def canary_word(body: str) -> str | None:
    """The word that a text carries; ``None`` when it is no canary."""
    found = _CANARY.fullmatch(body.strip())
    return found[1] if found else None
