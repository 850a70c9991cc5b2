"""One alert: why, what the person was told, and what can be done about it."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.alerts.lifecycle import Outcome
from app.errors import Conflict, Rejected
from app.reports.alert_page import read_alert
from app.reports.unplaced_text import read_unplaced
from app.staff.roles import Permission, may
from app.web.access import staff
from app.web.blueprint import pages
from app.web.context import fields, reader, service
from app.web.given import moment, naming, number, whole
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.assign_inbound import Number, Placed, assign_inbound, dismiss_inbound
from app.workflows.hand_over_alert import hand_over_alert
from app.workflows.note_reading import note_reading
from app.workflows.resolve_alert import ResolutionGiven, note_alert, reopen_alert, resolve_alert
from app.workflows.snooze_alert import SnoozeGiven, end_snooze, snooze_alert
from app.workflows.step_down import confirm_step_down
from app.zones import wall_clock

Problems = Mapping[str, list[str]]

_NUMBER = {
    Number.SAVED: " The number is saved: texts to them go there from now on.",
    Number.SHARED: " The number is somebody else's too, so it was not saved.",
}


@pages.get("/alerts/<alert_id>")
@staff(Permission.READ_CHARTS)
def show_alert(alert_id: str) -> ResponseReturnValue:
    """The alert's page."""
    page = _render(alert_id)
    who = reader()
    note_reading(service(), site_id=who.site_id, agent=who.agent, entity="alert", entity_id=alert_id)
    return page


@pages.post("/alerts/<alert_id>/acknowledge")
@staff(Permission.ACT_ON_ALERTS)
def acknowledge(alert_id: str) -> ResponseReturnValue:
    """Take the alert."""
    who = reader()

    def take() -> str:
        acknowledge_alert(
            service(), site_id=who.site_id, alert_id=alert_id, practitioner_id=who.practitioner_id, via="web"
        )
        return "This alert is yours. The others who were paged are told."

    return _act(alert_id, take)


@pages.post("/alerts/<alert_id>/resolve")
@staff(Permission.ACT_ON_ALERTS)
def resolve(alert_id: str) -> ResponseReturnValue:
    """Close the alert with an outcome, or note that nobody was reached."""
    who, given = reader(), fields("outcome", "note", "reason", "because", "contacted_at", "seen")
    seen = given["seen"] or ""

    def close() -> str:
        closed = resolve_alert(
            service(), site_id=who.site_id, alert_id=alert_id, practitioner_id=who.practitioner_id, agent=who.agent,
            given=ResolutionGiven(
                outcome=given["outcome"] or "", note=given["note"], reason=given["reason"],
                because=given["because"], contacted_at=moment(given["contacted_at"], who.time_zone, "contacted_at"),
                seen=int(seen) if seen.isdecimal() and len(seen) < 6 else None,
            ),
        )  # fmt: skip
        if given["outcome"] == Outcome.DIED:
            return "Closed. They are recorded as deceased: nothing more is asked or sent."
        return (
            "Closed." if closed else "Noted that nobody was reached. The alert stays open; the next call is in an hour."
        )

    return _act(alert_id, close)


@pages.post("/alerts/<alert_id>/hand-over")
@staff(Permission.ACT_ON_ALERTS)
def hand_over(alert_id: str) -> ResponseReturnValue:
    """Give the alert to a colleague."""
    who, given = reader(), fields("to", "handing_over_because")

    def give() -> str:
        with naming({"staff": "to", "reason": "handing_over_because"}):
            hand_over_alert(
                service(), site_id=who.site_id, alert_id=alert_id, to=given["to"] or "", agent=who.agent,
                by=who.practitioner_id, reason=given["handing_over_because"] or "",
            )  # fmt: skip
        return "Handed over. They are told by a text."

    return _act(alert_id, give)


@pages.post("/alerts/<alert_id>/snooze")
@staff(Permission.ACT_ON_ALERTS)
def snooze(alert_id: str) -> ResponseReturnValue:
    """Say which level is expected for now."""
    who, given = reader(), fields("expected", "days", "expected_because")

    def expect() -> str:
        with naming({"reason": "expected_because"}):
            said = SnoozeGiven(
                expected=number(given["expected"], "expected"), days=whole(given["days"], "days"),
                reason=given["expected_because"] or "",
            )  # fmt: skip
            snooze_alert(service(), site_id=who.site_id, alert_id=alert_id, given=said, agent=who.agent)
        return "Saved. Nobody is called at this level, until it gets worse."

    return _act(alert_id, expect)


@pages.post("/alerts/<alert_id>/end-snooze")
@staff(Permission.ACT_ON_ALERTS)
def stop_snooze(alert_id: str) -> ResponseReturnValue:
    """Expect nothing any more."""

    def stop() -> str:
        end_snooze(service(), site_id=reader().site_id, alert_id=alert_id, agent=reader().agent)
        return "The snooze has ended."

    return _act(alert_id, stop)


@pages.post("/alerts/<alert_id>/confirm-step-down")
@staff(Permission.ACT_ON_ALERTS)
def step_down(alert_id: str) -> ResponseReturnValue:
    """Do what the alert suggests."""
    who = reader()

    def confirm() -> str:
        confirm_step_down(
            service(), site_id=who.site_id, alert_id=alert_id, practitioner_id=who.practitioner_id, agent=who.agent
        )
        return "Done, and the alert is closed."

    return _act(alert_id, confirm)


@pages.post("/alerts/<alert_id>/note")
@staff(Permission.ACT_ON_ALERTS)
def add_note(alert_id: str) -> ResponseReturnValue:
    """Write a note into the alert's history."""

    def write() -> str:
        with naming({"note": "text"}):
            said = fields("text")["text"] or ""
            note_alert(service(), site_id=reader().site_id, alert_id=alert_id, agent=reader().agent, note=said)
        return "Your note is saved."

    return _act(alert_id, write)


@pages.post("/alerts/<alert_id>/reopen")
@staff(Permission.ACT_ON_ALERTS)
def reopen(alert_id: str) -> ResponseReturnValue:
    """Take a closed alert up again."""

    def open_again() -> str:
        reopen_alert(
            service(), site_id=reader().site_id, alert_id=alert_id, agent=reader().agent, note=fields("note")["note"]
        )
        return "The alert is open again, and somebody is paged."

    return _act(alert_id, open_again)


@pages.post("/alerts/<alert_id>/writer")
@staff(Permission.ACT_ON_ALERTS)
def find_writer(alert_id: str) -> ResponseReturnValue:
    """Look for who may have written. The name is posted, so that it stands in no address."""
    return _render(alert_id)


@pages.post("/alerts/<alert_id>/assign")
@staff(Permission.ACT_ON_ALERTS)
def assign(alert_id: str) -> ResponseReturnValue:
    """Say whose text it was."""
    who, given = reader(), fields("who", "save_number")

    def place() -> str:
        patient_id, _, related_id = (given["who"] or "").partition(":")
        placed = assign_inbound(
            service(), site_id=who.site_id, alert_id=alert_id, patient_id=patient_id,
            related_person_id=related_id or None, save_number=given["save_number"] is not None,
            practitioner_id=who.practitioner_id, agent=who.agent,
        )  # fmt: skip
        return _placed(placed)

    return _act(alert_id, place)


@pages.post("/alerts/<alert_id>/dismiss")
@staff(Permission.ACT_ON_ALERTS)
def dismiss(alert_id: str) -> ResponseReturnValue:
    """Say that a text is nobody's here."""
    who, given = reader(), fields("why", "remark")

    def set_aside() -> str:
        with naming({"reason": "why", "note": "remark"}):
            dismiss_inbound(
                service(), site_id=who.site_id, alert_id=alert_id, reason=given["why"] or "", note=given["remark"],
                practitioner_id=who.practitioner_id, agent=who.agent,
            )  # fmt: skip
        return "Dismissed. The text is kept."

    return _act(alert_id, set_aside)


def _placed(placed: Placed) -> str:
    """What came of texts that are somebody's now."""
    texts = "The text is" if placed.texts == 1 else f"{placed.texts} texts are"
    see = f" See {' '.join(placed.codes)} on the worklist." if placed.codes else " No alert was needed."
    return f"{texts} taken in as theirs.{see}{_NUMBER.get(placed.number, '')}"


def _act(alert_id: str, act: Callable[[], str]) -> ResponseReturnValue:
    """Do something to the alert, then show it, or the list it was done from; what is wrong is said on the page."""
    try:
        flash(act(), "done")
    except Rejected as error:
        return _render(alert_id, problems=error.problems), 422
    except Conflict as error:
        flash(str(error), "problem")
    if request.form.get("from") == "worklist":
        return redirect(url_for("web.show_worklist", filter=request.form.get("filter") or None), 303)
    return redirect(url_for("web.show_alert", alert_id=alert_id), 303)


def _render(alert_id: str, problems: Problems | None = None) -> str:
    who = reader()
    page = read_alert(service().db, site_id=who.site_id, alert_id=alert_id, now=service().clock.now())
    search = request.form.get("q", "").strip()
    return render_template(
        "alert.html",
        page=page,
        unplaced=read_unplaced(service().db, site_id=who.site_id, alert_id=alert_id, search=search),
        search=search,
        alert=page.alert,
        problems=problems or {},
        given=request.form,
        may_act=may(who.role, Permission.ACT_ON_ALERTS),
        now_local=wall_clock(service().clock.now(), who.time_zone).strftime("%Y-%m-%dT%H:%M"),
    )
