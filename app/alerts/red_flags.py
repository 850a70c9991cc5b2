"""Words in a message that need a person now."""

import re
import unicodedata
from dataclasses import dataclass

from app.alerts.denied import denied
from app.alerts.lexicon import Lexicon
from app.alerts.word_files import lexicon
from app.alerts.word_list import FLAGS
from app.plain_text import fold

_TOKEN = re.compile(r"[^\W_]+|[.,:;!?\n()]")
_MARKS = {",": ",", "?": "?", ":": "?"}
_ARABIC_MARKS = str.maketrans("،؛؟٫", ",;?.")
_DECIMAL = re.compile(r"(?<=\d)[.,]\d+")
_DEGREES = re.compile(r"(?<=\d)(?:o(?![^\W\d_])|o?(?=(?:c|f|degrees|grados)\b))")  # the sign º is folded to an o
_TWO_WORDS = re.compile(r"\b(can|could|do|does|did|is|was|are|have|has|had|will|would) not\b")


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
    for hit, no in zip(hits, denied(hits, said, words), strict=True):
        if not no:
            found.setdefault(hit.flag, RedFlag(hit.flag, said[hit.start : hit.end].strip()))
    return list(found.values())


def _plain(text: str) -> str:
    """Fold to words with one blank behind each; ends of sentences become ``.``, a colon ``?``, and a slash an "and"."""
    folded = fold(text).replace("'", "").replace("/", " and ")
    if not folded.isascii():
        folded = "".join(map(_ascii_digit, folded.translate(_ARABIC_MARKS)))
    folded = _TWO_WORDS.sub(_contract, _DEGREES.sub(" ", _DECIMAL.sub("", folded)))
    words = (word if word.isalnum() else _MARKS.get(word, ".") for word in _TOKEN.findall(folded))
    return "".join(f"{word} " for word in words)


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _contract(match: re.Match[str]) -> str:
    return "cannot" if match.group(1) == "can" else {"will": "wont"}.get(match.group(1), match.group(1) + "nt")
