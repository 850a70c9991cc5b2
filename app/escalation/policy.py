"""Which nurse is paged now, and when the ladder moves next, decided from where an alert stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.durations import duration
from app.escalation.hours import ClinicHours

ROUNDS = 4
"""How often the last step is repeated before the site's fallback contact is told."""

SETTLED_AT_MOST = timedelta(days=30)
"""No longer than that what was closed may keep quiet."""

_HOURLY = timedelta(hours=1)
_OWNER_HAS = timedelta(minutes=15)
_DAILY = timedelta(days=1)
_CLOSE_WITHIN = timedelta(days=2)
_POLICY_KEYS = {"clock", "steps", "repeat", "acknowledge_within", "resolve_within", "settled_for"}


class Target(StrEnum):
    """Whom a step pages. Persons are looked up when the step is taken."""

    ON_CALL = "on_call"
    BACKUP = "backup"
    EVERYONE = "everyone"
    OWNER = "owner"
    FALLBACK = "fallback"


class ClockKind(StrEnum):
    """By which clock an alert's times are counted."""

    WALL = "wall"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step: whom to page, and how long after the step before (the first: after the alert was triggered)."""

    page: Target
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """The order of nurses for one tier. Without steps nobody is paged by the clock.

    ``settled_for`` is how long what was closed, and is no worse, opens no new alert.
    """

    clock: ClockKind
    steps: tuple[EscalationStep, ...]
    repeat: timedelta | None = None
    acknowledge_within: timedelta | None = None
    resolve_within: timedelta = _CLOSE_WITHIN
    settled_for: timedelta = timedelta(0)

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | EscalationPolicy") -> "EscalationPolicy":
        """Make a policy from one tier's mapping, also from a stored snapshot; ``ValueError`` says what is wrong.

        An alert that somebody has taken must end some time, so ``resolve_within`` is two days unless given.
        """
        if isinstance(data, EscalationPolicy):
            return data
        unknown = set(data) - _POLICY_KEYS
        if unknown:
            raise ValueError(f"Unknown key in an escalation: {', '.join(sorted(map(str, unknown)))}.")
        policy = cls(
            clock=ClockKind(data.get("clock", ClockKind.WALL)),
            steps=tuple(_step(step) for step in data.get("steps") or ()),
            repeat=_optional(data.get("repeat")),
            acknowledge_within=_optional(data.get("acknowledge_within")),
            resolve_within=duration(data.get("resolve_within", _CLOSE_WITHIN)),
            settled_for=duration(data.get("settled_for", timedelta(0))),
        )
        lengths = (policy.repeat, policy.acknowledge_within, policy.resolve_within)
        if any(length is not None and length <= timedelta(0) for length in lengths):
            raise ValueError("repeat, acknowledge_within and resolve_within must be longer than nothing.")
        if policy.settled_for > SETTLED_AT_MOST:
            raise ValueError(f"settled_for is at most {SETTLED_AT_MOST.days} days.")
        return policy

    @property
    def repeats(self) -> tuple[timedelta, Target]:
        """How often, and to whom, the last page is repeated while nobody acknowledges."""
        if self.repeat is not None or self.acknowledge_within is None:
            return self.repeat or _HOURLY, self.steps[-1].page
        # With a time to acknowledge and no repeat, the time passing once more pages the backup once more.
        return self.acknowledge_within, Target.BACKUP


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where an alert stands on its ladder.

    ``triggered_at`` is when it was opened, or set back to the first step. ``step`` counts the steps taken; beyond the
    policy's own it counts the pages about an alert that somebody took and did not finish. ``round`` counts the
    repeats of the last step. ``exhausted``: the fallback contact has been told.
    """

    triggered_at: datetime
    step: int = 0
    round: int = 0
    last_step_at: datetime | None = None
    exhausted: bool = False
    acknowledged: bool = False
    contacted_at: datetime | None = None

    @property
    def contacted(self) -> bool:
        """Whether contact was recorded since the alert was triggered: that is what its time limit is about."""
        return self.contacted_at is not None and self.contacted_at >= self.triggered_at


@dataclass(frozen=True, slots=True)
class Action:
    """What to do now. ``targets`` is empty when it is not time yet; ``ladder`` is where the alert then stands.

    ``alarm`` tells that the fallback contact is told for the first time: the site's alarm goes off.
    """

    targets: tuple[Target, ...]
    next_action_at: datetime
    ladder: Ladder
    alarm: bool = False


def next_action(
    policy: EscalationPolicy | Mapping[str, Any], ladder: Ladder, now: datetime, hours: ClinicHours | None = None
) -> Action | None:
    """Decide whom to page now, and when to look again; ``None`` where a tier has no steps.

    ``hours`` are the clinic's, for a tier on the clinic's clock: it stands still while the clinic is closed, and nobody
    is paged then. Without hours the clinic counts as always open. After an outage one page goes out, and the following
    ones count from it: no volley of pages for the time that was lost.
    """
    chosen = EscalationPolicy.from_mapping(policy)
    if not chosen.steps:
        return None
    clock = _Clock(hours if chosen.clock is ClockKind.CLINIC else None)
    move = _next_move(chosen, ladder, clock, now)
    due = move.due if move.due > now else clock.opening(now)
    if due > now:
        return Action((), due, ladder)
    after = replace(ladder, step=move.step, round=move.round, exhausted=move.exhausted, last_step_at=now)
    following = _next_move(chosen, after, clock, now)
    return Action(move.targets, max(following.due, now), after, alarm=after.exhausted and not ladder.exhausted)


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock that stands still while the clinic is closed; without hours, any clock."""

    hours: ClinicHours | None

    def add(self, at: datetime, length: timedelta) -> datetime:
        return self.hours.add_open_time(at, length) if self.hours else at + length

    def opening(self, at: datetime) -> datetime:
        return self.hours.next_open(at) if self.hours else at


@dataclass(frozen=True, slots=True)
class _Move:
    """A page that is due at some time, and where it leaves the ladder."""

    due: datetime
    targets: tuple[Target, ...]
    step: int
    round: int
    exhausted: bool


def _next_move(policy: EscalationPolicy, ladder: Ladder, clock: _Clock, now: datetime) -> _Move:
    if ladder.acknowledged:
        return _overdue(policy, ladder, clock)
    move = _rung(policy, ladder, clock)
    if policy.acknowledge_within is None:
        return move
    deadline = clock.add(ladder.triggered_at, policy.acknowledge_within)
    told = ladder.last_step_at is not None and ladder.last_step_at >= deadline
    if told or now < deadline >= move.due:
        return move
    if move.due <= now:
        return replace(move, targets=tuple(dict.fromkeys((*move.targets, Target.BACKUP))))
    # The backup hears of it in between two steps; once the steps are through, that is a repeat like any other.
    repeated = ladder.round + (ladder.step >= len(policy.steps))
    return _Move(deadline, (Target.BACKUP,), ladder.step, repeated, ladder.exhausted)


def _rung(policy: EscalationPolicy, ladder: Ladder, clock: _Clock) -> _Move:
    """The next step while nobody has acknowledged: the steps, four repeats, then the fallback contact every hour."""
    last = ladder.last_step_at if ladder.step and ladder.last_step_at else ladder.triggered_at
    if ladder.step < len(policy.steps):
        step = policy.steps[ladder.step]
        return _Move(clock.add(last, step.after), (step.page,), ladder.step + 1, ladder.round, ladder.exhausted)
    interval, target = policy.repeats
    if ladder.round < ROUNDS:
        return _Move(clock.add(last, interval), (target,), ladder.step, ladder.round + 1, ladder.exhausted)
    wait = _HOURLY if ladder.exhausted else interval
    return _Move(clock.add(last, wait), (target, Target.FALLBACK), ladder.step, ladder.round + 1, exhausted=True)


def _overdue(policy: EscalationPolicy, ladder: Ladder, clock: _Clock) -> _Move:
    """The next page about an alert that somebody took: its owner, 15 minutes later on call, then both and the backup.

    The backup, because the owner may be the one who is on call. That comes again every hour by the wall clock, every
    day by the clinic's, and after four rounds goes to everyone. Recorded contact meets the time limit: then only the
    owner is reminded to close the alert, after two days, and daily from then on.
    """
    targets: tuple[Target, ...]
    stage = max(0, ladder.step - len(policy.steps))
    last = ladder.last_step_at or ladder.triggered_at
    if ladder.contacted:
        due = clock.add(ladder.triggered_at, max(policy.resolve_within, _CLOSE_WITHIN))
        due, targets = max(due, clock.add(last, _DAILY)) if stage else due, (Target.OWNER,)
    elif stage == 0:
        due, targets = clock.add(ladder.triggered_at, policy.resolve_within), (Target.OWNER,)
    elif stage == 1:
        due, targets = clock.add(last, _OWNER_HAS), (Target.ON_CALL,)
    else:
        again = _HOURLY if policy.clock is ClockKind.WALL else _DAILY
        others = Target.BACKUP if stage < 2 + ROUNDS else Target.EVERYONE
        due, targets = clock.add(last, again), (Target.OWNER, Target.ON_CALL, others)
    return _Move(due, targets, len(policy.steps) + stage + 1, ladder.round, ladder.exhausted)


def _step(data: Mapping[str, Any] | EscalationStep) -> EscalationStep:
    if isinstance(data, EscalationStep):
        return data
    unknown = set(data) - {"page", "after"}
    if unknown or "page" not in data:
        raise ValueError(f"A step has page and after, not {', '.join(sorted(map(str, unknown))) or 'no page'}.")
    return EscalationStep(Target(data["page"]), duration(data.get("after", timedelta(0))))


def _optional(text: str | None) -> timedelta | None:
    return None if text is None else duration(text)
