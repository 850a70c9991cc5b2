"""What one check-in needs a person for: the rules as they hold for this person, and what a snooze holds back.

Live evaluation and rehearsal both call ``judge``, so that the same answers always give the same findings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry
from app.alerts.findings import Finding, review
from app.alerts.history import DEFAULT_GOALS, Levels
from app.alerts.logic import Basis
from app.alerts.rules import evaluate, red_only
from app.alerts.suppression import Expectation, hold_back
from app.alerts.wording import wording
from app.codes import Tier


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for one person at one moment.

    ``rules`` are the program's, overrides applied, without those that their setting or intent rules out. ``goals`` and
    ``baselines`` are by respondent and then by code or ``link_id``. ``expected`` are the levels that are snoozed.
    Reasons are worded in ``language``, the site's. ``version`` says by which rules it is judged: the program's name and
    version, and whether this person or site has thresholds of their own.
    """

    rules: Sequence[AlertRule]
    goals: Levels = field(default_factory=dict)
    baselines: Levels = field(default_factory=dict)
    default_goals: Levels = field(default_factory=lambda: DEFAULT_GOALS)
    expected: tuple[Expectation, ...] = ()
    language: str = "en"
    version: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, what a snooze held back, and what went wrong on the way (``rule`` empty: all of them)."""

    findings: tuple[Finding, ...]
    held_back: tuple[Finding, ...] = ()
    failures: tuple[tuple[str, Exception], ...] = ()

    @property
    def record(self) -> list[dict[str, Any]]:
        """The findings as they are kept with what was judged, JSON-ready, without a word that the person wrote."""
        kept = [record_of(finding) for finding in self.findings]
        return kept + [record_of(finding) | {"held_back": True} for finding in self.held_back]


def judge(
    history: Sequence[Mapping[str, Any] | Entry],
    circumstances: Circumstances,
    *,
    completed: bool = True,
    enrolled_at: datetime | None = None,
) -> Judgement:
    """Judge the last entry of a history; while it is not ``completed`` only rules run that one answer may fire.

    Never raises: a rule that fails must neither lose an answer nor hide another rule's finding, so a person looks at
    this one (a red review), and every rule that can be judged by itself still is.
    """
    rules = circumstances.rules if completed else red_only(circumstances.rules)
    run = partial(
        evaluate, history=history, goals=circumstances.goals, baseline=circumstances.baselines,
        default_goals=circumstances.default_goals, enrolled_at=enrolled_at, completed=completed,
        language=circumstances.language,
    )  # fmt: skip
    failures: list[tuple[str, Exception]] = []
    try:
        found = without_repeats(run(rules))
        found = [replace(finding, version=circumstances.version) for finding in found]
        kept, held = hold_back(found, circumstances.expected)
        return Judgement(tuple(kept), tuple(held))
    except Exception as error:
        failures.append(("", error))
    findings = [review(wording(circumstances.language).say("unjudged"), tier=Tier.RED)]
    for rule in rules:
        try:
            findings += run([rule])
        except Exception as error:
            failures.append((rule.id, error))
    return Judgement(tuple(findings), (), tuple(failures))


def without_repeats(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out a cluster whose every symptom calls somebody by itself already: it says nothing that is not said."""
    called = {finding.about for finding in findings if finding.tier is not Tier.WATCH}
    called_for = {facts.link_id for facts in called if facts}
    return [
        finding
        for finding in findings
        if Basis.CLUSTER not in finding.basis
        or not {row["item"] for row in finding.values.get("items", ())} <= called_for
    ]


def record_of(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept with what was judged, JSON-ready, without a word that the person wrote."""
    values = {name: value for name, value in finding.values.items() if name != "phrase"}
    return {
        "rule": finding.rule_id, "tier": finding.tier.value, "subject": finding.subject, "values": values,
        "version": finding.version,
    } | ({"said": finding.said} if finding.said else {})  # fmt: skip
