"""Whether the words around a number leave it standing: a remark may follow, a count or a contradiction may not."""

import re

from app.questionnaires.number_words import (
    COMMENT_STARTS,
    CONNECTORS,
    COURTESY,
    ENDS_IN_S,
    FILLER_PHRASES,
    FILLERS,
    MEASURES,
    REFUSALS,
    RETRACTIONS,
    UNITS,
    WITHOUT,
)
from app.questionnaires.reading import Reading, Token, base_language

_TEXTED_WORDS = (2, 4)  # "2 tired" is "too tired", "4 me" is "for me"
_NEAR = 3  # words behind a number among which a plural may be what it counts
_PAUSE = re.compile(r"[,.;:!?()\n]|\s-\s|[^\w\s\-/'\"]")
_FILLER_PHRASE = re.compile(rf"\b(?:{'|'.join(FILLER_PHRASES)})\b")


def only_fillers(text: str, language: str, own: frozenset[str]) -> bool:
    """Tell whether the plain ``text`` before a number holds nothing that could change its meaning."""
    allowed = fillers(language) | own
    return all(word in allowed for word in re.findall(r"[^\W_]+", _FILLER_PHRASE.sub(" ", text)))


def fillers(language: str) -> frozenset[str]:
    """Filler words of ``language`` and of English."""
    return FILLERS["en"] | FILLERS.get(base_language(language), frozenset())


def leaves_standing(reading: Reading, number: Token, end: int, own: frozenset[str], language: str) -> bool:
    """Tell whether what follows position ``end`` leaves ``number`` an answer.

    ``own`` are the item's words. Without a pause in between, the next word must be one that begins a remark, and no
    plural may be near: "10 years ago", "3 bad nights", "2 tired" and "one of those days" are not answers.
    """
    tail = reading.plain[end:]
    words = [token.text for token in reading.tokens if token.start >= end]
    if not words:
        return True
    if _takes_back(words) or _contradicts(words, number, own):
        return False
    if words[0] in COURTESY:
        return True
    if words[0] in UNITS and words[0] in own:
        return True
    first = next(token for token in reading.tokens if token.start >= end)
    if _PAUSE.search(tail[: first.start - end]):
        return True
    if "/" in tail[: first.start - end]:
        return False
    return _begins_remark(words, number, own, language)


def remark(reading: Reading, end: int, own: frozenset[str], language: str) -> str | None:
    """What the person wrote behind position ``end``, in their own spelling; ``None`` where it says nothing more."""
    words = [token.text for token in reading.tokens if token.start >= end]
    if all(word in COURTESY | fillers(language) | own for word in words):
        return None
    return re.sub(r"^[\s,.;:!?)/\-–—]+", "", reading.raw_from(end)).strip() or None


def _begins_remark(words: list[str], number: Token, own: frozenset[str], language: str) -> bool:
    tongue = base_language(language)
    theirs = COMMENT_STARTS.get(tongue, frozenset())
    starts = CONNECTORS | own
    if number.value in _TEXTED_WORDS or number.spelled:
        # What stands for an English word does so in front of English words only.
        starts |= theirs if tongue != "en" and not number.spelled else frozenset()
    else:
        starts |= theirs | COMMENT_STARTS["en"]
    if words[0] not in starts or words[0] in MEASURES:
        return False
    return not any(_may_be_counted(word) for word in words[:_NEAR])


def _may_be_counted(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss") and word not in ENDS_IN_S


def _takes_back(words: list[str]) -> bool:
    said = " ".join(words)
    return said in REFUSALS or any(said == phrase or said.startswith(phrase + " ") for phrase in RETRACTIONS)


def _contradicts(words: list[str], number: Token, own: frozenset[str]) -> bool:
    """Tell whether the remark says that the symptom is absent although the number is not 0 ("10, no pain")."""
    return bool(number.value) and words[0] in WITHOUT and any(word in own for word in words[1:_NEAR])
