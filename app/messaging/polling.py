"""When to ask the provider itself what became of a text, because its report may never come."""

from datetime import datetime, timedelta

_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "partially_delivered", "read"})
"""Statuses after which nothing more is asked. ``sent`` is none: some carriers never say more, but most do."""


def next_poll(status: str | None, handed_over_at: datetime, now: datetime) -> datetime | None:
    """When to ask next about a text with this status; ``None`` when it is settled, or was asked for four hours."""
    if status in FINAL:
        return None
    return next((handed_over_at + after for after in _AFTER if handed_over_at + after > now), None)
