"""Which of the signs found in a text the text itself denies."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from app.alerts.lexicon import Hit, Lexicon

_NEAR = 120  # characters: how far before a sign a denial is looked for, and behind it what takes the denial back
_WORDS_BEHIND = 4
_CLAUSE_START = frozenset({"", ".", ",", "?"})


def denied(hits: Sequence[Hit], said: str, words: Lexicon) -> list[bool]:
    """For each hit, in their order, whether the text denies it.

    It may deny a hit alone, in a list ("no fever, chills or bleeding"), or inside another.
    """
    text = _Text(said, words, words.exceptions(said) if hits else [])
    ahead = _or_ahead(hits, text)
    found: list[bool] = []
    around: list[int] = []  # hits that have begun and not ended
    last: int | None = None  # the one that ended last
    for index, hit in enumerate(hits):
        ended = [at for at in around if hits[at].end <= hit.start]
        around = [at for at in around if hits[at].end > hit.start]
        last = max(ended, key=lambda at: (hits[at].end, at), default=last)
        listed = last is not None and found[last] and text.listed(hits[last], hit, ahead=ahead[index])
        with_another = listed or any(found[at] and text.within(hits[at], hit) for at in around)
        found.append(text.denies(hit) or (with_another and not text.takes_back(hit)))
        around.append(index)
    return found


def _or_ahead(hits: Sequence[Hit], text: "_Text") -> list[bool]:
    """For each hit, whether a list goes on from it over commas up to an "or"."""
    starts = [hit.start for hit in hits]
    ahead = [False] * len(hits)
    for index in reversed(range(len(hits))):
        following = bisect_left(starts, hits[index].end)
        if following < len(hits):
            ahead[index] = text.listed(hits[index], hits[following], ahead=ahead[following])
    return ahead


@dataclass(frozen=True, slots=True)
class _Text:
    """A plain text, and where in it stands what says that a sign is there after all."""

    said: str
    words: Lexicon
    exceptions: Sequence[int]

    def denies(self, hit: Hit) -> bool:
        """Tell whether a denial stands right before or behind the hit."""
        denials = self.words.denials
        before = self.said[max(0, hit.start - _NEAR) : hit.start].split()
        start = len(before)
        while start and before[start - 1] in denials.between:
            start -= 1
        if start and before[start - 1] in denials.before:
            return not self.takes_back(hit)
        while start and before[start - 1] in denials.asking:
            start -= 1
        opens = (before[start - 1] if start else "") in _CLAUSE_START
        return opens and self.words.denied_behind.match(self.said, hit.end) is not None

    def takes_back(self, hit: Hit) -> bool:
        """Tell whether the text says, in the hit or soon behind it, that the sign is there after all."""
        index = bisect_left(self.exceptions, hit.start)
        if index == len(self.exceptions) or self.exceptions[index] > hit.end + _NEAR:
            return False
        between = self.said[hit.end : self.exceptions[index]].split()
        return len(between) <= _WORDS_BEHIND and not {".", "?"} & set(between)

    def listed(self, left: Hit, right: Hit, *, ahead: bool) -> bool:
        """Tell whether the second hit goes on with the first's list: joined by an "or", or by commas up to one."""
        denials = self.words.denials
        between = self.said[left.end : right.start].split()
        joiners = {word for word in between if word in denials.joins or word == ","}
        if any(word not in joiners and word not in denials.between for word in between):
            return False
        return bool(joiners & denials.joins) or (bool(joiners) and ahead)

    def within(self, outer: Hit, inner: Hit) -> bool:
        """Tell whether what denies a hit denies one of the same flag that begins later inside it too.

        It does in "no pain or tightness in chest"; not in "no pain but tightness in chest", nor where other words
        lead to one that goes on behind the first: "no pain sitting chest hurts walking".
        """
        if (outer.flag, outer.place) != (inner.flag, inner.place):
            return False
        between = self.said[outer.start : inner.start].split()[1:]
        first = self.said[inner.start : inner.end].split()[0]
        if not self.words.denials.turns.isdisjoint((*between, first)):
            return False
        filler, joins = self.words.denials.between, self.words.denials.joins
        return inner.end <= outer.end or all(word in filler or word in joins for word in between)
