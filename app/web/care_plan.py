"""What is changed on a patient's page: where and what for they are cared for, levels, and rules of their own."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.errors import BedsideError, Rejected
from app.reports.drift import get_override, read_drift
from app.staff.roles import Permission
from app.web.access import staff
from app.web.blueprint import pages
from app.web.context import fields, reader, service
from app.web.given import day, naming, number
from app.web.patients import render_patient
from app.workflows.change_patient import CLEARABLE, PatientChanges, change_patient
from app.workflows.override_rule import OverrideGiven, end_override, override_rule
from app.workflows.set_level import LevelGiven, set_level
from app.workflows.step_down import restore_timing

MUTE = "mute"


@pages.post("/patients/<patient_id>/care")
@staff(Permission.ACT_ON_ALERTS)
def change_care(patient_id: str) -> ResponseReturnValue:
    """Say where somebody is cared for, what for, and whether treatment has ended. An empty field is not known."""
    who, given = reader(), fields("setting", "intent", "treatment_ended_at")

    def change() -> str:
        ended = day(given["treatment_ended_at"], who.time_zone, "treatment_ended_at")
        values = {"intent": given["intent"], "treatment_ended_at": ended}
        changes = PatientChanges(
            setting=given["setting"], intent=given["intent"], treatment_ended_at=ended,
            clear=tuple(name for name in CLEARABLE if values[name] is None),
        )  # fmt: skip
        change_patient(service(), site_id=who.site_id, patient_id=patient_id, changes=changes, agent=who.agent)
        return "Saved."

    return _act(patient_id, change)


@pages.post("/patients/<patient_id>/levels")
@staff(Permission.ACT_ON_ALERTS)
def change_level(patient_id: str) -> ResponseReturnValue:
    """Set a goal or a baseline, or take it back."""
    who, given = reader(), fields("kind", "symptom", "level")

    def change() -> str:
        respondent, _, item = (given["symptom"] or "").partition(":")
        value = number(given["level"], "level")
        with naming({"item": "symptom", "respondent": "symptom", "value": "level"}):
            said = LevelGiven(kind=given["kind"] or "", item=item, value=value, respondent=respondent)
            set_level(service(), site_id=who.site_id, patient_id=patient_id, given=said, agent=who.agent)
        return "Saved." if value is not None else "Taken back."

    return _act(patient_id, change)


@pages.post("/patients/<patient_id>/overrides")
@staff(Permission.ACT_ON_ALERTS)
def change_rule(patient_id: str) -> ResponseReturnValue:
    """Let a rule hold otherwise for this person."""
    who, given = reader(), fields("rule", "operator", "operand", "rule_until", "rule_because")

    def change() -> str:
        program, _, rule = (given["rule"] or "").partition(":")
        muted, operand = given["operator"] == MUTE, number(given["operand"], "operand")
        if not muted and operand is None:
            raise Rejected({"operand": ["Give the number from which it is to hold."]})
        with naming({"ends_at": "rule_until", "reason": "rule_because", "change": "operand", "muted": "operator"}):
            said = OverrideGiven(
                rule=rule, program=program, patient_id=patient_id, muted=muted, reason=given["rule_because"] or "",
                change=None if muted or operand is None else {given["operator"] or "": operand},
                ends_at=day(given["rule_until"], who.time_zone, "rule_until", end=True),
            )  # fmt: skip
            override_rule(service(), site_id=who.site_id, given=said, agent=who.agent)
        return "Saved. From now on the rule holds so for this person."

    return _act(patient_id, change)


@pages.post("/patients/<patient_id>/overrides/<override_id>/end")
@staff(Permission.ACT_ON_ALERTS)
def end_rule(patient_id: str, override_id: str) -> ResponseReturnValue:
    """Let a rule hold for this person as for others."""
    who = reader()

    def end() -> str:
        if get_override(service().db, site_id=who.site_id, override_id=override_id).patient != patient_id:
            raise Rejected({"rule": ["is not this patient's own."]})
        end_override(service(), site_id=who.site_id, override_id=override_id, agent=who.agent)
        return "The rule holds as for everybody again."

    return _act(patient_id, end)


@pages.post("/patients/<patient_id>/plans/<plan_id>/restore")
@staff(Permission.ACT_ON_ALERTS)
def restore_plan(patient_id: str, plan_id: str) -> ResponseReturnValue:
    """Ask somebody as often again as the program says."""
    who = reader()

    def restore() -> str:
        restore_timing(service(), site_id=who.site_id, patient_id=patient_id, plan_id=plan_id, agent=who.agent)
        return "They are asked as the program says again."

    return _act(patient_id, restore)


@pages.get("/rules")
@staff(Permission.READ_CHARTS)
def show_rules() -> ResponseReturnValue:
    """How the rules of this site differ from the programs as published, and which were not useful."""
    drift = read_drift(service().db, site_id=reader().site_id, now=service().clock.now())
    return render_template("rules.html", drift=drift)


def _act(patient_id: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Do something, then show the patient; what is wrong is said on the page."""
    try:
        flash(act(), "done")
    except Rejected as error:
        return render_patient(patient_id, error.problems), 422
    except BedsideError as error:
        flash(str(error), "problem")
    return redirect(url_for("web.show_patient", patient_id=patient_id), 303)
