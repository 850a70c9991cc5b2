"""What has to be true of every wording: said in every language, and never a word that a phone company acts on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from app.content.documents import Place
from app.content.fields import Finding, entries
from app.messaging.keywords import RESERVED_WORDS, classify
from app.plain_text import fold


def missing_languages(
    data: Mapping[str, Any], keys: Iterable[str], at: Place, languages: Set[str]
) -> Iterator[Finding]:
    """Which of the wordings under ``keys``, where given, are not said in every language."""
    for key in keys:
        said = data.get(key)
        if isinstance(said, Mapping):
            for language in sorted(languages - said.keys()):
                yield (*at, key), f"is missing in {language!r}"


def reserved(item: Mapping[str, Any], at: Place, languages: Set[str]) -> Iterator[Finding]:
    """Labels, anchors, options and further words that are a keyword, in any language.

    A person repeats what they read. "STOP" or "CANCEL" never reaches us as an answer: the phone company ends the
    conversation; "YES" starts one again.
    """
    for place, text in _said(item):
        if steers(text, languages):
            yield at + place, f"{text!r} is a word that ends, starts or steers a text conversation: say it otherwise"


def steers(text: str, languages: Set[str]) -> bool:
    """Tell whether a text of these words alone is a keyword, of a phone company's or of ours, in any language."""
    words = " ".join(re.findall(r"[^\W_]+", fold(text)))
    return words.upper() in RESERVED_WORDS or any(classify(words, language) for language in languages)


def _said(item: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    for position, option in entries(item.get("options")):
        yield from _texts(option.get("text"), ("options", position, "text"))
    for key in ("label", "anchors", "words"):
        yield from _texts(item.get(key), (key,))


def _texts(said: Any, at: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(said, str):
        yield at, said
    elif isinstance(said, Mapping):
        for key, below in said.items():
            yield from _texts(below, (*at, key))
    elif isinstance(said, list):
        for index, below in enumerate(said):
            yield from _texts(below, (*at, index))
