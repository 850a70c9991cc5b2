"""Who is on call at a moment, and where nobody is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.escalation.policy import Target


class ShiftRole(StrEnum):
    """What a person on a shift is there for."""

    ON_CALL = "on_call"
    BACKUP = "backup"


class Team(StrEnum):
    """Whose rota it is: the clinic's, or the hospice's or home team's, for people whose care is about comfort."""

    CLINIC = "clinic"
    COMFORT = "comfort"


def team_for(intent: str | None) -> Team:
    """The team of somebody whose care has this intent."""
    return Team.COMFORT if intent == Team.COMFORT else Team.CLINIC


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's time on duty, from ``starts_at`` (included) to ``ends_at`` (not included), both aware."""

    practitioner_id: str
    role: ShiftRole
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether the person is on duty at that moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a page goes to. ``fallback``: the site's fallback contact is told, because nobody else is there."""

    practitioner_ids: tuple[str, ...]
    fallback: bool = False


def who(shifts: Iterable[Shift], role: ShiftRole | str, at: datetime) -> tuple[str, ...]:
    """The practitioners on duty in that role, each once; whose shift began first comes first."""
    found = sorted((s for s in shifts if s.role == role and s.covers(at)), key=lambda shift: shift.starts_at)
    return tuple(dict.fromkeys(shift.practitioner_id for shift in found))


def of_team(by_team: Mapping[Team, Sequence[Shift]], team: Team, at: datetime) -> list[Shift]:
    """The shifts to page by for a team's people: role by role the clinic's, where the team has nobody then."""
    own, clinic = by_team.get(team, ()), by_team.get(Team.CLINIC, ())
    return [s for role in ShiftRole for s in (own if who(own, role, at) else clinic) if s.role == role]


def covered(shifts: Iterable[Shift], at: datetime) -> bool:
    """Whether somebody is on call (a backup alone does not count)."""
    return bool(who(shifts, ShiftRole.ON_CALL, at))


def gaps(
    shifts: Iterable[Shift], start: datetime, end: datetime, *, role: ShiftRole | str = ShiftRole.ON_CALL
) -> list[tuple[datetime, datetime]]:
    """The stretches between two moments in which nobody has that role, in order; empty when all is covered."""
    found = []
    reached = start
    for shift in sorted((s for s in shifts if s.role == role), key=lambda shift: shift.starts_at):
        if shift.starts_at >= end:
            break
        if shift.starts_at > reached:
            found.append((reached, shift.starts_at))
        reached = max(reached, shift.ends_at)
    if reached < end:
        found.append((reached, end))
    return found


def recipients(
    targets: Sequence[Target],
    shifts: Sequence[Shift],
    at: datetime,
    *,
    owner: str | None = None,
    everyone: Sequence[str] = (),
) -> Recipients:
    """Turn targets into people, looked up now. ``everyone`` are the site's active nurses.

    An owner who is not known is replaced by whoever is on call. Where a target finds nobody, the site's fallback
    contact is told as well: a page never goes to no one.
    """
    found: dict[str, None] = {}
    fallback = False
    for target in targets:
        ids = _people(target, shifts, at, owner, everyone)
        fallback = fallback or not ids
        found.update(dict.fromkeys(ids))
    return Recipients(tuple(found), fallback)


def _people(
    target: Target, shifts: Sequence[Shift], at: datetime, owner: str | None, everyone: Sequence[str]
) -> Sequence[str]:
    match target:
        case Target.OWNER if owner:
            return (owner,)
        case Target.OWNER | Target.ON_CALL:
            return who(shifts, ShiftRole.ON_CALL, at)
        case Target.BACKUP:
            return who(shifts, ShiftRole.BACKUP, at)
        case Target.EVERYONE:
            return everyone
        case Target.FALLBACK:
            return ()
