"""What holds for one patient beside their program: levels, what is expected, rules of their own, how often asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.definition import AlertRule
from app.alerts.overrides import operands
from app.checkins.cadence import rhythm
from app.checkins.plan import CheckinPlanDefinition
from app.db import Database, site_scope
from app.errors import NotFound
from app.reports.drift import OverrideRow, overrides_of
from app.reports.levels import Levels, SnoozeRow, levels_of, running_snoozes
from app.reports.worklist import by_id
from app.tables import CheckinPlan, Enrolment, Patient, PublishedProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """A rule of a program that the patient follows, and what of it can be set."""

    program: str
    rule: str
    tier: str
    operands: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTiming:
    """A plan that asks this patient otherwise than the program says; ``how`` and ``standard`` are in words."""

    plan_id: str
    name: str
    how: str
    standard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePlan:
    """Everything of it. ``overrides`` are the patient's own, then those of the site for programs they follow."""

    intent: str | None
    treatment_ended_at: datetime | None
    levels: Levels
    snoozes: tuple[SnoozeRow, ...]
    overrides: tuple[OverrideRow, ...]
    rules: tuple[RuleChoice, ...]
    timings: tuple[OwnTiming, ...]

    @property
    def operators(self) -> tuple[str, ...]:
        """Every operator that some rule has just once, and that can so be set."""
        return tuple(dict.fromkeys(name for choice in self.rules for name in choice.operands))


def read_care_plan(db: Database, *, site_id: str, patient_id: str, now: datetime) -> CarePlan:
    """What holds for a patient at a moment; ``NotFound`` when the site has no such patient."""
    with db.reading(site_scope(site_id)) as session:
        patient = session.scalar(select(Patient).where(Patient.id == patient_id))
        if patient is None:
            raise NotFound("there is no such patient")
        wanted = select(Enrolment).where(Enrolment.patient_id == patient.id, Enrolment.status == "active")
        enrolments = session.scalars(wanted.order_by(Enrolment.enrolled_at)).all()
        programs = by_id(session, PublishedProgram, {row.program_id for row in enrolments})
        followed = {row.program for row in enrolments}
        overrides = [
            row
            for row in overrides_of(session, now=now)
            if row.patient == patient.id or (row.patient is None and row.program in followed)
        ]
        return CarePlan(
            intent=patient.intent, treatment_ended_at=patient.treatment_ended_at, levels=levels_of(session, patient),
            snoozes=running_snoozes(session, patient_id=patient.id, now=now),
            overrides=tuple(sorted(overrides, key=lambda row: row.patient is None)),
            rules=tuple(choice for program in programs.values() for choice in _choices(program)),
            timings=_timings(session, patient.id, programs),
        )  # fmt: skip


def _choices(program: PublishedProgram) -> list[RuleChoice]:
    rules = map(AlertRule.from_mapping, program.definition.get("rules", ()))
    return [RuleChoice(program=program.name, rule=rule.id, tier=rule.tier, operands=operands(rule)) for rule in rules]


def _timings(
    session: Session, patient_id: str, programs: Mapping[str | None, PublishedProgram]
) -> tuple[OwnTiming, ...]:
    found = []
    for plan in session.scalars(select(CheckinPlan).where(CheckinPlan.patient_id == patient_id)):
        if not plan.timing or plan.program_id not in programs:
            continue
        for data in programs[plan.program_id].definition["check_ins"]:
            definition = CheckinPlanDefinition.from_mapping(data)
            own = definition.timing_of(plan.timing)
            if definition.name == plan.name and own is not None:
                standard = rhythm(definition.timing) if definition.timing else "by hand"
                found.append(OwnTiming(plan_id=plan.id, name=plan.name, how=rhythm(own), standard=standard))
    return tuple(found)
