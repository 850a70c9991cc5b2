"""What becomes of a text: our states, the provider's statuses, and what an error code asks for."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Priority(IntEnum):
    """Lower leaves first: a queue of check-ins never delays a page, and no other page one about a red alert."""

    PAGE = 10
    LESSER_PAGE = 15
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
    CANARY = "canary"


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
FAILURES = ("failed", "undelivered", "canceled", "partially_delivered")


def settled_status(statuses: Iterable[str]) -> str | None:
    """The status that a set of reported ones amounts to, whatever their order and number.

    The highest rank wins; among final statuses that contradict each other a failure wins, because it is safer to treat
    a text as not delivered. A status that we do not know ranks lowest.
    """
    known = sorted(set(statuses), key=lambda s: (_RANK.get(s, 0), s in FAILURES, s))
    return known[-1] if known else None


def is_failure(status: str | None) -> bool:
    """Tell whether the provider gave the text up."""
    return status in FAILURES


def lease_length() -> timedelta:
    """How long a worker may hold a text: longer than the longest call (5 s to connect, 15 s to answer)."""
    return timedelta(seconds=60)


def look_up_after() -> timedelta:
    """How long to wait before asking the provider whether it took a text: its own time-out was seen to be 26 s."""
    return timedelta(seconds=30)


def back_off(attempt: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after a refusal that is safe to repeat: 1, 2, 4 … 60 s, or what the provider asked for."""
    return timedelta(seconds=max(retry_after or 0.0, float(min(60, 2 ** min(attempt - 1, 6)))))


class Trouble(StrEnum):
    """What has to be done about an error code of the provider's."""

    OPTED_OUT = "opted_out"
    CONTACT = "contact"
    CONFIG = "config"
    ACCOUNT = "account"
    CAPACITY = "capacity"
    TRANSIENT = "transient"
    CONTENT = "content"
    EXPIRED = "expired"
    BUG = "bug"
    UNKNOWN = "unknown"


HOLDS_SENDER = frozenset({Trouble.ACCOUNT, Trouble.CAPACITY})
"""Nothing is wrong with the text or the person: it keeps its place in the queue until the sender may send again."""

OPTED_OUT = 21610
TURNED_OFF = 30003
FILTERED = 30007
UNREACHABLE = 0
"""Stands where a code would, while the provider itself cannot be reached."""

# Twilio's error codes: twilio.com/docs/api/errors/<code>. Where another page says more, it is named.
_TROUBLE: Mapping[int, Trouble] = MappingProxyType(
    {
        UNREACHABLE: Trouble.ACCOUNT,
        20003: Trouble.ACCOUNT,  # bad credentials
        20005: Trouble.ACCOUNT,  # account not active
        30002: Trouble.ACCOUNT,  # account suspended
        63038: Trouble.ACCOUNT,  # the account's limit for a rolling day
        21611: Trouble.CAPACITY,  # ten hours are queued on this number already
        30001: Trouble.CAPACITY,  # queue overflow: what 21611 is called behind a messaging service
        30022: Trouble.CAPACITY,  # more than the carrier takes from a registered number, or for one handset
        20429: Trouble.TRANSIENT,  # too many requests: not processed, and always safe to repeat
        20500: Trouble.TRANSIENT,  # Twilio's own trouble: it may have been processed
        20503: Trouble.TRANSIENT,  # the same
        30003: Trouble.TRANSIENT,  # the handset is switched off or out of reach, often for a while only
        30008: Trouble.TRANSIENT,  # unknown error
        30500: Trouble.TRANSIENT,  # Twilio's own trouble, reported as final: a new text is safe
        21610: Trouble.OPTED_OUT,  # told the carrier to stop; also "reassigned number" (Compliance Toolkit)
        21211: Trouble.CONTACT,  # not a number
        21612: Trouble.CONTACT,  # no route to this number
        21614: Trouble.CONTACT,  # not a mobile number
        21635: Trouble.CONTACT,  # a landline, in a country where those are blocked
        30004: Trouble.CONTACT,  # blocked
        30005: Trouble.CONTACT,  # no such handset: perhaps somebody else's number by now
        30006: Trouble.CONTACT,  # a landline, or a carrier that cannot be reached: "do not retry"
        21408: Trouble.CONFIG,  # the account may not text this country
        21606: Trouble.CONFIG,  # the sender cannot send texts
        21659: Trouble.CONFIG,  # the sender is no number of Twilio's
        21660: Trouble.CONFIG,  # the sender belongs to another account
        30032: Trouble.CONFIG,  # toll-free number not verified
        30034: Trouble.CONFIG,  # US number not registered (A2P 10DLC): nothing will arrive
        30035: Trouble.CONFIG,  # US number whose registration is still under way
        30047: Trouble.CONFIG,  # rescheduled by the Compliance Toolkit, which must be off for clinical texts
        30610: Trouble.CONFIG,  # the same
        11200: Trouble.CONFIG,  # Twilio could not reach our webhook
        30007: Trouble.CONTENT,  # filtered as spam by Twilio or the carrier
        30036: Trouble.EXPIRED,  # its ValidityPeriod ended before its turn came
        21602: Trouble.BUG,  # no words
        21617: Trouble.BUG,  # more than 1600 characters
        30045: Trouble.BUG,  # ValidityPeriod outside 1-36000
        90007: Trouble.BUG,  # the same
    }
)
ERROR_CODES = frozenset(_TROUBLE) - {UNREACHABLE}
"""The codes that we know."""

_COPY_AFTER = timedelta(minutes=20)

PROBE_EVERY = timedelta(minutes=1)
"""How often one text tries whether a sender that was refused may send again."""

AWAY_AFTER = 6
"""So many failed attempts of one text, about half a minute, and the provider is called away."""


def trouble_of(code: int | None) -> Trouble:
    """What has to be done about an error code."""
    return _TROUBLE.get(code, Trouble.UNKNOWN) if code is not None else Trouble.UNKNOWN


def copy_after(code: int | None) -> timedelta | None:
    """When one more copy may go of a text that was taken and then failed for a reason that passes.

    A failure reported later is final, so that a copy is safe; ``None`` where it would fail again.
    """
    trouble = trouble_of(code)
    if trouble is Trouble.TRANSIENT and code != TURNED_OFF:
        return timedelta(0)
    return _COPY_AFTER if trouble in HOLDS_SENDER or code == TURNED_OFF else None


def filtered_too_often(filtered: int, sent: int) -> bool:
    """Whether carriers filter so many of an hour's texts that something is wrong with our words or our sender."""
    return filtered >= 5 and filtered > sent * 0.02
