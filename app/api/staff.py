"""Calls on members of staff, rotas and shifts."""

from typing import Any

from app.api.calls import Calls
from app.api.context import caller, service, site_id
from app.api.lists import ListQuery, list_of, listed, where
from app.api.staff_schemas import ScheduleIn, ScheduleOut, ShiftIn, ShiftOut, StaffIn, StaffOut
from app.reports.api_lists.staff import (
    get_schedule_row,
    get_shift_row,
    get_staff_row,
    list_schedules,
    list_shifts,
    list_staff,
)
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift

staff = Calls("staff", __name__, "Members of staff of the site.")
schedules = Calls("schedules", __name__, "Who is on call, and who is backup.")


@staff.call("GET", "/staff", needs="read", query=ListQuery, answer=list_of(StaffOut))
def find_staff(query: dict[str, Any]) -> Any:
    """List members of staff, newest first."""
    return listed(list_staff(service().db, site_id=site_id(), **where(query)))


@staff.call("POST", "/staff", needs="admin", body=StaffIn, answer=StaffOut, status=201)
def register_staff(body: dict[str, Any]) -> Any:
    """Add a member of staff. Needs a token with the scope admin."""
    staff_id = add_staff(service(), site_id=site_id(), details=StaffDetails(**body), agent=caller().agent)
    return get_staff_row(service().db, site_id=site_id(), staff_id=staff_id)


@schedules.call("GET", "/schedules", needs="read", query=ListQuery, answer=list_of(ScheduleOut))
def find_schedules(query: dict[str, Any]) -> Any:
    """List rotas, newest first."""
    return listed(list_schedules(service().db, site_id=site_id(), **where(query)))


@schedules.call("POST", "/schedules", needs="write", body=ScheduleIn, answer=ScheduleOut, status=201)
def make_schedule(body: dict[str, Any]) -> Any:
    """Make a rota."""
    schedule_id = add_schedule(service(), site_id=site_id(), agent=caller().agent, **body)
    return get_schedule_row(service().db, site_id=site_id(), schedule_id=schedule_id)


@schedules.call("GET", "/schedules/<schedule_id>/shifts", needs="read", query=ListQuery, answer=list_of(ShiftOut))
def find_shifts(query: dict[str, Any], schedule_id: str) -> Any:
    """List the shifts of a rota, the latest first."""
    return listed(list_shifts(service().db, site_id=site_id(), schedule_id=schedule_id, **where(query)))


@schedules.call("POST", "/schedules/<schedule_id>/shifts", needs="write", body=ShiftIn, answer=ShiftOut, status=201)
def plan_shift(body: dict[str, Any], schedule_id: str) -> Any:
    """Put somebody on a shift. They need a phone number, or they could not be paged."""
    shift_id = add_shift(
        service(), site_id=site_id(), schedule_id=schedule_id, details=ShiftDetails(**body), agent=caller().agent
    )
    return get_shift_row(service().db, site_id=site_id(), shift_id=shift_id)
