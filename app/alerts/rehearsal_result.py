"""What a rehearsal found, ready to be read: by people as sentences and bars, by programs as JSON and CSV."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.alerts.rehearsal import Clocks, Counted, Tally
from app.codes import Tier

_PEOPLE_NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One rehearsal. ``nurses`` share the alerts; ``budget`` is how many red and amber ones each is given in a day.

    ``left_out`` people were not looked at, because the work was limited. ``clocks`` say how long an alert is
    taken to stay open, and to settle its matter. ``at_most_days`` is how far back was looked, if not to the beginning.
    """

    program: str
    against: str | None
    source: str
    counted: Counted
    nurses: int
    budget: float | None
    left_out: int
    clocks: Clocks
    at_most_days: int | None

    @property
    def days(self) -> int:
        """From the first day with an answer, or a silence, to the last, but no more than were asked for."""
        seen = self.counted.days
        span = (max(seen) - min(seen)).days + 1 if seen else 0
        # Thirty days touch 31 dates: they begin at noon, or what was asked on the last day is answered after midnight.
        return span if self.at_most_days is None else min(span, self.at_most_days)

    @property
    def empty(self) -> bool:
        """Whether there was nothing to replay."""
        return not self.counted.days

    def share(self, alerts: int) -> float:
        """So many alerts, for each nurse and day."""
        return alerts / (self.days * self.nurses) if self.days else 0.0

    def load(self, tally: Tally) -> float:
        """Red and amber alerts for each nurse and day."""
        return self.share(tally.demanding)

    @property
    def over_budget(self) -> bool:
        """Whether the proposed program would ask more of the nurses than the site allows."""
        return self.budget is not None and self.load(self.counted.proposed) > self.budget

    def busiest(self, tally: Tally) -> tuple[date, int] | None:
        """The day with most alerts, the earliest of several."""
        days = sorted((-sum(counts.values()), day) for day, counts in tally.by_day.items())
        return (days[0][1], -days[0][0]) if days else None

    @property
    def changed(self) -> list[str]:
        """The ids of the people whose alerts would differ."""
        return sorted(set(self.counted.changed))

    def by_rule(self) -> list[tuple[str, Tier, list[int]]]:
        """The alerts that a rule had a part in, by tier: how many on each of the ``sides``."""
        sides = [tally.by_rule for _, tally in self.sides()]
        return [
            (rule, tier, counts)
            for rule in sorted(set().union(*sides))
            for tier in Tier
            if any(counts := [side.get(rule, Counter())[tier.value] for side in sides])
        ]

    def untold(self) -> list[tuple[str, list[int]]]:
        """What was severe and would call nobody: how often on each of the ``sides``."""
        sides = [tally.untold for _, tally in self.sides()]
        return [(what, [side[what] for side in sides]) for what in sorted(set().union(*sides))]

    def as_dict(self) -> dict[str, Any]:
        """All of it, JSON-ready. No name and no answer is in it; people are ids."""
        counted = self.counted
        return {
            "program": self.program, "against": self.against, "source": self.source, "people": counted.people,
            "people_left_out": self.left_out, "days": self.days, "nurses": self.nurses, "budget": self.budget,
            "over_budget": self.over_budget,
            "an_alert_stays_open_hours": {tier.value: self.clocks.open[tier] / timedelta(hours=1) for tier in Tier},
            "proposed": self._tally(counted.proposed),
            "current": self._tally(counted.current) if self.against else None,
            "rules_gained": _sorted(counted.gained), "rules_lost": _sorted(counted.lost),
            "people_changed": len(self.changed), "changed_ids": self.changed[:_PEOPLE_NAMED],
        }  # fmt: skip

    def summary(self) -> dict[str, Any]:
        """The figures that are kept with a published program: without days, rules and people."""
        said = self.as_dict()
        sides = {side: said[side] for side in ("proposed", "current") if said[side]}
        short = {side: {k: v for k, v in found.items() if k not in ("days", "rules")} for side, found in sides.items()}
        return {k: v for k, v in said.items() if k not in ("proposed", "current", "changed_ids")} | short

    def as_csv(self) -> str:
        """One line for each count, and each person who changes: program, what, name, tier, number.

        Nothing in it begins a formula.
        """
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("program", "what", "name", "tier", "alerts"))
        for label, tally in self.sides():
            for what, groups in (("rule", tally.by_rule), ("day", tally.by_day)):
                for name, counts in sorted(groups.items(), key=lambda group: str(group[0])):
                    for tier in Tier:
                        if counts[tier.value]:
                            writer.writerow((label, what, name, tier.value, counts[tier.value]))
            for what, number in _sorted(tally.untold).items():
                writer.writerow((label, "severe answer that calls nobody", what, "", number))
        for person in self.changed:
            writer.writerow((self.program, "person whose alerts would differ", person, "", ""))
        return out.getvalue()

    def sides(self) -> list[tuple[str, Tally]]:
        """The programs by name, the proposed one first."""
        found = [(self.program, self.counted.proposed)]
        return [*found, (f"{self.against} (in use)", self.counted.current)] if self.against else found

    def _tally(self, tally: Tally) -> dict[str, Any]:
        busiest = self.busiest(tally)
        return {
            "answered": tally.answered, "missed": tally.missed, "answered_with_a_finding": tally.with_alert,
            "alerts": {tier.value: tally.by_tier[tier.value] for tier in Tier},
            "per_nurse_and_day": round(self.load(tally), 2),
            "busiest_day": {"day": busiest[0].isoformat(), "alerts": busiest[1]} if busiest else None,
            "severe_answers": tally.severe, "severe_that_call_nobody": _sorted(tally.untold),
            "severe_that_are_snoozed": _sorted(tally.snoozed),
            "held_back_by_a_snooze": tally.held_back,
            "rules": {rule: _sorted(counts) for rule, counts in sorted(tally.by_rule.items())},
            "days": {day.isoformat(): _sorted(counts) for day, counts in sorted(tally.by_day.items())},
        }  # fmt: skip


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
