"""A program's check-ins as definitions, and the states that one occasion goes through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.checkins.timing import Timing
from app.durations import duration
from app.errors import Conflict

_WINDOW = timedelta(hours=20)

GOALS = "personal-goals"
"""The check-in that asks once what would be comfortable. It keeps nobody from being asked how they are."""


class AskedOf(StrEnum):
    """Who is asked: the patient, or a caregiver. What the caregiver is asked about is up to the questionnaire."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"


class CheckinStatus(StrEnum):
    """Where one occasion stands. ``partial``: its window closed with at least one answer, which is not missed."""

    PLANNED = "planned"
    ISSUED = "issued"
    STARTED = "started"
    COMPLETED = "completed"
    PARTIAL = "partial"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its time, or for answers."""
        return self in (CheckinStatus.PLANNED, CheckinStatus.ISSUED, CheckinStatus.STARTED)

    def may_become(self, other: "CheckinStatus") -> bool:
        """Whether this state may turn into ``other``; states only move forward."""
        return other in _NEXT[self]

    def become(self, other: "CheckinStatus") -> "CheckinStatus":
        """``other``, or ``Conflict`` where that step does not exist."""
        if not self.may_become(other):
            raise Conflict(f"A check-in that is {self} cannot become {other}.")
        return other


_NEXT: Mapping[CheckinStatus, frozenset[CheckinStatus]] = {
    # A slot found too late, after its window, is missed without ever having been issued.
    CheckinStatus.PLANNED: frozenset({CheckinStatus.ISSUED, CheckinStatus.MISSED, CheckinStatus.CANCELLED}),
    CheckinStatus.ISSUED: frozenset(
        {
            CheckinStatus.STARTED,
            CheckinStatus.COMPLETED,
            CheckinStatus.PARTIAL,
            CheckinStatus.MISSED,
            CheckinStatus.CANCELLED,
        }
    ),
    # Begun but without a valid answer when the window closes is missed, too.
    CheckinStatus.STARTED: frozenset(
        {CheckinStatus.COMPLETED, CheckinStatus.PARTIAL, CheckinStatus.MISSED, CheckinStatus.CANCELLED}
    ),
    # Late answers are kept and judged.
    CheckinStatus.PARTIAL: frozenset({CheckinStatus.COMPLETED}),
    CheckinStatus.MISSED: frozenset({CheckinStatus.PARTIAL, CheckinStatus.COMPLETED}),
    CheckinStatus.COMPLETED: frozenset(),
    CheckinStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class CheckinPlanDefinition:
    """One check-in of a program. Without ``timing`` it is issued by hand, or when the person asks for it."""

    name: str
    questionnaire: str
    respondent: AskedOf
    timing: Timing | None
    window: timedelta
    reminders: tuple[timedelta, ...]

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | CheckinPlanDefinition") -> "CheckinPlanDefinition":
        """Make it from ``{name, questionnaire, respondent?, timing?, window?, reminders?}``; ``ValueError`` names it.

        The window is 20 hours unless given; reminders count from the invitation and lie within the window.
        """
        if isinstance(data, CheckinPlanDefinition):
            return data
        try:
            timing = data.get("timing")
            plan = cls(
                name=str(data["name"]),
                questionnaire=str(data["questionnaire"]),
                respondent=AskedOf(data.get("respondent", AskedOf.PATIENT)),
                timing=Timing.from_mapping(timing) if timing is not None else None,
                window=duration(data.get("window", _WINDOW)),
                reminders=tuple(sorted(duration(text) for text in data.get("reminders") or ())),
            )
            if plan.window <= timedelta(0):
                raise ValueError("the window must be longer than nothing.")
            if any(not timedelta(0) < reminder < plan.window for reminder in plan.reminders):
                raise ValueError("a reminder must come after the invitation and before the window closes.")
        except KeyError as error:
            raise ValueError(f"Check-in {data.get('name', '?')}: {error.args[0]} is missing.") from error
        except ValueError as error:
            raise ValueError(f"Check-in {data.get('name', '?')}: {error}") from error
        return plan

    def timing_of(self, own: Mapping[str, Any] | None) -> Timing | None:
        """When somebody is asked: by a timing of their own (in a program's form) where they have one."""
        return Timing.from_mapping(own) if own else self.timing

    def window_ends(self, slot_at: datetime) -> datetime:
        """When the window of an occasion at ``slot_at`` closes: later than that it is missed, and not sent."""
        return slot_at + self.window

    def reminders_at(self, issued_at: datetime) -> tuple[datetime, ...]:
        """When reminders are due, before quiet hours are looked at."""
        return tuple(issued_at + reminder for reminder in self.reminders)
