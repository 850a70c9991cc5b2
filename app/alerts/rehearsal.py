"""Count what a program would have asked of the team: alerts by day, tier and rule, and severe answers nobody hears of.

An alert counts as it does in the clinic: one open one for each person and subject, which more evidence only adds to,
and may raise. It is taken to stay open for as long as its tier is given to be resolved in (``STAYS_OPEN`` without).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.alerts.entries import Entry, number
from app.alerts.findings import Finding
from app.alerts.judgement import Judgement
from app.alerts.red_flags import find
from app.alerts.replay import Occasion
from app.codes import Tier
from app.durations import duration

STAYS_OPEN: Mapping[Tier, timedelta] = {
    Tier.RED: timedelta(hours=2),
    Tier.AMBER: timedelta(days=2),
    Tier.WATCH: timedelta(days=1),
}
"""How long an alert stays open where the program does not say in what time it is to be resolved."""
_URGENCY, _NOW = "urgency", 1


def stays_open(escalation: Mapping[str, Mapping[str, Any]]) -> dict[Tier, timedelta]:
    """How long alerts of each tier are taken to stay open under a program's ladders."""
    said = {tier: escalation.get(tier, {}).get("resolve_within") or STAYS_OPEN[tier] for tier in Tier}
    return {tier: duration(length) for tier, length in said.items()}


@dataclass(slots=True)
class Opened:
    """An alert that would have been opened: the person's local date, the highest tier it reached, what raised it."""

    on: date
    tier: Tier
    subject: str
    rules: set[str]
    until: datetime


@dataclass(slots=True)
class Book:
    """The alerts of one person under one program, in the order in which they would have come."""

    stays: Mapping[Tier, timedelta]
    alerts: list[Opened] = field(default_factory=list)
    _open: dict[str, Opened] = field(default_factory=dict)

    def add(self, occasion: Occasion, findings: Iterable[Finding]) -> None:
        """Open or extend the alert of each subject that something was found on."""
        at = occasion.judged_at
        for finding in findings:
            tier = Tier.WATCH if occasion.old else finding.tier
            alert = self._open.get(finding.subject)
            if alert is None or alert.until <= at:
                alert = Opened(
                    occasion.entry.authored_at.date(), tier, finding.subject, {finding.rule_id}, at + self.stays[tier]
                )
                self._open[finding.subject] = alert
                self.alerts.append(alert)
                continue
            alert.rules.add(finding.rule_id)
            if tier.worse_than(alert.tier):
                alert.tier, alert.until = tier, at + self.stays[tier]


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
    held_back: int = 0

    def note(self, occasion: Occasion, judgement: Judgement) -> None:
        """Count one occasion, and the severe answers in it that nobody would be told of within a day."""
        if occasion.entry.missed:
            self.missed += 1
            return
        self.answered += 1
        self.with_alert += bool(judgement.findings)
        self.held_back += len(judgement.held_back)
        for what in severe(occasion.entry):
            self.severe += 1
            if not any(_tells(finding, what) for finding in judgement.findings):
                self.untold[what] += 1

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
        elif (value := number(answer)) is not None and (facts.severe(value) or (link_id == _URGENCY and value == _NOW)):
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
        self, person: str, run: Iterable[tuple[Occasion, Judgement, Judgement | None]],
        proposed: Mapping[Tier, timedelta], current: Mapping[Tier, timedelta],
    ) -> None:  # fmt: skip
        """Count one person's replay; ``proposed`` and ``current`` say how long alerts stay open."""
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
