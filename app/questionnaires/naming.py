"""Which words of a message name which item."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.plain_text import fold
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.number_words import COURTESY, FILLERS, JOINERS, MEASURES, QUESTION_WORDS, UNITS, WITHOUT
from app.questionnaires.reading import base_language, read

Phrase = tuple[str, ...]
"""A name as folded words, for example ``("low", "mood")``."""

_SHORTEST = 4
_COMMON = QUESTION_WORDS | COURTESY | JOINERS | MEASURES | WITHOUT | UNITS


def names(items: Sequence[Item], language: str) -> dict[Phrase, str]:
    """Map each phrase that names exactly one of ``items`` to its ``link_id``.

    First come the labels and words that the content lists, then the link ids and the telling words of the questions.
    A phrase that would name two items names none.
    """
    listed = _unique((phrase, item.link_id) for item in items for phrase in _listed(item, language))
    derived = _unique((phrase, item.link_id) for item in items for phrase in _derived(item, language))
    return {**{p: link for p, link in derived.items() if p not in listed}, **listed}


def own_words(item: Item, language: str) -> frozenset[str]:
    """All single words that belong to the item: they may stand beside its number and change nothing."""
    phrases = [*_listed(item, language), *_derived(item, language)]
    words = {word for phrase in phrases for word in phrase} - WITHOUT
    return frozenset(words | (_units(item, language) if item.type is ItemType.NUMBER else frozenset()))


def find_name(words: Sequence[str], known: dict[Phrase, str]) -> tuple[str | None, int]:
    """The ``link_id`` named by the words at the front, and how many of them name it; ``(None, 0)`` without one.

    The beginning of a name is enough where it fits one item only ("tired" for tiredness).
    """
    for length in range(min(len(words), 4), 0, -1):
        link = known.get(tuple(words[:length]))
        if link is not None:
            return link, length
    front = words[0] if words else ""
    if len(front) >= _SHORTEST and front not in _COMMON:
        begun = {link for phrase, link in known.items() if phrase[0].startswith(front)}
        if len(begun) == 1:
            return begun.pop(), 1
    return None, 0


@lru_cache(maxsize=2048)
def fold_words(text: str, language: str) -> Phrase:
    """The folded words and numbers of a piece of content (never of a message: the results are kept)."""
    return tuple(token.text for token in read(text, language).tokens)


def _listed(item: Item, language: str) -> list[Phrase]:
    tongues = (base_language(language), language, "en")
    texts = [item.label.get(tongue, "") for tongue in tongues]
    texts += [word for tongue in tongues for word in item.words.get(tongue, ())]
    return [phrase for text in texts if (phrase := fold_words(text, language))]


def _derived(item: Item, language: str) -> list[Phrase]:
    link = fold_words(item.link_id.replace("_", " ").replace("-", " "), language)
    questions = {item.text.get(tongue, "") for tongue in (base_language(language), language, "en")}
    fillers = FILLERS["en"] | FILLERS.get(base_language(language), frozenset())
    telling = {
        (word,)
        for question in questions
        for word in fold_words(question, language)
        if len(word) >= _SHORTEST and word.isalpha() and word not in _COMMON | fillers
    }
    return [*([link] if link else []), *sorted(telling)]


def _units(item: Item, language: str) -> frozenset[str]:
    return UNITS & {word for text in (*item.text.values(), *item.label.values()) for word in fold(text).split()}


def _unique(pairs: Iterable[tuple[Phrase, str]]) -> dict[Phrase, str]:
    found: dict[Phrase, set[str]] = {}
    for phrase, link in pairs:
        found.setdefault(phrase, set()).add(link)
    return {phrase: links.pop() for phrase, links in found.items() if len(links) == 1}
