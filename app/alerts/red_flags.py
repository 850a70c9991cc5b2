"""Words in a message that need a person now."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from app.alerts.red_flag_idioms import IDIOMS
from app.alerts.red_flag_words import PHRASES, SETS
from app.plain_text import fold

_TOKEN = re.compile(r"[^\W_]+|[.,:;!?\n()]")
_MARKS = {",": ",", "?": "?", ":": "?"}
_DECIMAL = re.compile(r"(?<=\d)[.,]\d+")
_TWO_WORDS = re.compile(r"\b(can|could|do|does|did|is|was|are|have|has|had|will|would) not\b")
_NEGATIONS = (
    "no|not|never|without|dont|doesnt|didnt|havent|hasnt|hadnt|isnt|wasnt|arent|aint|nor|neither|deny|denies|denied|negative|"
    "zero|sin|nunca|jamas|ni|tampoco|ningun|ninguna|ninguno|niega"
)
_DENIES = frozenset(_NEGATIONS.split("|"))
# What may stand between a negation and the words it denies. "I" and "stop" must not: "no, I have a fever" without its
# comma, and "it won't stop bleeding", are the very opposite of a denial.
_CARRIES = frozenset(
    """
    a an any the my his her our have has having had got get getting been be being feel feeling felt feels am is are was
    more further new longer signs sign of symptom symptoms episode episodes in even other experienced experiencing
    experience seen noticed notice real really actual thoughts ideas for such to thinking about planning going
    un una el la los las mi su tengo tiene tenido tener he ha han hay habia hubo tuve tuvo siento siente sentido me
    le se nada de mas otro otra nuevo nueva senales signos sintomas con estoy esta estado es sufrido presenta visto
    """.split()
)
_JOINS_DENIED = frozenset({"or", "nor", "ni", "o", "u"})
# "Never had chest pain like this" and "no fever until tonight" say that it is there now.
_EXCEPT = re.compile(
    r"(?:[^\s.?]+ ){0,4}?(?:like this|like that|this bad|this much|this high|this strong|so bad|so strong|so high|"
    r"before|until|till|unless|except|only|hasta|excepto|salvo|asi|tan|como esta|como este|antes|solo|"
    r"(?:but|pero) (?:[^\s.?]+ ){0,3}?(?:yesterday|earlier|yes|did|ayer|anoche|si)) "
)
_DENIED_BEHIND = re.compile(
    r"(?:\? |, )?(?:no|none|nope|never|not|negative|nada|ninguna|ninguno) (?:[.,?]|thanks|gracias|$)"
)
_LOOKED_BACK = 120  # characters
_CLAUSE_START = frozenset({"", ".", ",", "?"})
_ANY = frozenset({"any", "algun", "alguna", "hay", "tengo", "have", "do", "i", "you", "the", "y", "and"})


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign of an emergency: ``flag`` names it (``chest_pain``), ``phrase`` is what was said, in plain letters."""

    flag: str
    phrase: str


@dataclass(frozen=True, slots=True)
class _Hit:
    flag: str
    start: int
    end: int


def find(text: str, language: str) -> list[RedFlag]:
    """Find the red flags of ``text``, in the order they are said, each flag once; empty when there are none.

    The lists of every shipped language are used whatever ``language`` is, because people under stress mix them;
    ``language`` only says whose list comes first. Denials ("no chest pain", "sin fiebre") and idioms ("dying to see
    you") are not flags; what is unclear is one.
    """
    said = _without_idioms(_plain(text))
    order = sorted(PHRASES["fever"], key=lambda tongue: tongue != language.split("-", maxsplit=1)[0].lower())
    hits = sorted(
        (
            _Hit(flag, match.start(), match.end())
            for tongue in order
            for flag in PHRASES
            for match in _pattern(flag, tongue).finditer(said)
        ),
        key=lambda hit: (hit.start, -hit.end),
    )
    found: dict[str, RedFlag] = {}
    for hit, denied in zip(hits, _denied(hits, said), strict=True):
        if not denied:
            found.setdefault(hit.flag, RedFlag(hit.flag, said[hit.start : hit.end].strip()))
    return list(found.values())


def _plain(text: str) -> str:
    """Fold to words with one blank behind each; ends of sentences become ``.``, a colon ``?``, and a slash an "or"."""
    folded = fold(text).replace("'", "").replace("/", " or ")
    folded = _TWO_WORDS.sub(_contract, _DECIMAL.sub("", folded))
    words = (word if word.isalnum() else _MARKS.get(word, ".") for word in _TOKEN.findall(folded))
    return "".join(f"{word} " for word in words)


def _contract(match: re.Match[str]) -> str:
    return "cannot" if match.group(1) == "can" else {"will": "wont"}.get(match.group(1), match.group(1) + "nt")


def _without_idioms(said: str) -> str:
    for tongue in IDIOMS:
        said = _idioms(tongue).sub(". ", said)
    return said


def _denied(hits: list[_Hit], said: str) -> list[bool]:
    """For each hit, whether the text denies it, alone or as part of a list ("no fever, chills or bleeding")."""
    denied = [_denies(hit, said) for hit in hits]
    for index in range(1, len(hits)):
        before = denied[index - 1] and hits[index - 1].end <= hits[index].start
        if before and not denied[index] and not _EXCEPT.match(said, hits[index].end):
            denied[index] = _joined(hits[index - 1 :], said)
    return denied


def _joined(hits: list[_Hit], said: str) -> bool:
    """Tell whether the second hit continues the first's denied list: joined by "or", or by commas up to an "or"."""
    for left, right in pairwise(hits):
        between = said[left.end : right.start].split()
        joiners = [word for word in between if word in _JOINS_DENIED or word == ","]
        if len(joiners) < 1 or any(word not in _CARRIES and word not in joiners for word in between):
            return False
        if set(joiners) & _JOINS_DENIED:
            return True
    return False


def _denies(hit: _Hit, said: str) -> bool:
    words = said[max(0, hit.start - _LOOKED_BACK) : hit.start].split()
    start = len(words)
    while start and words[start - 1] in _CARRIES:
        start -= 1
    if start and words[start - 1] in _DENIES:
        return not _EXCEPT.match(said, hit.end)
    while start and words[start - 1] in _ANY:
        start -= 1
    opens = (words[start - 1] if start else "") in _CLAUSE_START
    return opens and _DENIED_BEHIND.match(said, hit.end) is not None


@lru_cache(maxsize=64)
def _pattern(flag: str, tongue: str) -> re.Pattern[str]:
    return _compile(PHRASES[flag].get(tongue, ""))


@lru_cache(maxsize=8)
def _idioms(tongue: str) -> re.Pattern[str]:
    return _compile(IDIOMS[tongue])


def _compile(block: str) -> re.Pattern[str]:
    phrases = [line.split() for line in block.splitlines() if line.strip()]
    return re.compile(r"(?<!\S)(?:" + "|".join("".join(map(_piece, phrase)) for phrase in phrases) + ")")


def _piece(piece: str) -> str:
    if piece == "..":
        return rf"(?:(?!(?:{_NEGATIONS}) (?!only|just|solo))[^\s.,?]+ ){{0,4}}?"
    if piece == "$":
        return r"(?=[.,?]|$)"
    words = "|".join(SETS[word[1:]] if word.startswith("@") else word for word in piece.strip("()").split("|"))
    group = "(?:" + words.replace("*", r"[^\s.,?]*") + ") "
    return f"(?:{group})?" if piece.startswith("(") else group
