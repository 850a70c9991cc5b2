"""Words in a message that need a person now."""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from app.alerts.lexicon import Hit, Lexicon
from app.alerts.word_files import lexicon
from app.alerts.word_list import FLAGS
from app.plain_text import fold

_TOKEN = re.compile(r"[^\W_]+|[.,:;!?\n()]")
_MARKS = {",": ",", "?": "?", ":": "?"}
_ARABIC_MARKS = str.maketrans("،؛؟٫", ",;?.")
_DECIMAL = re.compile(r"(?<=\d)[.,]\d+")
_TWO_WORDS = re.compile(r"\b(can|could|do|does|did|is|was|are|have|has|had|will|would) not\b")
_LOOKED_BACK = 120  # characters
_CLAUSE_START = frozenset({"", ".", ",", "?"})


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign of an emergency: ``flag`` names it (``chest_pain``), ``phrase`` is what was said, in plain letters."""

    flag: str
    phrase: str


def find(text: str, language: str, words: Lexicon | None = None) -> list[RedFlag]:
    """Find the red flags of ``text``, in the order they are said, each flag once; empty when there are none.

    The lists of every language are used whatever ``language`` is, because people under stress mix them; ``language``
    only says whose list comes first. ``words`` are other lists than those in use. Denials ("no chest pain", "sin
    fiebre") and idioms ("dying to see you") are not flags; what is unclear is one.
    """
    words = words or lexicon()
    said = words.without_idioms(_plain(text))
    first = language.split("-", maxsplit=1)[0].lower()
    hits = sorted(
        words.hits(said),
        key=lambda hit: (hit.start, -hit.end, words.lists[hit.place].language != first, FLAGS.index(hit.flag)),
    )
    found: dict[str, RedFlag] = {}
    for hit, denied in zip(hits, _denied(hits, said, words), strict=True):
        if not denied:
            found.setdefault(hit.flag, RedFlag(hit.flag, said[hit.start : hit.end].strip()))
    return list(found.values())


def _plain(text: str) -> str:
    """Fold to words with one blank behind each; ends of sentences become ``.``, a colon ``?``, and a slash an "or"."""
    folded = fold(text).replace("'", "").replace("/", " or ")
    if not folded.isascii():
        folded = "".join(map(_ascii_digit, folded.translate(_ARABIC_MARKS)))
    folded = _TWO_WORDS.sub(_contract, _DECIMAL.sub("", folded))
    words = (word if word.isalnum() else _MARKS.get(word, ".") for word in _TOKEN.findall(folded))
    return "".join(f"{word} " for word in words)


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _contract(match: re.Match[str]) -> str:
    return "cannot" if match.group(1) == "can" else {"will": "wont"}.get(match.group(1), match.group(1) + "nt")


def _denied(hits: list[Hit], said: str, words: Lexicon) -> list[bool]:
    """For each hit, whether the text denies it, alone or as part of a list ("no fever, chills or bleeding")."""
    ahead = _or_ahead(hits, said, words)
    denied: list[bool] = []
    for index, hit in enumerate(hits):
        denied.append(_denies(hit, said, words))
        before = index > 0 and denied[index - 1] and hits[index - 1].end <= hit.start
        if before and not denied[index] and not words.unless.match(said, hit.end):
            joiners = _joiners(hits[index - 1], hit, said, words)
            denied[index] = bool(joiners & words.denials.joins) or (bool(joiners) and ahead[index])
    return denied


def _or_ahead(hits: list[Hit], said: str, words: Lexicon) -> list[bool]:
    """For each hit, whether a list goes on from it over commas up to an "or"."""
    starts = [hit.start for hit in hits]
    ahead = [False] * len(hits)
    for index in reversed(range(len(hits))):
        following = bisect_left(starts, hits[index].end)
        if following < len(hits):
            joiners = _joiners(hits[index], hits[following], said, words)
            ahead[index] = bool(joiners & words.denials.joins) or (bool(joiners) and ahead[following])
    return ahead


def _joiners(left: Hit, right: Hit, said: str, words: Lexicon) -> set[str]:
    """The commas and "or"s that make a list of two hits; none where other words stand between them."""
    between = said[left.end : right.start].split()
    joiners = {word for word in between if word in words.denials.joins or word == ","}
    return joiners if all(word in joiners or word in words.denials.between for word in between) else set()


def _denies(hit: Hit, said: str, words: Lexicon) -> bool:
    denials = words.denials
    before = said[max(0, hit.start - _LOOKED_BACK) : hit.start].split()
    start = len(before)
    while start and before[start - 1] in denials.between:
        start -= 1
    if start and before[start - 1] in denials.before:
        return not words.unless.match(said, hit.end)
    while start and before[start - 1] in denials.asking:
        start -= 1
    opens = (before[start - 1] if start else "") in _CLAUSE_START
    return opens and words.denied_behind.match(said, hit.end) is not None
