"""Which of a person's earlier answers and silences are looked back on. Live judging and rehearsal ask the same."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from app.alerts.entries import Entry

HORIZON = timedelta(days=28)
"""The longest look back of any condition: "best" of the last 28 days, edge included."""
FIRST = 10
"""So many of an enrolment's first answers are kept in sight however old they are: a baseline is found there."""
_AN_INSTANT = timedelta(microseconds=1)


class Known(NamedTuple):
    """One earlier occasion: ``at`` orders it (UTC), ``id`` decides between two of one moment.

    An answer is known once it came to us, a silence once the window was closed (``since``); it is no silence any more
    once it was answered late (``until``).
    """

    at: datetime
    id: str
    entry: Entry
    since: datetime | None = None
    until: datetime | None = None


class Past:
    """The occasions of one enrolment: all of them, or at least those within the horizon and the first ones."""

    def __init__(self, answered: Iterable[Known], missed: Iterable[Known]) -> None:
        self.answered = sorted(answered, key=lambda known: known[:2])
        self.missed = sorted(missed, key=lambda known: known[:2])
        self._answered_at = [known.at for known in self.answered]
        self._missed_at = [known.at for known in self.missed]
        self._came_late = any(known.since is not None and known.since > known.at for known in self.answered)

    def before_answer(self, at: datetime, id: str, *, seen: datetime | None = None) -> list[Entry]:
        """What an answer authored at ``at`` is held against, oldest first, itself left out.

        ``seen`` is when somebody looks, if what was not known then, or is no more, is to be told apart.
        """
        answered = self._known(at, seen)
        low = bisect_left(answered, at - HORIZON, key=_moment)
        recent = [known for known in answered[low:] if known.id != id]
        return _in_order([*answered[: min(FIRST, low)], *recent], self._silences(at - HORIZON, at, seen))

    def before_silence(self, at: datetime, *, seen: datetime | None = None) -> list[Entry]:
        """What a silence whose window closed at ``at`` is held against, oldest first."""
        answered = self._known(at, seen)
        low = bisect_left(answered, at - HORIZON, key=_moment)
        return _in_order(answered[low:], self._silences(at - HORIZON, at - _AN_INSTANT, seen))

    def note(self, id: str, at: datetime, entry: Entry) -> None:
        """Put what is known by now of an answer in the place of what was."""
        place = bisect_left(self._answered_at, at)
        while self.answered[place].id != id:
            place += 1
        self.answered[place] = self.answered[place]._replace(entry=entry)

    def _known(self, at: datetime, seen: datetime | None) -> list[Known]:
        """The answers up to a moment, without those that came only after somebody looked."""
        upto = self.answered[: bisect_right(self._answered_at, at)]
        if seen is None or not self._came_late:
            return upto
        return [known for known in upto if known.since is None or known.since <= seen]

    def _silences(self, since: datetime, until: datetime, seen: datetime | None) -> list[Known]:
        low, high = bisect_left(self._missed_at, since), bisect_right(self._missed_at, until)
        found = self.missed[low:high]
        if seen is None:
            return found
        return [
            known
            for known in found
            if (known.since is None or known.since <= seen) and (known.until is None or seen < known.until)
        ]


def _moment(known: Known) -> datetime:
    return known.at


def _in_order(answered: list[Known], missed: list[Known]) -> list[Entry]:
    if not missed:
        return [known.entry for known in answered]
    return [known.entry for known in sorted([*answered, *missed], key=lambda known: known.at)]
