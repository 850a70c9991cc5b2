"""Play a synthetic cohort through the real service on a fast clock: from one due moment to the next, never waiting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial

from app.cohort.clinic import ZONE
from app.cohort.nurses import Nurse, Team
from app.cohort.patients import Patients
from app.cohort.people import Persona
from app.cohort.stage import Agenda, FastClock, Handsets
from app.jobs.ticks import Tick, Ticks
from app.reports.cohort import next_due
from app.workflows.service import Service
from app.zones import instant, wall_clock

_ROUND, _A_DAY, _AN_INSTANT = timedelta(hours=12), timedelta(days=1), timedelta(microseconds=1)
_LOOKS_AT_LIST = time(9, 20)
_WEEKEND = 5
_ROUNDS = 1000
_MAY_WAIT = {"reassess"}
"""Stages that put off what is due, such as a question that waits for a check-in."""

Progress = Callable[[datetime], None]
"""Told the moment that the play has come to."""


@dataclass(frozen=True, slots=True)
class Played:
    """How a play went: what people said, what nurses wrote that was refused, stages that left due work undone."""

    said: int
    refused: int
    stuck: tuple[str, ...]


def on_stage(service: Service, start: datetime) -> Service:
    """The same service with a clock that jumps, standing at ``start``."""
    return replace(service, clock=FastClock(start))


def play(
    service: Service,
    *,
    site_id: str,
    people: Sequence[Persona],
    numbers: Mapping[str, int],
    nurses: Sequence[Nurse],
    seed: int,
    days: int,
    leave_from: datetime | None = None,
    progress: Progress = lambda at: None,
) -> Played:
    """Let a cohort that is registered live for so many days with the service. Whatever a stage raises comes out here.

    ``service`` is ``on_stage``, at the first day. It ends where the last day does. From ``leave_from`` on nurses close
    nothing.
    """
    clock = service.clock
    assert isinstance(clock, FastClock)
    agenda, handsets = Agenda(), Handsets()
    start = wall_clock(clock.now(), ZONE).date()
    patients = Patients.of(service, site_id, agenda, people, start, days)
    phones = {person.number: person.phone for person in people}
    team = Team(
        service, site_id, agenda, nurses, str(seed), ZONE, numbers,
        lambda number, symptoms, share: patients.help(phones[number], symptoms, share), leave_from,
    )  # fmt: skip
    for day in (day for day in range(days) if (start + timedelta(days=day)).weekday() < _WEEKEND):
        at = instant(datetime.combine(start + timedelta(days=day), _LOOKS_AT_LIST), ZONE)
        agenda.add(at, "n", partial(team.look_at_list, nurses[day % len(nurses)]))
    rung = _Bell()
    before, service.db.on_commit = service.db.on_commit, rung.ring
    ticks = Ticks(service, handsets, "cohort")
    try:
        played = _Play(service, site_id, clock, agenda, handsets, patients, team, ticks.all, rung)
        played.run(days, progress)
    finally:
        ticks.close()
        service.db.on_commit = before
    return Played(patients.said, team.refused, tuple(sorted((played.stuck_ever | played.stuck) - _MAY_WAIT)))


@dataclass(slots=True)
class _Bell:
    """Rung by a commit that queued a text."""

    rang: bool = False

    def ring(self) -> None:
        self.rang = True


@dataclass(slots=True)
class _Play:
    service: Service
    site_id: str
    clock: FastClock
    agenda: Agenda
    handsets: Handsets
    patients: Patients
    team: Team
    ticks: Sequence[Tick]
    bell: _Bell
    stages: frozenset[str] = frozenset()
    stuck: set[str] = field(default_factory=set)
    stuck_ever: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stages = frozenset(tick.stage for tick in self.ticks)

    def run(self, days: int, progress: Progress) -> None:
        """Go on until the last day is over."""
        end = self.clock.now() + days * _A_DAY
        round_at = self.clock.now()
        while True:
            due = self._settle()
            at = min([round_at, *due.values(), *([self.agenda.next_at] if self.agenda.next_at else [])])
            if at > end:
                break
            self.clock.set(at)
            if at >= round_at:
                self._all_stages()
                round_at = self.clock.now() + _ROUND
                progress(self.clock.now())
            while act := self.agenda.take(self.clock.now()):
                act()
                # No two things happen at the very same moment: which came first would be known to nobody afterwards.
                self.clock.set(self.clock.now() + _AN_INSTANT)
                if self.bell.rang:
                    self._settle()
        self.clock.set(end)

    def _settle(self) -> dict[str, datetime]:
        """Run the stages that have work now until they are at rest, and let everybody see what came of it.

        Returns when each is due next. A stage that leaves what is due is not tried again before the next round.
        """
        left: dict[str, datetime] = {}
        while True:
            self.bell.rang = False
            due = next_due(self.service.db, site_id=self.site_id)
            self.stuck |= {stage for stage, at in left.items() if due.get(stage) == at}
            due = {stage: at for stage, at in due.items() if stage not in self.stuck and stage in self.stages}
            ready = {stage for stage, at in due.items() if at <= self.clock.now()}
            left = {tick.stage: due[tick.stage] for tick in self.ticks if tick.stage in ready and not tick.run()}
            self._read()
            if not ready:
                return due

    def _all_stages(self) -> None:
        """Now and then every stage has its turn, also those that wait for nothing that we look for."""
        self.stuck_ever |= self.stuck
        self.stuck.clear()
        for tick in self.ticks:
            for _ in range(_ROUNDS):
                if not tick.run():
                    break
        self._read()

    def _read(self) -> None:
        arrived = self.handsets.read()
        if arrived:
            self.patients.read(arrived)
            self.team.read(arrived)
