"""Lists of words that need a person now, made ready to be looked for in a text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.alerts.word_list import DENIAL_WORDS, END, FLAGS, GAP, MARK, Denials, WordList

_MOST_KNOWN = 4096  # words whose phrases are kept at hand


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in a text: which flag, whose list (its place among the lists), from where to where."""

    flag: str
    place: int
    start: int
    end: int


_Group = tuple[int, str]
"""The place of a list among the lists, and the flag."""


@dataclass(frozen=True, slots=True, eq=False)  # each is itself: it is kept in sets
class _Phrase:
    """A phrase of one language; ``denied`` are all languages' denials, which its gaps must not run over."""

    order: int
    group: _Group
    text: str
    words: WordList
    denied: Denials

    def openers(self) -> Iterator[str]:
        """The words that a text may begin with to hold this phrase; a ``*`` stands for any ending."""
        for piece in self.text.split():
            yield from (word.split()[0] for word in self._alternatives(piece))
            if not piece.startswith("("):
                return

    def pattern(self) -> str:
        """The regular expression for it, over words that each have one blank behind them."""
        return "".join(self._piece(piece) for piece in self.text.split())

    def _alternatives(self, piece: str) -> list[str]:
        lists = self.words.lists
        names = piece.strip("()").split("|")
        return [word for name in names for word in (lists[name[1:]] if name.startswith("@") else [name])]

    def _piece(self, piece: str) -> str:
        if piece == GAP:
            denied, softened = _either(self.denied.before), _either(self.denied.not_before)
            return rf"(?:(?!(?:{denied}) (?!{softened}))[^\s.,?]+ ){{0,4}}?"
        if piece == MARK:
            return r"(?:[.,?] ){0,2}"
        if piece == END:
            return r"(?=[.,?]|$)"
        words = "|".join(re.escape(word).replace(r"\*", r"[^\s.,?]*") for word in self._alternatives(piece))
        group = f"(?:{_either(self.words.glued)})?(?:{words}) " if self.words.glued else f"(?:{words}) "
        return f"(?:{group})?" if piece.startswith("(") else group


class _Openers:
    """Phrases by the words that they may begin with, so that few of them are tried at each word of a text."""

    def __init__(self, phrases: Iterable[_Phrase]) -> None:
        self._words: dict[str, list[_Phrase]] = {}
        self._beginnings: dict[str, list[_Phrase]] = {}
        self._glued: set[str] = set()
        self._known: dict[str, _Tries] = {}
        for phrase in phrases:
            self._glued |= set(phrase.words.glued)
            for word in set(phrase.openers()):
                shelf = self._beginnings if word.endswith("*") else self._words
                shelf.setdefault(word.rstrip("*"), []).append(phrase)
        self._lengths = sorted({len(word) for word in self._beginnings})

    def scan(self, said: str) -> Iterator[tuple[_Group, int, int]]:
        """The groups of the phrases in a plain text, and where: at each word the first of each group that fits."""
        start = 0
        for token in said.split(" "):
            tries = self._known.get(token)
            for group, pattern in self._tries(token) if tries is None else tries:
                if match := pattern.match(said, start):
                    yield group, start, match.end()
            start += len(token) + 1

    def _tries(self, token: str) -> "_Tries":
        """What to try at a word: for each group one expression, its phrases in the order of the list."""
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        groups: dict[_Group, list[_Phrase]] = {}
        for phrase in sorted(set(self._candidates(token)), key=lambda one: one.order):
            groups.setdefault(phrase.group, []).append(phrase)
        tries = tuple((group, _any_of(tuple(one.pattern() for one in found))) for group, found in groups.items())
        self._known[token] = tries
        return tries

    def _candidates(self, token: str) -> Iterator[_Phrase]:
        readings = [token, *(token[len(piece) :] for piece in self._glued if token.startswith(piece))]
        for word in readings:
            yield from self._words.get(word, ())
            for length in self._lengths:
                if length <= len(word):
                    yield from self._beginnings.get(word[:length], ())


_Tries = tuple[tuple[_Group, re.Pattern[str]], ...]


@lru_cache(maxsize=2048)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


class Lexicon:
    """The word lists of all languages, ready to be used; a text may mix them, and denials of any of them count."""

    def __init__(self, lists: Sequence[WordList]) -> None:
        self.lists = tuple(lists)
        self.denials = _merged([words.denials for words in lists])
        self._flags = _Openers(
            _Phrase(order, (place, flag), text, words, self.denials)
            for place, words in enumerate(lists)
            for order, (flag, text) in enumerate((f, text) for f in FLAGS for text in words.flags.get(f, ()))
        )
        self._idioms = _Openers(
            _Phrase(order, (0, ""), text, words, self.denials)
            for order, (words, text) in enumerate((words, text) for words in lists for text in words.idioms)
        )
        self._unless = _Openers(
            _Phrase(order, (0, ""), text, words, Denials())
            for order, (words, text) in enumerate((words, text) for words in lists for text in words.denials.unless)
        )

    def hits(self, said: str) -> list[Hit]:
        """Every flag phrase in a plain text (words with one blank behind each), denied or not, also inside others."""
        return [Hit(flag, place, start, end) for (place, flag), start, end in self._flags.scan(said)]

    def without_idioms(self, said: str) -> str:
        """A plain text without the turns of phrase that mean something else."""
        kept, end = [], 0
        for _, start, stop in self._idioms.scan(said):
            if start >= end:
                kept += [said[end:start], ". "]
                end = stop
        return "".join([*kept, said[end:]])

    def exceptions(self, said: str) -> list[int]:
        """Where in a plain text begins what says that a sign is there after all: "until tonight"."""
        return [start for _, start, _ in self._unless.scan(said)]

    @cached_property
    def denied_behind(self) -> re.Pattern[str]:
        """What denies a sign from behind: "fever? no", "fever no thanks"."""
        no, thanks = _either(self.denials.behind), _either(self.denials.closing)
        return re.compile(rf"(?:\? |, )?(?:{no}) (?:[.,?]|{thanks}|$)")


def _merged(all_denials: Sequence[Denials]) -> Denials:
    words = {n: frozenset[str]().union(*(getattr(one, n) for one in all_denials)) for n in DENIAL_WORDS}
    return Denials(**words, unless=tuple(phrase for one in all_denials for phrase in one.unless))


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or "(?!)"
