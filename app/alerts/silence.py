"""Conditions on what did not come: check-ins missed, and silence. Over all check-ins of one respondent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.alerts.entries import Entry
from app.alerts.history import History
from app.alerts.logic import FALSE, UNKNOWN, Basis, Evidence, Scene, Verdict
from app.alerts.wording import Clause, Wording


@dataclass(frozen=True, slots=True)
class MissedInARow:
    """The judged check-in and those before it, ``count`` or more, were missed; open and cancelled ones are left out.

    Counting starts at enrolment, as for ``SilentFor``.
    """

    count: int
    within: timedelta | None = None

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        judged = scene.history.judged
        if not judged.missed:
            return FALSE
        run = [judged, *missed_before(scene.history)]
        if len(run) < self.count:
            return FALSE
        if self.within is not None and judged.authored_at - run[self.count - 1].authored_at > self.within:
            return FALSE
        last = last_heard(scene.history)
        clause = _missed(len(run), last.authored_at if last else None, judged.authored_at)
        return Verdict(True, (Evidence(Basis.SILENCE, clause, values={"missed": len(run)}),))


@dataclass(frozen=True, slots=True)
class SilentFor:
    """Nothing was heard for so long before the judged entry, counted from the last answer or from enrolment."""

    length: timedelta

    def judge(self, scene: Scene) -> Verdict:
        """Decide; unknown while neither an answer nor the enrolment says since when."""
        history = scene.history
        if history.judged.heard:
            return FALSE
        last = last_heard(history)
        known = [moment for moment in (last.authored_at if last else None, history.enrolled_at) if moment]
        # With neither, the silence is at least as old as the first check-in that we know of.
        since = max(known) if known else (*history.mine, history.judged)[0].authored_at
        silence = history.judged.authored_at - since
        if silence < self.length:
            return FALSE if known else UNKNOWN
        clause = _silent(silence, last.authored_at if last else None, history.judged.authored_at)
        return Verdict(True, (Evidence(Basis.SILENCE, clause, values={"silent_since": since.isoformat()}),))


@dataclass(frozen=True, slots=True)
class MissedAfterRed:
    """The judged check-in was missed, and the last answer before it was red."""

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        judged, last = scene.history.judged, last_heard(scene.history)
        if not judged.missed or last is None or not scene.was_red(last):
            return FALSE
        clause = _after_red(last.authored_at, judged.authored_at)
        return Verdict(True, (Evidence(Basis.SILENCE, clause, values={"red_at": last.authored_at.isoformat()}),))


def last_heard(history: History) -> Entry | None:
    """The latest earlier entry in which the person answered."""
    return next((entry for entry in reversed(history.mine) if entry.heard), None)


def missed_before(history: History) -> Iterator[Entry]:
    """The check-ins missed just before the judged one, latest first, up to the last answer or to enrolment."""
    for entry in reversed(history.mine):
        if entry.heard or (history.enrolled_at is not None and entry.authored_at < history.enrolled_at):
            return
        if entry.missed:
            yield entry


def _missed(count: int, last: datetime | None, today: datetime) -> Clause:
    return lambda say: say.missed(count, last, today)


def _silent(length: timedelta, last: datetime | None, today: datetime) -> Clause:
    return lambda say: say.silent(length, last, today)


def _after_red(red_at: datetime, today: datetime) -> Clause:
    def word(say: Wording) -> str:
        return say.say("silent_after_red", day=say.day(red_at, today))

    return word
