"""Who is on call at a site: now, over a week, and where nobody is who could be paged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.db import Database, site_scope
from app.errors import NotFound
from app.escalation.models import rotas_of
from app.escalation.oncall import Shift as Duty
from app.escalation.oncall import ShiftRole, Team, gaps
from app.escalation.rotations import LONGEST_TURN, duties_by_team
from app.tables import Membership, OnCallSchedule, Practitioner, Rotation, Shift, ShiftOverride, Site
from app.zones import instant, wall_clock

_WEEK = 7
_DAY = timedelta(days=1)
_SHOWN = 50  # rows of one kind of a rota; nobody plans more by hand

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Cover:
    """Who is on duty between two moments, and the ``gaps``: stretches without anybody on call who can be paged.

    ``reachable`` are the people whose telephone takes pages.
    """

    duties: tuple[Duty, ...]
    gaps: tuple[Stretch, ...]
    reachable: frozenset[str]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One person's part of a day, or, without a ``name``, a part in which nobody is there."""

    starts_at: datetime
    ends_at: datetime
    name: str
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of one team: who is there in each role, in order."""

    day: date
    roles: Mapping[ShiftRole, tuple[OnDuty, ...]]


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """One team: who is there ``now`` by role, seven days from today on, and the gaps among them."""

    team: Team
    now: Mapping[ShiftRole, tuple[OnDuty, ...]]
    days: tuple[Day, ...]
    gaps: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One line of a rota's plan: a rotation (``members`` take turns), a stand-in or a shift made by hand."""

    id: str
    role: str
    names: tuple[str, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rotation: Rotation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One rota and what is planned on it from now on."""

    id: str
    name: str
    zone: str
    team: Team
    rotations: tuple[Planned, ...]
    stand_ins: tuple[Planned, ...]
    shifts: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class OnCall:
    """The on-call page of a site. ``staff`` are those who can be put on duty: id and name."""

    zone: str
    teams: tuple[TeamWeek, ...]
    schedules: tuple[Schedule, ...]
    staff: tuple[tuple[str, str], ...]


def read_on_call(db: Database, *, site_id: str, now: datetime) -> OnCall:
    """The week from today on by the site's clock, and all plans that still matter. Changes nothing."""
    with db.reading(site_scope(site_id)) as session:
        site = session.get(Site, site_id)
        assert site is not None
        today = wall_clock(now, site.time_zone).date()
        midnights = [instant(datetime.combine(today + _DAY * n, time()), site.time_zone) for n in range(_WEEK + 1)]
        names = {person.id: person.name for person in _people(session, site_id)}
        rows = session.scalars(select(OnCallSchedule).order_by(OnCallSchedule.created_at, OnCallSchedule.id)).all()
        shown = [Team.CLINIC, *({Team(row.team) for row in rows} - {Team.CLINIC})]
        # A turn that is under way may last longer than the week: it is told when it really ends.
        until = midnights[-1] + timedelta(days=LONGEST_TURN)
        covers = {team: cover_of(session, site_id, midnights[0], until, team=team) for team in shown}
        return OnCall(
            zone=site.time_zone,
            teams=tuple(_week(team, cover, today, midnights, names, now) for team, cover in covers.items()),
            schedules=tuple(_schedule(session, row, names, now) for row in rows),
            staff=tuple((p.id, p.name) for p in _people(session, site_id) if p.active and p.phone_index),
        )


def read_cover(db: Database, *, site_id: str, schedule_id: str, since: datetime, until: datetime) -> Cover:
    """Who is on duty on one rota between two moments, and its gaps; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        if session.get(OnCallSchedule, schedule_id) is None:
            raise NotFound("there is no such schedule")
        return cover_of(session, site_id, since, until, schedule_id=schedule_id)


def cover_of(
    session: Session,
    site_id: str,
    since: datetime,
    until: datetime,
    *,
    team: Team = Team.CLINIC,
    schedule_id: str | None = None,
) -> Cover:
    """Who of a team, or on one rota, is on duty between two moments; the session may see every site."""
    own = select(OnCallSchedule).where(OnCallSchedule.site_id == site_id)
    one = OnCallSchedule.team == team if schedule_id is None else OnCallSchedule.id == schedule_id
    schedules = session.scalars(own.where(one).order_by(OnCallSchedule.id)).all()
    ids = [schedule.id for schedule in schedules]
    shifts = select(Shift).where(Shift.schedule_id.in_(ids), Shift.ends_at > since, Shift.starts_at < until)
    rotations = select(Rotation).where(Rotation.schedule_id.in_(ids))
    rotas = rotas_of(
        schedules, session.scalars(shifts), session.scalars(rotations),
        session.scalars(_stand_ins(ids, since)),
    )  # fmt: skip
    people = [person for person in _people(session, site_id) if person.active]
    by_team = duties_by_team(rotas, since, until, frozenset(person.id for person in people))
    duties = [duty for found in by_team.values() for duty in found]
    reachable = frozenset(p.id for p in people if p.phone_index and p.phone_status == "active")
    able = [duty for duty in duties if duty.practitioner_id in reachable]
    return Cover(tuple(duties), tuple(gaps(able, since, until)), reachable)


def _stand_ins(ids: Sequence[str], since: datetime) -> Select[ShiftOverride]:
    wanted = select(ShiftOverride).where(
        ShiftOverride.schedule_id.in_(ids), ShiftOverride.removed_at.is_(None), ShiftOverride.ends_at > since
    )
    return wanted.order_by(ShiftOverride.starts_at, ShiftOverride.id)


def _people(session: Session, site_id: str) -> Sequence[Practitioner]:
    joined = select(Practitioner).join(Membership, Membership.practitioner_id == Practitioner.id)
    in_order = joined.where(Membership.site_id == site_id).order_by(Practitioner.created_at, Practitioner.id)
    return session.scalars(in_order).all()


def _week(
    team: Team,
    cover: Cover,
    today: date,
    midnights: Sequence[datetime],
    names: Mapping[str, str],
    now: datetime,
) -> TeamWeek:
    there = {
        role: tuple(
            OnDuty(duty.starts_at, duty.ends_at, names[duty.practitioner_id], duty.practitioner_id in cover.reachable)
            for duty in cover.duties
            if duty.role == role and duty.covers(now)
        )
        for role in ShiftRole
    }
    days = tuple(
        Day(today + _DAY * n, {role: tuple(_parts(cover, role, starts, ends, names)) for role in ShiftRole})
        for n, (starts, ends) in enumerate(pairwise(midnights))
    )
    week = midnights[-1]
    ahead = tuple((max(start, now), min(end, week)) for start, end in cover.gaps if end > now and start < week)
    return TeamWeek(team, there, days, ahead)


def _parts(
    cover: Cover, role: ShiftRole, starts: datetime, ends: datetime, names: Mapping[str, str]
) -> Iterator[OnDuty]:
    """Who has a role in one day, and where nobody has, in order."""
    own = [d for d in cover.duties if d.role == role and d.ends_at > starts and d.starts_at < ends]
    able = [d for d in own if d.practitioner_id in cover.reachable]
    parts = [
        OnDuty(
            max(d.starts_at, starts), min(d.ends_at, ends), names[d.practitioner_id],
            d.practitioner_id in cover.reachable,
        )
        for d in own
    ]  # fmt: skip
    parts += [OnDuty(start, end, "") for start, end in gaps(able, starts, ends, role=role)]
    return iter(sorted(parts, key=lambda part: (part.starts_at, part.name)))


def _schedule(session: Session, row: OnCallSchedule, names: Mapping[str, str], now: datetime) -> Schedule:
    today = wall_clock(now, row.time_zone).date()
    rotations = session.scalars(select(Rotation).where(Rotation.schedule_id == row.id).order_by(Rotation.created_at))
    stand_ins = session.scalars(_stand_ins([row.id], now).limit(_SHOWN))
    shifts = select(Shift).where(Shift.schedule_id == row.id, Shift.ends_at > now)
    return Schedule(
        id=row.id, name=row.name, zone=row.time_zone, team=Team(row.team),
        rotations=tuple(
            Planned(id=r.id, role=r.role, names=tuple(names.get(m, "?") for m in r.members), rotation=r)
            for r in rotations
            if r.ends_on is None or r.ends_on >= today
        ),
        stand_ins=tuple(_by_hand(s, names) for s in stand_ins),
        shifts=tuple(
            _by_hand(s, names) for s in session.scalars(shifts.order_by(Shift.starts_at, Shift.id).limit(_SHOWN))
        ),
    )  # fmt: skip


def _by_hand(row: Shift | ShiftOverride, names: Mapping[str, str]) -> Planned:
    return Planned(
        id=row.id, role=row.role, names=(names.get(row.practitioner_id, "?"),), starts_at=row.starts_at,
        ends_at=row.ends_at,
    )  # fmt: skip
