"""The patients of a site, and one patient's page."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, Rejected
from app.reports.care_plan import CarePlan, read_care_plan
from app.reports.occasions import Series
from app.reports.patient_list import read_patients
from app.reports.patient_page import read_patient
from app.staff.roles import Permission, may
from app.web.access import staff
from app.web.blueprint import pages
from app.web.charts import chart_of
from app.web.context import fields, reader, service
from app.web.times import Times
from app.workflows.change_patient import INTENTS, SETTINGS
from app.workflows.issue_checkins import issue_checkin
from app.workflows.note_reading import note_reading

_LAST_PAGE = 10_000


@pages.get("/patients")
@staff(Permission.READ_CHARTS)
def show_patients() -> ResponseReturnValue:
    """The list, newest first, or what a search finds."""
    search = request.args.get("q", "").strip()
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    found = read_patients(service().db, site_id=reader().site_id, search=search, page=number)
    return render_template("patients.html", patients=found, search=search, number=number)


@pages.get("/patients/<patient_id>")
@staff(Permission.READ_CHARTS)
def show_patient(patient_id: str) -> ResponseReturnValue:
    """One patient. Reading a chart is written into the audit."""
    page = render_patient(patient_id)
    who = reader()
    note_reading(service(), site_id=who.site_id, agent=who.agent, entity="patient", entity_id=patient_id)
    return page


def render_patient(patient_id: str, problems: Mapping[str, list[str]] | None = None) -> str:
    """The page; ``problems`` are of a form on it that was sent."""
    who, now = reader(), service().clock.now()
    patient = read_patient(service().db, site_id=who.site_id, patient_id=patient_id)
    care = read_care_plan(service().db, site_id=who.site_id, patient_id=patient_id, now=now)
    times = Times(now, who.time_zone)
    charts = [chart_of(series, times, _levels(care, series)) for series in patient.series if series.points]
    return render_template(
        "patient.html", patient=patient, care=care, charts=charts, settings=SETTINGS, intents=INTENTS,
        problems=problems or {}, given=request.form, may_act=may(who.role, Permission.ACT_ON_ALERTS),
    )  # fmt: skip


def _levels(care: CarePlan, series: Series) -> dict[str, float]:
    """The goal and the baseline that a chart's answers are held against, by kind."""
    mine = (row for row in care.levels.rows if (row.link_id, row.respondent) == (series.link_id, series.respondent))
    return {row.kind: row.value for row in mine}


@pages.post("/patients/<patient_id>/check-ins")
@staff(Permission.ACT_ON_ALERTS)
def send_checkin(patient_id: str) -> ResponseReturnValue:
    """Send a check-in of the patient's program now."""
    who, name = reader(), fields("check_in")["check_in"] or ""
    try:
        issue_checkin(service(), site_id=who.site_id, patient_id=patient_id, name=name, agent=who.agent)
        flash(f"The {name} check-in is on its way.", "done")
    except (Conflict, Rejected) as error:
        flash(f"The check-in was not sent: {error}", "problem")
    return redirect(url_for("web.show_patient", patient_id=patient_id), 303)
