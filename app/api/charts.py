"""Calls on what was asked, answered, said and raised about one patient. Reading any of it is an audit event."""

from typing import Any

from app.api.calls import Calls
from app.api.chart_schemas import CheckinIn, CheckinOut, MessageOut, MessageQuery, ResponseIn, ResponseOut, TimelineOut
from app.api.context import caller, service, site_id
from app.api.lists import ListQuery, list_of, listed, where
from app.reports.api_lists.checkins import get_checkin_row, list_checkins
from app.reports.api_lists.messages import list_messages, list_patient_messages
from app.reports.api_lists.responses import get_response_row, list_responses
from app.reports.api_lists.timeline import TimelineRow, list_timeline
from app.workflows.issue_checkins import issue_checkin
from app.workflows.note_reading import note_reading
from app.workflows.record_response import ResponseGiven, record_response

charts = Calls("charts", __name__, "What a patient was asked, what they answered, and what came of it.")
messages = Calls("messages", __name__, "The outbox and the inbox.")


@charts.call("POST", "/patients/<patient_id>/check-ins", needs="write", body=CheckinIn, answer=CheckinOut, status=201)
def issue_checkin_now(body: dict[str, Any], patient_id: str) -> Any:
    """Issue a check-in of the patient's program now, whatever its timing.

    A caregiver's check-in goes to each caregiver who may report; the first one is returned.
    """
    issued = issue_checkin(
        service(), site_id=site_id(), patient_id=patient_id, name=body["check_in"], agent=caller().agent
    )
    return get_checkin_row(service().db, site_id=site_id(), checkin_id=issued[0])


@charts.call("GET", "/patients/<patient_id>/check-ins", needs="read", query=ListQuery, answer=list_of(CheckinOut))
def find_checkins(query: dict[str, Any], patient_id: str) -> Any:
    """List a patient's check-ins, newest first."""
    page = list_checkins(service().db, site_id=site_id(), patient_id=patient_id, **where(query))
    _note(patient_id)
    return listed(page)


@charts.call("POST", "/patients/<patient_id>/responses", needs="write", body=ResponseIn, answer=ResponseOut, status=201)
def record_response_from_elsewhere(body: dict[str, Any], patient_id: str) -> Any:
    """Store and judge a response from another system, by the same rules as texts and the web form."""
    response_id = record_response(
        service(), site_id=site_id(), patient_id=patient_id, given=ResponseGiven(**body), agent=caller().agent
    )
    return get_response_row(service().db, site_id=site_id(), response_id=response_id)


@charts.call("GET", "/patients/<patient_id>/responses", needs="read", query=ListQuery, answer=list_of(ResponseOut))
def find_responses(query: dict[str, Any], patient_id: str) -> Any:
    """List a patient's responses, newest first."""
    page = list_responses(service().db, site_id=site_id(), patient_id=patient_id, **where(query))
    _note(patient_id)
    return listed(page)


@charts.call("GET", "/patients/<patient_id>/messages", needs="read", query=ListQuery, answer=list_of(MessageOut))
def find_patient_messages(query: dict[str, Any], patient_id: str) -> Any:
    """List the texts with a patient and those who help them, newest first."""
    page = list_patient_messages(service().db, site_id=site_id(), patient_id=patient_id, **where(query))
    _note(patient_id)
    return listed(page)


@charts.call("GET", "/patients/<patient_id>/timeline", needs="read", query=ListQuery, answer=list_of(TimelineOut))
def find_timeline(query: dict[str, Any], patient_id: str) -> Any:
    """List everything that happened with a patient, newest first."""
    page = list_timeline(service().db, site_id=site_id(), patient_id=patient_id, **where(query))
    _note(patient_id)
    answer = listed(page)
    return {**answer, "items": [_happening(row) for row in page.items]}


@messages.call("GET", "/messages", needs="read", query=MessageQuery, answer=list_of(MessageOut))
def find_messages(query: dict[str, Any]) -> Any:
    """List the texts of the site, out and in, newest first."""
    page = list_messages(
        service().db, site_id=site_id(), patient_id=query.get("patient"), direction=query.get("direction"),
        kind=query.get("kind"), **where(query),
    )  # fmt: skip
    if page.items:  # one event a call: a list names no single chart unless it was asked for one
        about = (query["patient"], "patient") if "patient" in query else (site_id(), "message_list")
        _note(*about)
    return listed(page)


def _happening(row: TimelineRow) -> dict[str, Any]:
    return {"type": row.type, "id": row.position.id, "at": row.position.at, row.type: row.what}


def _note(entity_id: str, entity: str = "patient") -> None:
    note_reading(service(), site_id=site_id(), agent=caller().agent, entity=entity, entity_id=entity_id)
