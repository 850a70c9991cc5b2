"""Words of one language that need a person now, as content writes them, and the small language of their phrases."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.plain_text import fold

FLAGS = (
    "chest_pain", "cannot_breathe", "bleeding", "leg_weakness", "bladder_control", "fever", "shaking_chills",
    "new_confusion", "self_harm", "wants_to_die", "unconscious", "seizure", "fall_injury",
)  # fmt: skip
"""Every red flag there is; each language says all of them."""

END = "$"
GAP = ".."
MARK = ":"
_SIGNS = (END, GAP, MARK)
_PIECE = re.compile(r"\(?(?:@?[^\W_]+\*?)(?:\|@?[^\W_]+\*?)*\)?")


@dataclass(frozen=True, slots=True)
class Denials:
    """How a language denies a sign; ``WordList`` says what stands where. All words are folded."""

    before: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    closing: frozenset[str] = frozenset()
    asking: frozenset[str] = frozenset()
    turns: frozenset[str] = frozenset()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordList:
    """One language's red-flag words as written in ``red_flags/<language>.yaml``, folded.

    ``flags`` and ``idioms`` are phrases in the small language that the head of each file explains; ``lists`` are what
    ``@name`` stands for; ``glued`` are what the language writes together with the word behind it, such as the
    Arabic article.
    """

    language: str
    version: str
    flags: Mapping[str, Sequence[str]]
    idioms: Sequence[str]
    lists: Mapping[str, Sequence[str]]
    denials: Denials
    glued: tuple[str, ...] = ()


def readable(phrase: str) -> bool:
    """Tell whether every piece of ``phrase`` is one of the few that there are, and none of them stands alone."""
    pieces = phrase.split()
    whole = all(piece in _SIGNS or _PIECE.fullmatch(_paired(piece)) for piece in pieces)
    return whole and any(piece not in _SIGNS and not piece.startswith("(") for piece in pieces)


def spoken(phrase: str, words: WordList) -> str:
    """One way to say a phrase: the first word of each piece, without what may be missing."""
    pieces = [piece for piece in phrase.split() if piece not in _SIGNS and not piece.startswith("(")]
    first = (piece.split("|")[0] for piece in pieces)
    return " ".join(words.lists[word[1:]][0] if word.startswith("@") else word for word in first).replace("*", "")


def _paired(piece: str) -> str:
    """A piece whose brackets do not match, made unreadable."""
    return piece if piece.startswith("(") == piece.endswith(")") else "?"


def word_list(language: str, data: Mapping[str, Any]) -> WordList:
    """A word list made from the mapping that its file holds; the caller has looked at the mapping's shape."""
    denials = data["denials"]
    flags, lists, glued = data["flags"], data.get("lists") or {}, data.get("glued") or ""
    words = {name: frozenset(fold(str(denials.get(name, ""))).split()) for name in DENIAL_WORDS}
    return WordList(
        language=language,
        version=str(data["version"]),
        flags={flag: tuple(phrases(block)) for flag, block in flags.items()},
        idioms=tuple(phrases(data.get("idioms", ""))),
        lists={name: tuple(fold(words).split("|")) for name, words in lists.items()},
        denials=Denials(**words, unless=tuple(phrases(denials.get("unless", "")))),
        glued=tuple(sorted(fold(str(glued)).split(), key=len, reverse=True)),
    )


DENIAL_WORDS = ("before", "not_before", "between", "joins", "behind", "closing", "asking", "turns")


def phrases(block: Any) -> list[str]:
    """The phrases of a block, one a line, folded; empty lines and those that begin with ``#`` are passed over."""
    lines = (line.strip() for line in str(block).splitlines())
    return [" ".join(fold(line).replace("'", "").split()) for line in lines if line and not line.startswith("#")]
