"""Something that needs a person, on its way to becoming an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.alerts.rules import Finding
from app.patients.models import Patient
from app.workflows.definitions import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing that needs a person. ``values`` are the numbers behind it; words of the person belong in ``reason``.

    ``evidence`` are the values of each finding, where several rules found it. ``policy`` is a ladder of its own, where
    the tier's does not fit. ``always`` calls somebody whatever was dealt with lately.
    """

    kind: str
    subject: str
    tier: str
    reason: str
    patient: Patient | None = None
    response_id: str | None = None
    inbound_id: str | None = None
    respondent: str | None = None
    rules: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    program: Program | None = None
    version: str = ""
    evidence: tuple[Mapping[str, Any], ...] = ()
    insists: bool = False
    always: bool = False
    policy: Mapping[str, Any] | None = None


def concerns_of(findings: Sequence[Finding], **about: Any) -> list[Concern]:
    """The concerns of a response's findings, one per subject: its most urgent tier, every rule and every reason."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: f.tier.rank):
        by_subject.setdefault(finding.subject, []).append(finding)
    return [
        Concern(
            kind=group[0].kind, subject=subject, tier=group[0].tier,
            reason="\n".join(dict.fromkeys(f.reason for f in group)), rules=tuple(f.rule_id for f in group),
            values={k: v for k, v in group[0].values.items() if k != "phrase"},
            evidence=tuple(f.values for f in group), insists=any(f.insists for f in group), version=group[0].version,
            **about,
        )
        for subject, group in by_subject.items()
    ]  # fmt: skip
