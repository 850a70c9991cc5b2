"""Ana in a small program that is quickly told: pain from 4 on is amber, from 7 on red, and she is asked by hand."""

from collections.abc import Sequence
from typing import Any

from app.workflows.resolve_alert import ResolutionGiven, resolve_alert
from tests.factories import AGENT, ANA, check_in, create_patient, create_program
from tests.world import AlertSeen, Clinic

PROGRAM = "moderate"
RULES: Sequence[dict[str, Any]] = (
    {"id": "pain-severe", "tier": "red", "when": {"item": "pain", "at_least": 7}},
    {"id": "pain-moderate", "tier": "amber", "when": {"item": "pain", "at_least": 4, "at_most": 6}},
    {"id": "words", "tier": "red", "when": {"red_flag_text": True}},
    {"id": "fever", "tier": "red", "when": {"item": "fever", "equals": 1}},
    {"id": "two-missed", "tier": "amber", "when": {"missed_in_a_row": 2}},
)


def enrolled(clinic: Clinic, rules: Sequence[dict[str, Any]] = RULES, **plan: Any) -> str:
    """Ana, following it; returns her id."""
    create_program(clinic.service, name=PROGRAM, rules=list(rules), check_ins=[check_in(**({"timing": None} | plan))])
    return create_patient(clinic.service, site_id=clinic.site_id, program=PROGRAM)


def say(clinic: Clinic, patient_id: str, numbers: str, *, ask: bool = True) -> None:
    """Ana answers a check-in: first its pain, breathlessness and tiredness, then calm numbers."""
    if ask:
        clinic.ask(patient_id)
    clinic.text(ANA, numbers)
    clinic.finish(patient_id)
    clinic.gateway.ignore_the_rest()


def close(clinic: Clinic, alert: AlertSeen, outcome: str = "expected_no_change") -> None:
    """Nora closes an alert, after having spoken to Ana."""
    given = ResolutionGiven(outcome=outcome, contacted_at=clinic.clock.now())
    resolve_alert(
        clinic.service, site_id=clinic.site_id, alert_id=alert.id, practitioner_id=clinic.nora, agent=AGENT, given=given
    )


def open_alerts(clinic: Clinic) -> list[tuple[str, str]]:
    """What is open: subject and tier."""
    return [(alert.subject, alert.tier) for alert in clinic.alerts() if alert.status != "resolved"]
