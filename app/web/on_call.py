"""Who is on call: now, this week, where nobody is; and the forms that change it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Conflict, NotFound, Rejected
from app.escalation.hours import WEEKDAYS
from app.escalation.oncall import ShiftRole, Team
from app.reports.on_call import Schedule, read_on_call
from app.staff.roles import Permission
from app.web.access import staff
from app.web.blueprint import pages
from app.web.context import fields, reader, service
from app.workflows.plan_rotations import RotationDetails, add_rotation, end_rotation
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift, remove_shift
from app.workflows.plan_stand_ins import add_stand_in, end_stand_in
from app.zones import instant

Problems = Mapping[str, list[str]]

TURN_LENGTHS = {"1": "a day", "7": "a week", "14": "two weeks"}
_PLACES = 8
"""How many may take turns in a rotation made on this page; the API takes more."""
_WRONG_MOMENT = "Give a date and a time, such as 3/11/2026, 14:05."


@pages.get("/on-call")
@staff(Permission.SCHEDULE)
def show_on_call() -> ResponseReturnValue:
    """The page."""
    return _render()


@pages.post("/on-call/rotas")
@staff(Permission.SCHEDULE)
def make_rota() -> ResponseReturnValue:
    """Make a rota."""
    given = fields("name", "time_zone", "team")

    def make() -> str:
        add_schedule(
            service(), site_id=reader().site_id, name=given["name"] or "", time_zone=given["time_zone"] or "",
            team=given["team"] or Team.CLINIC, agent=reader().agent,
        )  # fmt: skip
        return "The rota is there. Now put somebody on it."

    return _act("rota", make)


@pages.post("/on-call/stand-ins")
@staff(Permission.SCHEDULE)
def plan_stand_in() -> ResponseReturnValue:
    """Let somebody stand in for whoever would be on duty."""

    def plan() -> str:
        rota = _rota()
        add_stand_in(
            service(), site_id=reader().site_id, schedule_id=rota.id, details=_duty(rota), agent=reader().agent
        )
        return "The stand-in is planned."

    return _act("stand_in", plan)


@pages.post("/on-call/shifts")
@staff(Permission.SCHEDULE)
def plan_shift() -> ResponseReturnValue:
    """Put somebody on a shift."""

    def plan() -> str:
        rota = _rota()
        add_shift(service(), site_id=reader().site_id, schedule_id=rota.id, details=_duty(rota), agent=reader().agent)
        return "The shift is planned."

    return _act("shift", plan)


@pages.post("/on-call/rotations")
@staff(Permission.SCHEDULE)
def plan_rotation() -> ResponseReturnValue:
    """Let people take turns."""

    def plan() -> str:
        given = fields("role", "starts_on", "hand_over_at", "until_at", "turn_days", "ends_on")
        members = [id for n in range(1, _PLACES + 1) if (id := request.form.get(f"member_{n}"))]
        details = RotationDetails(
            role=given["role"] or "", members=members, starts_on=_day("starts_on", given["starts_on"]),
            hand_over_at=given["hand_over_at"] or "", until_at=given["until_at"],
            turn_days=int(given["turn_days"] or "") if (given["turn_days"] or "").isdecimal() else 0,
            days=request.form.getlist("days")[: len(WEEKDAYS)] or None,
            ends_on=_day("ends_on", given["ends_on"]) if given["ends_on"] else None,
        )  # fmt: skip
        add_rotation(service(), site_id=reader().site_id, schedule_id=_rota().id, details=details, agent=reader().agent)
        return "The rotation is planned."

    return _act("rotation", plan)


@pages.post("/on-call/<schedule_id>/<kind>/<row_id>/end")
@staff(Permission.SCHEDULE)
def end_plan(schedule_id: str, kind: str, row_id: str) -> ResponseReturnValue:
    """End a rotation, a stand-in or a shift."""

    def end() -> str:
        site_id, agent = reader().site_id, reader().agent
        match kind:
            case "rotations":
                end_rotation(service(), site_id=site_id, schedule_id=schedule_id, rotation_id=row_id, agent=agent)
                return "The rotation ends with the turn that is under way."
            case "stand-ins":
                end_stand_in(service(), site_id=site_id, schedule_id=schedule_id, stand_in_id=row_id, agent=agent)
                return "The stand-in is ended. Whoever was planned is on duty again."
            case "shifts":
                remove_shift(service(), site_id=site_id, schedule_id=schedule_id, shift_id=row_id, agent=agent)
                return "The shift is taken back."
        raise NotFound("there is nothing here")

    return _act(kind, end)


def _act(form: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Change the plan and show it; what is wrong is said on the page, at the ``form`` that it came from."""
    try:
        flash(act(), "done")
    except Rejected as error:
        problems = {f"{form}-{name or 'schedule'}": texts for name, texts in error.problems.items()}
        return _render(form, problems), 422
    except Conflict as error:
        flash(str(error), "problem")
    return redirect(url_for("web.show_on_call"), 303)


def _render(form: str = "", problems: Problems | None = None) -> str:
    who = reader()
    found = read_on_call(service().db, site_id=who.site_id, now=service().clock.now())
    return render_template(
        "on_call.html", on_call=found, problems=problems or {}, open_form=form,
        given=request.form if form else {}, roles={ShiftRole.ON_CALL: "On call", ShiftRole.BACKUP: "Backup"},
        teams={Team.CLINIC: "Clinic", Team.COMFORT: "Comfort care"}, weekdays=WEEKDAYS, places=_PLACES,
        turn_lengths=TURN_LENGTHS,
    )  # fmt: skip


def _rota() -> Schedule:
    """The rota that a form is about; raises ``Rejected`` where it names none of this site."""
    rotas = read_on_call(service().db, site_id=reader().site_id, now=service().clock.now()).schedules
    found = next((rota for rota in rotas if rota.id == request.form.get("schedule")), None)
    if found is None:
        raise Rejected({"schedule": ["Choose a rota."]})
    return found


def _duty(rota: Schedule) -> ShiftDetails:
    given = fields("staff", "role", "starts_at", "ends_at")
    return ShiftDetails(
        staff=given["staff"] or "", role=given["role"] or "",
        starts_at=_moment("starts_at", given["starts_at"], rota.zone),
        ends_at=_moment("ends_at", given["ends_at"], rota.zone),
    )  # fmt: skip


def _moment(field: str, local: str | None, zone: str) -> datetime:
    """A browser's local date and time in the rota's zone; raises ``Rejected`` when it is none."""
    try:
        return instant(datetime.fromisoformat(local or "").replace(tzinfo=None), zone)
    except (ValueError, OverflowError):
        raise Rejected({field: [_WRONG_MOMENT]}) from None


def _day(field: str, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Rejected({field: ["Give a day, such as 3/11/2026."]}) from None
