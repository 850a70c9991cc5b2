"""What holds for one person now: the rules as they apply to them, their goals and baselines, what is snoozed."""

from datetime import datetime

from app.alerts.definition import AlertRule
from app.alerts.judgement import Circumstances
from app.db import Session
from app.patients.models import Patient
from app.workflows.definitions import Program


def load_circumstances(session: Session, *, patient: Patient, program: Program, at: datetime) -> Circumstances:
    """What the rules of a program are judged under for a patient, at a moment."""
    return Circumstances(rules=applicable(program.rules, patient, at))


def applicable(rules: tuple[AlertRule, ...], patient: Patient, at: datetime) -> list[AlertRule]:
    """The rules that hold in the setting that a patient is in, and for what their care is about."""
    return [rule for rule in rules if patient.setting not in rule.not_during]
