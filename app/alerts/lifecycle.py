"""What may happen to an alert: how it opens, what new evidence does to it, who may acknowledge it, what closes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.codes import Tier
from app.errors import Conflict, Rejected


class AlertStatus(StrEnum):
    """Where an alert stands."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """Why a person is needed. Everything that needs one is an alert: there is no second list of tasks."""

    CLINICAL = "clinical"
    SILENCE = "silence"
    REVIEW = "review"
    CONTACT = "contact"
    OPT_OUT = "opt_out"
    RESPITE = "respite"
    REFERRAL = "referral"
    REVISIT = "revisit"
    HANDOFF = "handoff"
    SYSTEM = "system"


STEP_DOWN = "step_down"
"""What a rule says ``then`` to suggest asking less; also the subject of the review that carries the suggestion."""


class Outcome(StrEnum):
    """What came of an alert."""

    ADVISED_SELF_CARE = "advised_self_care"
    MEDICATION_CHANGED = "medication_changed"
    VISIT_ARRANGED = "visit_arranged"
    SENT_TO_EMERGENCY = "sent_to_emergency"
    REFERRED = "referred"
    EXPECTED_NO_CHANGE = "expected_no_change"
    NOT_USEFUL = "not_useful"
    ENTERED_IN_ERROR = "entered_in_error"
    ADMITTED = "admitted"
    DIED = "died"
    NO_CONTACT_MADE = "no_contact_made"

    @property
    def implies_contact(self) -> bool:
        """Whether it cannot have come about without speaking to the person or those around them."""
        return self in _BY_CONTACT

    @property
    def changes_care(self) -> bool:
        """Whether something was done beyond advice: what a symptom that stays can be said to have withstood."""
        return self in _BY_CONTACT and self is not Outcome.ADVISED_SELF_CARE

    @property
    def promises_relief(self) -> bool:
        """Whether the person is asked again later if it helped."""
        return self in _BY_CONTACT


class NotUseful(StrEnum):
    """Why an alert was not useful: what is counted, rule by rule, to mend the rules."""

    EXPECTED_FOR_THIS_PERSON = "expected_for_this_person"
    KNOWN_ALREADY = "known_already"
    THRESHOLD_TOO_LOW = "threshold_too_low"
    DUPLICATE = "duplicate"
    ANSWER_MISREAD = "answer_misread"
    OTHER = "other"


_BY_CONTACT = frozenset(
    {
        Outcome.ADVISED_SELF_CARE,
        Outcome.MEDICATION_CHANGED,
        Outcome.VISIT_ARRANGED,
        Outcome.SENT_TO_EMERGENCY,
        Outcome.REFERRED,
    }
)


SHOWN = ("opened", "evidence", "attempt", "reopened")
"""Events that whoever closes an alert must have seen: what closes over later evidence would hide it."""


class Paging(StrEnum):
    """Who is paged because of new evidence: nobody more, the alert's owner, or everyone from the first step on."""

    NOBODY = "nobody"
    OWNER = "owner"
    FIRST_STEP = "first_step"


@dataclass(frozen=True, slots=True)
class Merge:
    """What new evidence makes of an open alert. With ``FIRST_STEP`` the escalation starts afresh at this moment."""

    tier: Tier
    status: AlertStatus
    paging: Paging


def merge(
    existing_tier: Tier,
    existing_status: AlertStatus,
    tier: Tier,
    *,
    insists: bool = False,
    worse_than_seen: bool = False,
    later_day: bool = False,
) -> Merge:
    """Decide what evidence of ``tier`` does to the open alert of the same person and subject. It is always appended.

    A tier is raised, never lowered. ``insists``: the person asked for a call now, or used red-flag words.
    ``worse_than_seen``: worse than what the owner last saw (see ``is_worse``). ``later_day``: on a later day than the
    evidence before. An alert that nobody has acknowledged is being escalated already, so only a raised tier starts that
    afresh: going back to the first step would put off the next nurse's page. ``Conflict`` when the alert is resolved.
    """
    if existing_status is AlertStatus.RESOLVED:
        raise Conflict("This alert is resolved: new evidence opens another one.")
    raised = tier.worse_than(existing_tier)
    highest = tier if raised else existing_tier
    if raised:
        return Merge(highest, AlertStatus.TRIGGERED, Paging.FIRST_STEP)
    if existing_status is AlertStatus.TRIGGERED:
        return Merge(highest, existing_status, Paging.NOBODY)
    if insists or (tier is Tier.RED and worse_than_seen):
        return Merge(highest, AlertStatus.TRIGGERED, Paging.FIRST_STEP)
    if tier is Tier.RED and later_day:
        return Merge(highest, existing_status, Paging.OWNER)
    return Merge(highest, existing_status, Paging.NOBODY)


def is_worse(value: float | None, seen: float | None, *, worse: str = "high") -> bool:
    """Whether an answer is worse than the one that the owner saw last, by the item's ``worse`` direction.

    A number is worse than none; no number is never worse.
    """
    if value is None:
        return False
    if seen is None:
        return True
    return value < seen if worse == "low" else value > seen


def acknowledge(status: AlertStatus) -> AlertStatus:
    """The status after somebody took it on. The first one wins: ``Conflict`` when it is taken or closed already."""
    if status is AlertStatus.ACKNOWLEDGED:
        raise Conflict("Somebody has acknowledged this alert already.")
    if status is AlertStatus.RESOLVED:
        raise Conflict("This alert is resolved.")
    return AlertStatus.ACKNOWLEDGED


ACKNOWLEDGE_BY_TEXT_WITHIN = timedelta(hours=12)
"""How long after a page its code, texted back, acknowledges. Later the list may look quite different."""


def reopen(status: AlertStatus) -> AlertStatus:
    """The status after a resolved alert is taken up again; ``Conflict`` when it is open."""
    if status is not AlertStatus.RESOLVED:
        raise Conflict("This alert is open already.")
    return AlertStatus.TRIGGERED


@dataclass(frozen=True, slots=True)
class Resolution:
    """An alert closed: its outcome, for red when the person was spoken to, and why it was not useful if it was not."""

    outcome: Outcome
    contacted_at: datetime | None
    note: str | None = None
    reason: str | None = None
    because: NotUseful | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to reach the person that failed: the alert stays open. The third calls for the welfare-check script."""

    number: int
    next_call_at: datetime
    note: str | None = None

    @property
    def welfare_check(self) -> bool:
        """Whether somebody should be sent to look."""
        return self.number >= _ATTEMPTS_BEFORE_WELFARE_CHECK


_ATTEMPTS_BEFORE_WELFARE_CHECK = 3
NEXT_CALL_AFTER = timedelta(hours=1)
_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
_SPOKE_BEFORE = timedelta(days=1)
"""They may have spoken before it was written: somebody calls, and answers the check-in afterwards."""


def check_resolution(
    tier: Tier,
    outcome: str | None,
    *,
    now: datetime,
    opened_at: datetime,
    note: str | None = None,
    contacted_at: datetime | None = None,
    reason: str | None = None,
    because: str | None = None,
    attempts: int = 0,
) -> Resolution | Attempt:
    """Check what is needed to close an alert; ``attempts`` is how often nobody was reached before.

    A red one needs the time of contact, which is ``now`` where the outcome implies contact; none is from more than a
    day before the alert was first opened, ``opened_at``. ``no_contact_made`` on a red is an attempt and closes nothing:
    the next call is due in an hour. ``not_useful`` needs a ``reason`` in words; its code ``because`` is other unless it
    is given. Raises ``Rejected`` naming each field at fault.
    """
    chosen = next((member for member in Outcome if member == outcome), None)
    if chosen is None:
        raise Rejected({"outcome": [f"Choose one of: {', '.join(Outcome)}."]})
    if chosen is Outcome.NO_CONTACT_MADE and tier is Tier.RED:
        return Attempt(attempts + 1, now + NEXT_CALL_AFTER, note)
    problems: dict[str, list[str]] = {}
    if tier is Tier.RED and contacted_at is None:
        if chosen.implies_contact:
            contacted_at = now
        else:
            problems["contacted_at"] = [
                "A red alert is closed after contact: say when you spoke to the person or the family."
            ]
    elif contacted_at is not None and contacted_at.tzinfo is None:
        problems["contacted_at"] = ["Give the time with its zone, such as 2025-11-03T14:05:00Z."]
    elif contacted_at is not None and contacted_at > now + _CLOCKS_MAY_DIFFER_BY:
        problems["contacted_at"] = ["This time is in the future."]
    elif contacted_at is not None and contacted_at < opened_at - _SPOKE_BEFORE:
        problems["contacted_at"] = ["This is long before the alert was opened: say when you spoke to them about it."]
    if chosen is Outcome.NOT_USEFUL and not (reason or "").strip():
        problems["reason"] = ["Say why it was not useful, so that the rule can be improved."]
    if because is not None and because not in list(NotUseful):
        problems["because"] = [f"Choose one of: {', '.join(NotUseful)}."]
    if problems:
        raise Rejected(problems)
    why = NotUseful(because or NotUseful.OTHER) if chosen is Outcome.NOT_USEFUL else None
    return Resolution(chosen, contacted_at, note, reason, why)
