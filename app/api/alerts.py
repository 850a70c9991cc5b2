"""Calls on alerts: list, read, take, hand over, close, snooze; assign or dismiss a text that we could not place."""

from typing import Any

from app.api.alert_schemas import (
    AcknowledgeIn,
    AlertOut,
    AlertQuery,
    AssignIn,
    ConfirmIn,
    DismissIn,
    HandOverIn,
    NoteIn,
    NothingIn,
    ReopenIn,
    ResolveIn,
    SnoozeIn,
)
from app.api.calls import Calls
from app.api.context import caller, service, site_id
from app.api.lists import list_of, listed, where
from app.reports.api_lists.alerts import AlertRow, get_alert_row, list_alerts
from app.workflows.acknowledge_alert import acknowledge_alert
from app.workflows.assign_inbound import assign_inbound, dismiss_inbound
from app.workflows.hand_over_alert import hand_over_alert
from app.workflows.name_actor import find_actor, find_only_on_call
from app.workflows.note_reading import note_reading
from app.workflows.resolve_alert import ResolutionGiven, note_alert, reopen_alert, resolve_alert
from app.workflows.snooze_alert import SnoozeGiven, end_snooze, snooze_alert
from app.workflows.step_down import confirm_step_down

alerts = Calls("alerts", __name__, "Everything that needs a person.")


@alerts.call("GET", "/alerts", needs="read", query=AlertQuery, answer=list_of(AlertOut))
def find_alerts(query: dict[str, Any]) -> Any:
    """List alerts, newest first."""
    page = list_alerts(
        service().db, site_id=site_id(), status=query.get("status"), tier=query.get("tier"),
        patient_id=query.get("patient"), **where(query),
    )  # fmt: skip
    return listed(page)


@alerts.call("GET", "/alerts/<alert_id>", needs="read", answer=AlertOut)
def read_alert(alert_id: str) -> Any:
    """Read one alert with its history."""
    row = _row(alert_id)
    note_reading(service(), site_id=site_id(), agent=caller().agent, entity="alert", entity_id=alert_id)
    return row


@alerts.call("POST", "/alerts/<alert_id>/acknowledge", needs="write", body=AcknowledgeIn, answer=AlertOut)
def take_alert(body: dict[str, Any], alert_id: str) -> Any:
    """Take an alert on, in the name of a member of staff. The first one wins.

    Taking what one has already changes nothing; what somebody else has is a 409.
    """
    _row(alert_id)
    who = _actor(body) or find_only_on_call(service(), site_id=site_id())
    acknowledge_alert(service(), site_id=site_id(), alert_id=alert_id, practitioner_id=who, via=caller().agent)
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/resolve", needs="write", body=ResolveIn, answer=AlertOut)
def close_alert(body: dict[str, Any], alert_id: str) -> Any:
    """Close an alert with what it came to.

    `no_contact_made` on a red one is an attempt: it stays open, and the next call of whoever has it is due in an hour.
    Without `staff` nobody has it, and the next person is paged as if nothing had been tried.
    """
    _row(alert_id)
    who = _actor(body)
    given = ResolutionGiven(**{name: value for name, value in body.items() if name != "staff"})
    resolve_alert(
        service(), site_id=site_id(), alert_id=alert_id, practitioner_id=who, agent=caller().agent, given=given
    )
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/reopen", needs="write", body=ReopenIn, answer=AlertOut)
def take_up_again(body: dict[str, Any], alert_id: str) -> Any:
    """Take a closed alert up again: its escalation starts from the first step."""
    reopen_alert(service(), site_id=site_id(), alert_id=alert_id, agent=caller().agent, note=body.get("note"))
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/note", needs="write", body=NoteIn, answer=AlertOut)
def add_note(body: dict[str, Any], alert_id: str) -> Any:
    """Add a note to an alert's history."""
    note_alert(service(), site_id=site_id(), alert_id=alert_id, agent=caller().agent, note=body["note"])
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/hand-over", needs="write", body=HandOverIn, answer=AlertOut)
def give_to_another(body: dict[str, Any], alert_id: str) -> Any:
    """Make another member of staff the owner of an open alert; they are told by a text."""
    _row(alert_id)
    to = find_actor(service(), site_id=site_id(), named=body["staff"])
    hand_over_alert(
        service(), site_id=site_id(), alert_id=alert_id, to=to, agent=caller().agent, reason=body.get("reason", "")
    )
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/snooze", needs="write", body=SnoozeIn, answer=AlertOut)
def expect_this_level(body: dict[str, Any], alert_id: str) -> Any:
    """Say which level is expected of what the alert is about: nobody is called until it is 2 worse, or red.

    Red-flag words, a wish for a call now and the two worst answers always call. The alert itself stays as it is.
    """
    _row(alert_id)
    given = SnoozeGiven(
        expected=body["expected"], reason=body["reason"], ends_at=body.get("until"), days=body.get("days")
    )
    snooze_alert(service(), site_id=site_id(), alert_id=alert_id, given=given, agent=caller().agent)
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/end-snooze", needs="write", body=NothingIn, answer=AlertOut)
def expect_nothing_more(_body: dict[str, Any], alert_id: str) -> Any:
    """End the snooze of what the alert is about; where none runs, nothing changes."""
    _row(alert_id)
    end_snooze(service(), site_id=site_id(), alert_id=alert_id, agent=caller().agent)
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/confirm-step-down", needs="write", body=ConfirmIn, answer=AlertOut)
def step_down(body: dict[str, Any], alert_id: str) -> Any:
    """Do what an alert suggests, such as asking less often, and close it. Closed otherwise, it changes nothing."""
    _row(alert_id)
    who = _actor(body)
    confirm_step_down(service(), site_id=site_id(), alert_id=alert_id, practitioner_id=who, agent=caller().agent)
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/assign", needs="write", body=AssignIn, answer=AlertOut)
def assign_text(body: dict[str, Any], alert_id: str) -> Any:
    """Say whose text a review alert is about; it is then taken in as if they had written it from their own number.

    Of a number that nobody has, all its texts are. The alert closes; what the text needs a person for is on the
    patient's own alerts. What somebody else settled before is a 409.
    """
    _row(alert_id)
    who = _actor(body)
    assign_inbound(
        service(), site_id=site_id(), alert_id=alert_id, patient_id=body["patient"],
        related_person_id=body.get("related_person"), save_number=body["save_number"], practitioner_id=who,
        agent=caller().agent,
    )  # fmt: skip
    return _row(alert_id)


@alerts.call("POST", "/alerts/<alert_id>/dismiss", needs="write", body=DismissIn, answer=AlertOut)
def dismiss_text(body: dict[str, Any], alert_id: str) -> Any:
    """Close a review alert whose text is nobody's here; the text is kept."""
    _row(alert_id)
    who = _actor(body)
    dismiss_inbound(
        service(), site_id=site_id(), alert_id=alert_id, reason=body["reason"], note=body.get("note"),
        practitioner_id=who, agent=caller().agent,
    )  # fmt: skip
    return _row(alert_id)


def _row(alert_id: str) -> AlertRow:
    return get_alert_row(service().db, site_id=site_id(), alert_id=alert_id)


def _actor(body: dict[str, Any]) -> str | None:
    named: str | None = body.get("staff")
    return None if named is None else find_actor(service(), site_id=site_id(), named=named)
