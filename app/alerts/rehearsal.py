"""Count what a program would have asked of the team: alerts by day, tier and rule, and severe answers nobody hears of.

An alert counts as it does in the clinic: one open one for each person and subject, which more evidence only adds to,
and may raise. It is taken to stay open for as long as its tier is given to be resolved in (``STAYS_OPEN`` without),
and to settle the matter, as in the clinic, for as long as its ladder says, counted from when it was opened.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.alerts.entries import Entry
from app.alerts.findings import Finding
from app.alerts.judgement import Judgement
from app.alerts.lifecycle import Outcome
from app.alerts.red_flags import find
from app.alerts.replay import Occasion
from app.alerts.settled import BY_RULES, Closed
from app.codes import Tier
from app.durations import duration

STAYS_OPEN: Mapping[Tier, timedelta] = {
    Tier.RED: timedelta(hours=2),
    Tier.AMBER: timedelta(days=2),
    Tier.WATCH: timedelta(days=1),
}
"""How long an alert stays open where the program does not say in what time it is to be resolved."""
_URGENCY, _NOW = "urgency", 1


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long alerts of each tier are taken to stay open under a program's ladders, and to be settled."""

    open: Mapping[Tier, timedelta]
    settled: Mapping[Tier, timedelta]

    @classmethod
    def of(cls, escalation: Mapping[str, Mapping[str, Any]]) -> "Clocks":
        """Take them from the ladders by tier."""
        ladders = {tier: escalation.get(tier, {}) for tier in Tier}
        return cls(
            {tier: duration(ladder.get("resolve_within") or STAYS_OPEN[tier]) for tier, ladder in ladders.items()},
            {tier: duration(ladder.get("settled_for") or timedelta(0)) for tier, ladder in ladders.items()},
        )


@dataclass(slots=True)
class Opened:
    """An alert that would have been opened: the person's local date, the highest tier it reached, what raised it.

    ``since`` is when it got that tier, ``until`` when it is taken to be closed; ``values`` are its latest.
    """

    on: date
    tier: Tier
    subject: str
    rules: set[str]
    since: datetime
    until: datetime
    values: Mapping[str, Any]


@dataclass(slots=True)
class Book:
    """The alerts of one person under one program, in the order in which they would have come."""

    clocks: Clocks
    alerts: list[Opened] = field(default_factory=list)
    _last: dict[str, Opened] = field(default_factory=dict)

    def add(self, occasion: Occasion, findings: Sequence[Finding]) -> None:
        """Open or extend the alert of each subject that something was found on, unless that was settled lately."""
        at, insists = occasion.judged_at, any(finding.insists for finding in findings)
        by_subject: dict[str, list[Finding]] = {}
        for finding in sorted(findings, key=lambda finding: finding.tier.rank):
            by_subject.setdefault(finding.subject, []).append(finding)
        for subject, group in by_subject.items():
            tier, rules = Tier.WATCH if occasion.old else group[0].tier, {finding.rule_id for finding in group}
            alert = self._last.get(subject)
            if alert is None or alert.until <= at:
                if alert is not None and not insists and not occasion.old and self._settled(alert, group, at):
                    continue
                on, until = occasion.entry.authored_at.date(), at + self.clocks.open[tier]
                self._last[subject] = Opened(on, tier, subject, rules, at, until, group[0].values)
                self.alerts.append(self._last[subject])
                continue
            alert.rules |= rules
            alert.values = group[0].values
            if tier.worse_than(alert.tier):
                alert.tier, alert.since, alert.until = tier, at, at + self.clocks.open[tier]

    def _settled(self, alert: Opened, group: Sequence[Finding], at: datetime) -> bool:
        if group[0].kind not in BY_RULES:
            return False
        closed = Closed(
            alert.tier, Outcome.ADVISED_SELF_CARE, alert.since, alert.values, self.clocks.settled[alert.tier]
        )
        return closed.covers(group[0].tier, [finding.values for finding in group], at)


@dataclass(slots=True)
class Tally:
    """What one program came to, over everybody. Counts only: no person is in it."""

    answered: int = 0
    missed: int = 0
    with_alert: int = 0
    by_tier: Counter[str] = field(default_factory=Counter)
    by_rule: dict[str, Counter[str]] = field(default_factory=dict)
    by_day: dict[date, Counter[str]] = field(default_factory=dict)
    severe: int = 0
    untold: Counter[str] = field(default_factory=Counter)
    snoozed: Counter[str] = field(default_factory=Counter)
    held_back: int = 0

    def note(self, occasion: Occasion, judgement: Judgement) -> None:
        """Count one occasion, and the severe answers in it that nobody would be told of within a day.

        Those that are known, and snoozed by somebody, are counted apart.
        """
        if occasion.entry.missed:
            self.missed += 1
            return
        self.answered += 1
        self.with_alert += bool(judgement.findings)
        self.held_back += len(judgement.held_back)
        for what in severe(occasion.entry):
            self.severe += 1
            if not any(_tells(finding, what) for finding in judgement.findings):
                known = any(_tells(finding, what) for finding in judgement.held_back)
                (self.snoozed if known else self.untold)[what] += 1

    def close(self, book: Book) -> None:
        """Count the alerts of one person."""
        for alert in book.alerts:
            self.by_tier[alert.tier.value] += 1
            self.by_day.setdefault(alert.on, Counter())[alert.tier.value] += 1
            for rule in alert.rules:
                self.by_rule.setdefault(rule, Counter())[alert.tier.value] += 1

    def add(self, other: "Tally") -> None:
        """Add what was counted of other people."""
        for name in ("answered", "missed", "with_alert", "severe", "held_back"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.by_tier += other.by_tier
        self.untold += other.untold
        self.snoozed += other.snoozed
        for rule, counts in other.by_rule.items():
            self.by_rule.setdefault(rule, Counter()).update(counts)
        for day, counts in other.by_day.items():
            self.by_day.setdefault(day, Counter()).update(counts)

    @property
    def demanding(self) -> int:
        """The red and amber alerts, which a nurse has to act on."""
        return self.by_tier[Tier.RED] + self.by_tier[Tier.AMBER]


def severe(entry: Entry) -> Iterator[str]:
    """What is severe in an answer, by ``link_id``: 7 or worse on a 0-10 scale, "now"; ``words:…`` are red flags."""
    for link_id, answer in entry.answers.items():
        facts = entry.items.by_link.get(link_id) if entry.items else None
        if facts is None or entry.sets_goals:
            continue
        if isinstance(answer, str):
            yield from (f"words:{flag.flag}" for flag in find(answer, entry.language))
        elif answer is None or not math.isfinite(answer):
            continue
        elif facts.severe(answer) or (link_id == _URGENCY and answer == _NOW):
            yield link_id
    yield from (f"words:{flag.flag}" for text in entry.texts for flag in find(text, entry.language))


def _tells(finding: Finding, what: str) -> bool:
    """Whether a finding calls somebody about a severe answer: a mere line on the next day's list does not."""
    if finding.tier is Tier.WATCH:
        return False
    if finding.subject == "review" or finding.subject.partition(":")[2] == what or finding.subject == what:
        return True
    rows = [finding.values, *finding.values.get("items", ())]
    return any(row.get("item") == what for row in rows)


@dataclass(slots=True)
class Counted:
    """Both programs over everybody, and where they differ. ``changed`` are the ids of people whose alerts differ."""

    proposed: Tally = field(default_factory=Tally)
    current: Tally = field(default_factory=Tally)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    changed: list[str] = field(default_factory=list)
    people: int = 0
    days: set[date] = field(default_factory=set)

    def person(
        self,
        person: str,
        run: Iterable[tuple[Occasion, Judgement, Judgement | None]],
        proposed: Clocks,
        current: Clocks,
    ) -> None:
        """Count one person's replay; ``proposed`` and ``current`` say how long alerts stay open, and settled."""
        books, differs, seen = (Book(proposed), Book(current)), False, False
        for occasion, new, old in run:
            seen = True
            self.days.add(occasion.entry.authored_at.date())
            self.proposed.note(occasion, new)
            books[0].add(occasion, new.findings)
            if old is None:
                continue
            self.current.note(occasion, old)
            books[1].add(occasion, old.findings)
            differs = (new is not old and self._compare(new, old)) or differs
        self.people += seen
        self.proposed.close(books[0])
        self.current.close(books[1])
        if differs:
            self.changed.append(person)

    def add(self, other: "Counted") -> None:
        """Add what was counted of other people."""
        self.proposed.add(other.proposed)
        self.current.add(other.current)
        self.gained += other.gained
        self.lost += other.lost
        self.changed += other.changed
        self.people += other.people
        self.days |= other.days

    def _compare(self, new: Judgement, old: Judgement) -> bool:
        now = {(finding.rule_id, finding.tier, finding.subject) for finding in new.findings}
        before = {(finding.rule_id, finding.tier, finding.subject) for finding in old.findings}
        self.gained.update(rule for rule, *_ in now - before)
        self.lost.update(rule for rule, *_ in before - now)
        return now != before
