"""Which of a person's earlier answers and silences are looked back on. Live judging and rehearsal ask the same.

What is left out could change nothing that is found: ``look_back`` says how far the rules look from an answer, and a
silence is held against the last answer and what was missed since, however long ago that was.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.alerts.comparisons import Comparison
from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemFacts
from app.alerts.history import History, comparable, links_in
from app.codes import Respondent

HORIZON = timedelta(days=28)
"""So far is looked back from an answer in any case, edge included: as far as its "best" lies."""


class LookBack(NamedTuple):
    """How old an earlier answer may be to matter, and the items whose first answer ever matters too."""

    reach: timedelta
    firsts: tuple[ItemFacts, ...]


def look_back(rules: Iterable[AlertRule], recent: Sequence[Entry], judged: Entry) -> LookBack:
    """How far rules look back from an answer, of whose past everything within the horizon is ``recent``.

    At most 14 days for each answer that is to come before it in a row, and as much again, or the 28 days of the "best",
    for what the oldest of these is held against; most rules are ruled out, and most rows are whole within the horizon.
    Never raises: an answer that cannot be judged is no matter of its past.
    """
    alone = History.of([judged], goals={}, baselines={}, default_goals={}, enrolled_at=None)
    try:
        far = (rule for rule in rules if rule.against_first or rule.reach > HORIZON)
        leaves = [leaf for rule in far if rule.possible(alone) for leaf in rule.comparisons if alone.now(leaf.item)[1]]
        long = [leaf for leaf in leaves if leaf.reach > HORIZON]
        firsts = {leaf.item: alone.item(leaf.item) for leaf in leaves if leaf.against_first}
    except Exception:
        return LookBack(HORIZON, ())
    comparing = [entry for entry in reversed(recent) if comparable(entry, judged)] if long else []
    reach = max((_reach(leaf, alone.item(leaf.item), comparing, judged) for leaf in long), default=HORIZON)
    return LookBack(max(reach, HORIZON), tuple(firsts.values()))


def _reach(leaf: Comparison, facts: ItemFacts, latest_first: Iterable[Entry], judged: Entry) -> timedelta:
    missing = leaf.consecutive - 1
    for entry in latest_first:
        missing -= _answers(entry, facts, judged)
        if not missing:
            return leaf.reach_for(judged.authored_at - entry.authored_at)
    return leaf.reach


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
    """The occasions of one enrolment: all of them, or at least those that are looked back on."""

    def __init__(self, answered: Iterable[Known], missed: Iterable[Known]) -> None:
        self.answered = sorted(answered, key=lambda known: known[:2])
        self.missed = sorted(missed, key=lambda known: known[:2])
        self._answered_at = [known.at for known in self.answered]
        self._missed_at = [known.at for known in self.missed]
        self._came_late = any(known.since is not None and known.since > known.at for known in self.answered)

    def before_answer(self, judged: Known, rules: Iterable[AlertRule], *, seen: datetime | None = None) -> list[Entry]:
        """What an answer is held against by these rules, oldest first, itself left out.

        ``seen`` is when somebody looks, if what was not known then, or is no more, is to be told apart.
        """
        answered = self._known(judged.at, seen)
        low = bisect_left(answered, judged.at - HORIZON, key=_moment)
        recent = _entries(answered[low:], judged.id)
        reach, firsts = look_back(rules, recent, judged.entry)
        if reach > HORIZON:
            low = bisect_left(answered, judged.at - reach, key=_moment)
            recent = _entries(answered[low:], judged.id)
        return [*_first_of(firsts, answered[:low], judged.entry), *recent]

    def before_silence(self, at: datetime, respondent: Respondent, *, seen: datetime | None = None) -> list[Entry]:
        """What a silence whose window closed at ``at`` is held against: the last answer, and what was missed since."""
        mine = (known for known in reversed(self._known(at, seen)) if known.entry.respondent is respondent)
        last = next((known for known in mine if known.entry.heard), None)
        low = bisect_left(self._missed_at, last.at) if last else 0
        missed = self.missed[low : bisect_left(self._missed_at, at)]
        silences = [known.entry for known in missed if known.entry.respondent is respondent and _silent(known, seen)]
        return [last.entry, *silences] if last else silences

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


def _moment(known: Known) -> datetime:
    return known.at


def _entries(answered: Iterable[Known], without: str) -> list[Entry]:
    return [known.entry for known in answered if known.id != without]


def _first_of(items: Iterable[ItemFacts], answered: Iterable[Known], judged: Entry) -> list[Entry]:
    """The entries in which each item was answered with a number for the first time, of those that compare."""
    found, wanted = [], list(items)
    for known in answered:
        if not wanted:
            break
        if comparable(known.entry, judged):
            left = [facts for facts in wanted if not _answers(known.entry, facts, judged)]
            if len(left) < len(wanted):
                found.append(known.entry)
                wanted = left
    return found


def _answers(entry: Entry, facts: ItemFacts, judged: Entry) -> bool:
    """Whether an entry answers the item with a number; "Prefer not to answer" is none."""
    if facts.code and entry.items is judged.items and entry.number(facts.link_id) is not None:
        return True  # as most do, and so asked first
    return any(entry.number(link) is not None for link in links_in(entry, facts, judged.questionnaire))


def _silent(known: Known, seen: datetime | None) -> bool:
    """Whether it was a silence, as was known when somebody looked."""
    if seen is None:
        return True
    return (known.since is None or known.since <= seen) and (known.until is None or seen < known.until)
