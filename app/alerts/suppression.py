"""Snooze to an expected level: what is known and planned for calls nobody, until it gets worse than that."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.alerts.findings import Finding


@dataclass(frozen=True, slots=True)
class Expectation:
    """A level that is expected of one subject (``self:pain``) for now."""

    subject: str
    level: float


def hold_back(findings: Sequence[Finding], expected: Sequence[Expectation]) -> tuple[list[Finding], list[Finding]]:
    """Part findings into those that call somebody and those that a snooze holds back, both in order."""
    if not expected:
        return list(findings), []
    raise NotImplementedError
