"""How old a reader has to be for a text, where textstat is installed: it is for authors, and not part of a clinic."""

import importlib
import re
from typing import Any

OLDEST = 11
"""What everybody should be able to read: the age at the end of primary school."""

_FEWEST = 8  # words; the formulas mean nothing for less
_NO_WORDS = re.compile(r"https?://\S+|\d[\d:., -]*|[=()\[\]#*]")
_ENDS = re.compile(r"\s*[\n;:]\s*")
_FIRST_GRADE = {"en": 5, "es": 6}  # the age at which the school years that the formulas count begin


def available() -> bool:
    """Tell whether reading ages can be told here."""
    return _textstat() is not None


def reading_age(text: str, language: str) -> float | None:
    """The age at which ``text`` is read with ease: Flesch-Kincaid for English, Crawford for Spanish.

    ``None`` for other languages, for a text of a few words, and where textstat
    is missing. Addresses, numbers and what is between brackets count as no words.
    """
    textstat = _textstat()
    said = _ENDS.sub(". ", _NO_WORDS.sub(" ", text)).strip(" .")
    if textstat is None or language not in _FIRST_GRADE or len(said.split()) < _FEWEST:
        return None
    textstat.set_lang(language)
    years = textstat.flesch_kincaid_grade(said) if language == "en" else textstat.crawford(said)
    return max(float(years), 0.0) + _FIRST_GRADE[language]


def _textstat() -> Any:
    try:
        return importlib.import_module("textstat").textstat
    except ImportError:
        return None
