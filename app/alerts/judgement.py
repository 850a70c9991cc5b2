"""What one check-in needs a person for: the rules as they hold for this person, and what a snooze holds back.

Live evaluation and rehearsal both call ``judge``, so that the same answers always give the same findings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry
from app.alerts.findings import Finding, review
from app.alerts.history import DEFAULT_GOALS, Levels
from app.alerts.rules import evaluate, red_only
from app.alerts.suppression import Expectation, hold_back
from app.codes import Tier


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for one person at one moment.

    ``rules`` are the program's, overrides applied, without those that their setting or intent rules out. ``goals`` and
    ``baselines`` are by respondent and then by code or ``link_id``. ``expected`` are the levels that are snoozed.
    """

    rules: Sequence[AlertRule]
    goals: Levels = field(default_factory=dict)
    baselines: Levels = field(default_factory=dict)
    default_goals: Levels = DEFAULT_GOALS
    expected: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, what a snooze held back, and what went wrong on the way (``rule`` empty: all of them)."""

    findings: tuple[Finding, ...]
    held_back: tuple[Finding, ...] = ()
    failures: tuple[tuple[str, Exception], ...] = ()

    @property
    def record(self) -> list[dict[str, Any]]:
        """The findings as they are kept with what was judged, JSON-ready, without a word that the person wrote."""
        kept = [_kept(finding) for finding in self.findings]
        return kept + [_kept(finding) | {"held_back": True} for finding in self.held_back]


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
    )  # fmt: skip
    failures: list[tuple[str, Exception]] = []
    try:
        found = run(rules)
        kept, held = hold_back(found, circumstances.expected)
        return Judgement(tuple(kept), tuple(held))
    except Exception as error:
        failures.append(("", error))
    findings = [review("The answers could not be judged by the rules. Please read them yourself.", tier=Tier.RED)]
    for rule in rules:
        try:
            findings += run([rule])
        except Exception as error:
            failures.append((rule.id, error))
    return Judgement(tuple(findings), (), tuple(failures))


def _kept(finding: Finding) -> dict[str, Any]:
    values = {name: value for name, value in finding.values.items() if name != "phrase"}
    return {"rule": finding.rule_id, "tier": finding.tier.value, "subject": finding.subject, "values": values}
