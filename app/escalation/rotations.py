"""People who take turns: the shifts that a rotation amounts to, by the wall clock of its zone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.escalation.oncall import Shift, ShiftRole, Team
from app.zones import instant, wall_clock

LONGEST_TURN = 90
"""The most days that a turn may last."""

_DAY = timedelta(days=1)
# A zone may skip a whole day, so that one local day can reach two days back from the next.
_REACHES_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Turns:
    """A rotation: ``members`` have the role in turn, ``turn_days`` days each, the first from ``starts_on`` on.

    A day begins at ``hand_over_at`` and ends at the next one, or at ``until_at`` (on the next day where that is not
    later). ``days`` are the weekdays on which a day may begin, Monday is 0; ``None`` is all. ``ends_on`` is the first
    day that is not covered any more. Times are the zone's wall clock.
    """

    role: ShiftRole
    members: tuple[str, ...]
    starts_on: date
    hand_over_at: time
    turn_days: int = 7
    until_at: time | None = None
    days: frozenset[int] | None = None
    ends_on: date | None = None

    def shifts(self, zone: str, since: datetime, until: datetime) -> list[Shift]:
        """The shifts that touch a stretch between two aware moments, in order; what adjoins is one shift.

        Both ends of each day are found in the same way, so that a turn at a change of the clocks ends in the very
        moment in which the next begins: a wall clock that shows a time twice means its first, one that jumps over it
        the first moment after.
        """
        first = max(self.starts_on, wall_clock(since, zone).date() - _REACHES_BACK)
        last = wall_clock(until, zone).date()
        pieces = (piece for day in _days(first, last) if (piece := self._on(day, zone)) is not None)
        return _joined([piece for piece in pieces if piece.ends_at > since and piece.starts_at < until])

    def _on(self, day: date, zone: str) -> Shift | None:
        if self.ends_on is not None and day >= self.ends_on:
            return None
        if self.days is not None and day.weekday() not in self.days:
            return None
        until_at = self.until_at or self.hand_over_at
        ends_on = day + _DAY if until_at <= self.hand_over_at else day
        starts_at = instant(datetime.combine(day, self.hand_over_at), zone)
        ends_at = instant(datetime.combine(ends_on, until_at), zone)
        turn = (day - self.starts_on).days // self.turn_days
        if starts_at >= ends_at:  # the clocks jump over all of it: there is nothing to cover
            return None
        return Shift(self.members[turn % len(self.members)], self.role, starts_at, ends_at)


@dataclass(frozen=True, slots=True)
class Rota:
    """All that is planned on one schedule. Each of ``stand_ins`` replaces whoever would have its role."""

    zone: str
    team: Team = Team.CLINIC
    shifts: Sequence[Shift] = ()
    turns: Sequence[Turns] = ()
    stand_ins: Sequence[Shift] = ()

    def duties(self, since: datetime, until: datetime, there: frozenset[str]) -> list[Shift]:
        """Who has which role when, between two moments. Only those who are ``there`` count, also as a stand-in.

        A stand-in who has left replaces nobody: whoever was planned is on duty again.
        """
        planned = [*self.shifts, *(shift for turns in self.turns for shift in turns.shifts(self.zone, since, until))]
        for stand_in in self.stand_ins:
            if stand_in.practitioner_id in there:
                planned = [*_without(planned, stand_in), stand_in]
        wanted = (s for s in planned if s.practitioner_id in there and s.ends_at > since and s.starts_at < until)
        return sorted(wanted, key=lambda shift: (shift.starts_at, shift.practitioner_id))


def duties_by_team(
    rotas: Iterable[Rota], since: datetime, until: datetime, there: frozenset[str]
) -> dict[Team, list[Shift]]:
    """Who has which role when in each team, between two moments; every team has its list."""
    found: dict[Team, list[Shift]] = {team: [] for team in Team}
    for rota in rotas:
        found[rota.team] += rota.duties(since, until, there)
    return found


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * n for n in range((last - first).days + 1))


def _joined(pieces: Iterable[Shift]) -> list[Shift]:
    joined: list[Shift] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and last.practitioner_id == piece.practitioner_id and last.ends_at == piece.starts_at:
            joined[-1] = replace(last, ends_at=piece.ends_at)
        else:
            joined.append(piece)
    return joined


def _without(planned: Iterable[Shift], stand_in: Shift) -> Iterator[Shift]:
    """What is left of the shifts of the same role when one of them is somebody else's."""
    for shift in planned:
        if shift.role != stand_in.role or shift.ends_at <= stand_in.starts_at or stand_in.ends_at <= shift.starts_at:
            yield shift
            continue
        if shift.starts_at < stand_in.starts_at:
            yield replace(shift, ends_at=stand_in.starts_at)
        if stand_in.ends_at < shift.ends_at:
            yield replace(shift, starts_at=stand_in.ends_at)
