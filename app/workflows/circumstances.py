"""What holds for one person at a moment: the rules as they apply to them, goals and baselines, what is snoozed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.alerts.definition import AlertRule
from app.alerts.history import DEFAULT_GOALS
from app.alerts.judgement import Circumstances
from app.alerts.overrides import Override, apply, fitting
from app.alerts.store import overrides as override_store
from app.alerts.store import snoozes as snooze_store
from app.alerts.suppression import SnoozeSet, expected_at
from app.careplans import store as careplans
from app.careplans.levels import LevelKind, LevelSet, levels_at
from app.db import Session
from app.patients.models import Patient
from app.staff import store as staff
from app.staff.models import Site
from app.workflows.definitions import Program

OFF_TREATMENT = "off-treatment"
"""What ``not_during`` calls it that treatment against the disease is recorded as ended."""
_INTENT_UNKNOWN = "disease-directed"


@dataclass(frozen=True, slots=True)
class Standing:
    """What was set for one person, and for everybody at their site, each with its times: enough for any moment."""

    levels: Sequence[LevelSet] = ()
    snoozes: Sequence[SnoozeSet] = ()
    overrides: Sequence[Override] = ()


def load_circumstances(session: Session, *, patient: Patient, program: Program, at: datetime) -> Circumstances:
    """What the rules of a program are judged under for a patient, at a moment. Runs with every answer."""
    standing = Standing(
        levels=careplans.list_levels(session, patient_id=patient.id),
        snoozes=snooze_store.list_snoozes(session, patient_id=patient.id, at=at),
        overrides=override_store.list_overrides(session, program=program.name, patient_id=patient.id, at=at),
    )
    site = staff.get_site(session, site_id=patient.site_id)
    return circumstances_at(at, program=program, patient=patient, site=site, standing=standing)


def load_standings(session: Session, *, program: str, patient_ids: Collection[str]) -> dict[str, Standing]:
    """What was ever set for some patients of a site under the program of this name, ended or not, by patient."""
    levels = careplans.list_levels_of(session, patient_ids=patient_ids)
    snoozes = snooze_store.list_snoozes_of(session, patient_ids=patient_ids)
    of_site: list[Override] = []
    own: dict[str, list[Override]] = {}
    for override in override_store.list_overrides_of(session, program=program):
        (of_site if override.patient_id is None else own.setdefault(override.patient_id, [])).append(override)
    return {
        patient_id: Standing(
            levels.get(patient_id, ()), snoozes.get(patient_id, ()), [*of_site, *own.get(patient_id, ())]
        )
        for patient_id in patient_ids
    }


def circumstances_at(
    at: datetime, *, program: Program, patient: Patient, site: Site, standing: Standing = Standing()
) -> Circumstances:
    """The same from what is loaded already, for a moment of the past, too. Setting and intent are those of now."""
    in_force = [override for override in standing.overrides if override.holds(at)]
    return Circumstances(
        rules=applicable(apply(program.rules, in_force), patient, at),
        goals=levels_at(standing.levels, LevelKind.GOAL, at),
        baselines=levels_at(standing.levels, LevelKind.BASELINE, at),
        default_goals=site.default_goals or DEFAULT_GOALS,
        expected=expected_at(standing.snoozes, at),
        language=site.language,
        version=_version(program, in_force),
    )


def applicable(rules: Iterable[AlertRule], patient: Patient, at: datetime) -> list[AlertRule]:
    """The rules that hold in the setting that a patient is in, and for what their care is about.

    While nobody has said what it is about, it counts as directed against the disease.
    """
    ended = patient.treatment_ended_at is not None and patient.treatment_ended_at <= at
    setting = {patient.setting, OFF_TREATMENT} if ended else {patient.setting}
    intent = patient.intent or _INTENT_UNKNOWN
    return [
        rule
        for rule in rules
        if setting.isdisjoint(rule.not_during) and (not rule.applies_to or intent in rule.applies_to)
    ]


Record = Iterable[Mapping[str, Any]]
"""Findings as they are kept with what was judged."""


def count_held_back(session: Session, *, patient_id: str, record: Record, before: Record | None, at: datetime) -> None:
    """Count on each snooze that it held something back.

    ``record`` is a judgement's; ``before`` is what was kept of judging the same response earlier, so that one response
    counts once however often it is judged.
    """
    counted = _held(before or ())
    for subject in sorted(_held(record) - counted):
        snooze = snooze_store.lock_snooze(session, patient_id=patient_id, subject=subject)
        if snooze is not None:
            snooze.held_back += 1
            snooze.last_held_at = at


def _held(record: Record) -> set[str]:
    return {str(finding["subject"]) for finding in record if finding.get("held_back")}


def _version(program: Program, in_force: Sequence[Override]) -> str:
    """Name and version of the program that judges, and whose thresholds it uses beside its own."""
    known = {rule.id: rule for rule in program.rules}
    used = [one for one in in_force if one.rule_id in known and fitting(known[one.rule_id], one) != known[one.rule_id]]
    if not used:
        return program.label
    return f"{program.label} + {'own' if any(one.patient_id for one in used) else 'site'} thresholds"
