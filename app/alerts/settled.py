"""What somebody of the team dealt with lately, and is no worse since, calls nobody again for a while.

An amber that was closed in the morning is not news the next day: the loop asks by itself whether it helped. How long a
closed alert rests is said by the ladder that it was on (``settled_for``). Whatever is in doubt calls somebody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.alerts.lifecycle import AlertKind, Outcome
from app.alerts.suppression import BREAKS_THROUGH_BY, beyond_snoozing, burden, numbers, severe
from app.codes import Tier

BY_RULES = (AlertKind.CLINICAL, AlertKind.SILENCE)
"""What is raised by rules that look at every answer: only that can come again by itself."""

_SETTLING = frozenset(
    {
        Outcome.ADVISED_SELF_CARE,
        Outcome.MEDICATION_CHANGED,
        Outcome.VISIT_ARRANGED,
        Outcome.SENT_TO_EMERGENCY,
        Outcome.REFERRED,
        Outcome.EXPECTED_NO_CHANGE,
        Outcome.NOT_USEFUL,
    }
)
"""The outcomes by which somebody looked and decided. A call that nobody took settles nothing, nor does an error."""
_DERIVED = ("score", "composite", "other")
_A_SHORT_SCALE = 4
"""Of a number up to this nobody can tell without its scale whether one more is little: there any more calls."""


@dataclass(frozen=True, slots=True)
class Closed:
    """An alert as it was closed: how urgent it had become, with what numbers, and for how long that settles it."""

    tier: Tier
    outcome: Outcome
    at: datetime
    values: Mapping[str, Any]
    settled_for: timedelta

    def covers(self, tier: Tier, found: Iterable[Mapping[str, Any]], now: datetime) -> bool:
        """Whether what was found on the same subject is what was dealt with, and no more.

        ``found`` are the values of each finding. A red never is, nor anything more urgent than what was closed; nor one
        of the two worst answers, one that has become severe (7 of 10), one that is worse by two, or a number that was
        not there.
        """
        if tier is Tier.RED or tier.worse_than(self.tier) or self.outcome not in _SETTLING:
            return False
        if now >= self.at + self.settled_for:
            return False
        before = {row.get("item"): row["value"] for row in numbers(self.values)}
        return all(
            all(name not in values or values[name] == self.values.get(name) for name in _DERIVED)
            and all(row.get("item") in before and _no_worse(row, before[row.get("item")]) for row in numbers(values))
            for values in found
        )


def _no_worse(row: Mapping[str, Any], before: float) -> bool:
    now, worse = row["value"], str(row.get("worse", "high"))
    if beyond_snoozing(now, worse) or (severe(now, worse) and not severe(before, worse)):
        return False
    more = burden(now, worse) - burden(before, worse)
    return more <= 0 if before <= _A_SHORT_SCALE else more < BREAKS_THROUGH_BY
