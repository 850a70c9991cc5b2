"""What becomes of a text: our states, the provider's statuses, and what an error code asks for."""

from collections.abc import Iterable
from datetime import timedelta
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """Lower leaves first: a queue of check-ins never delays a page."""

    PAGE = 10
    REPLY = 20
    SAFETY = 30
    CHECK_IN = 40
    REMINDER = 50
    OTHER = 60


class OutboxState(StrEnum):
    """Where a text stands with us."""

    PENDING = "pending"
    LEASED = "leased"
    HANDED_OVER = "handed_over"
    UNKNOWN = "unknown"
    DEAD = "dead"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    """Why a text is sent."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    REPLY = "reply"
    WELCOME = "welcome"
    CONFIRMATION = "confirmation"
    PAGE = "page"
    PAGE_REPLY = "page_reply"
    FALLBACK_PAGE = "fallback_page"


PAGES = frozenset({MessageKind.PAGE, MessageKind.FALLBACK_PAGE})

# The provider reports in any order, twice, or never; a status only moves up this ladder.
_RANK = {
    "accepted": 10,
    "scheduled": 10,
    "queued": 20,
    "sending": 30,
    "sent": 40,
    "delivered": 60,
    "undelivered": 60,
    "failed": 60,
    "canceled": 60,
    "partially_delivered": 60,
    "read": 70,
}
_FAILURES = ("failed", "undelivered", "canceled", "partially_delivered")


def settled_status(statuses: Iterable[str]) -> str | None:
    """The status that a set of reported ones amounts to, whatever their order and number.

    The highest rank wins; among final statuses that contradict each other a failure wins, because it is safer to treat
    a text as not delivered. A status that we do not know ranks lowest.
    """
    known = sorted(set(statuses), key=lambda s: (_RANK.get(s, 0), s in _FAILURES, s))
    return known[-1] if known else None


def is_failure(status: str | None) -> bool:
    """Tell whether the provider gave the text up."""
    return status in _FAILURES


def lease_length() -> timedelta:
    """How long a worker may hold a text: longer than the longest call (5 s to connect, 15 s to answer)."""
    return timedelta(seconds=60)


def look_up_after() -> timedelta:
    """How long to wait before asking the provider whether it took a text: its own time-out was seen to be 26 s."""
    return timedelta(seconds=30)


def back_off(attempt: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after a refusal that is safe to repeat: 1, 2, 4 … 60 s, or what the provider asked for."""
    return timedelta(seconds=max(retry_after or 0.0, float(min(60, 2 ** min(attempt - 1, 6)))))


# Twilio's error codes, by what has to be done about them. Others, such as 30003 (the handset is switched off), pass.
OPTED_OUT = 21610
"""The person told the carrier to stop, or the number was given to somebody else."""
_NUMBER_IS_DEAD = frozenset({21211, 21612, 21614, 21635, 30004, 30005, 30006})
_OURS_TO_MEND = frozenset(
    {20003, 21408, 21606, 21611, 30001, 30002, 30007, 30022, 30032, 30034, 30035, 30047, 30610, 63038}
)


def number_is_dead(code: int | None) -> bool:
    """Whether an error means that no text will ever reach this number: invalid, a landline, unknown, blocked."""
    return code in _NUMBER_IS_DEAD


def is_ours_to_mend(code: int | None) -> bool:
    """Whether an error is about our account or sender (credentials, registration, limits), not about the recipient."""
    return code in _OURS_TO_MEND
