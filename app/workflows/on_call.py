"""Who is on call at a site, in which team, and by when somebody there can honestly be promised."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.db import Session, scope_of
from app.escalation import store as escalation
from app.escalation.oncall import Shift, ShiftRole, Team, gaps, team_for, who
from app.escalation.rotations import duties_by_team
from app.staff import store as staff
from app.staff.models import Practitioner

_AROUND = timedelta(days=2)
_CONTACT_WITHIN = timedelta(hours=2)


def load_shifts(session: Session, now: datetime, *, team: Team = Team.CLINIC) -> list[Shift]:
    """The shifts of one team around a moment: those made by hand, turns of rotations, and stand-ins."""
    return _duties(session, now - _AROUND, now + _AROUND, _members(session))[team]


def load_teams(session: Session, now: datetime, members: Sequence[Practitioner]) -> dict[Team, list[Shift]]:
    """The shifts of every team around a moment; ``members`` are the site's active staff.

    Of the comfort team only those who can be paged count: for its people the clinic is there as well.
    """
    found = _duties(session, now - _AROUND, now + _AROUND, members)
    found[Team.COMFORT] = _who_can_be_paged(found[Team.COMFORT], members)
    return found


def load_cover(session: Session, since: datetime, until: datetime, *, team: Team = Team.CLINIC) -> list[Shift]:
    """Who can really be paged between two moments: on duty, still there, and with a telephone that takes texts.

    For people of the comfort team the clinic's shifts count as well: it is paged where that team has nobody.
    """
    members = _members(session)
    found = _duties(session, since, until, members)
    wanted = found[Team.CLINIC] if team is Team.CLINIC else [*found[team], *found[Team.CLINIC]]
    return _who_can_be_paged(wanted, members)


def contact_by(
    session: Session, now: datetime, *, since: datetime | None = None, intent: str | None = None
) -> datetime | None:
    """By when somebody on call will have made contact about what is red ``since`` then (now, if it has just come in).

    ``None`` unless that is still to come and shifts of the team that a person with this ``intent`` belongs to cover
    all the time until then: nothing else may be promised.
    """
    by = (since or now) + _CONTACT_WITHIN
    if by <= now:
        return None
    cover = load_cover(session, now, by, team=team_for(intent))
    return None if gaps(cover, now, by, role=ShiftRole.ON_CALL) else by


def is_on_shift(session: Session, now: datetime, *, intent: str | None = None) -> bool:
    """Whether somebody who can be paged is on call this moment, in the team of a person with this ``intent``."""
    cover = load_cover(session, now, now + timedelta(minutes=1), team=team_for(intent))
    return bool(who(cover, ShiftRole.ON_CALL, now))


def _duties(
    session: Session, since: datetime, until: datetime, members: Sequence[Practitioner]
) -> dict[Team, list[Shift]]:
    rotas = escalation.list_rotas(session, since=since, until=until)
    return duties_by_team(rotas, since, until, frozenset(person.id for person in members))


def _members(session: Session) -> list[Practitioner]:
    """Whoever is still at the site: nobody else can be on duty."""
    return [person for person, _ in staff.list_members(session, site_id=scope_of(session))]


def _who_can_be_paged(shifts: Sequence[Shift], members: Sequence[Practitioner]) -> list[Shift]:
    reachable = {person.id for person in members if person.phone_index and person.phone_status == "active"}
    return [shift for shift in shifts if shift.practitioner_id in reachable]
