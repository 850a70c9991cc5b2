"""Calls on members of staff."""

from typing import Any

from app.api.calls import Calls
from app.api.context import caller, service, site_id
from app.api.lists import ListQuery, list_of, listed, where
from app.api.staff_schemas import StaffIn, StaffOut
from app.reports.api_lists.staff import get_staff_row, list_staff
from app.workflows.manage_staff import StaffDetails, add_staff

staff = Calls("staff", __name__, "Members of staff of the site.")


@staff.call("GET", "/staff", needs="read", query=ListQuery, answer=list_of(StaffOut))
def find_staff(query: dict[str, Any]) -> Any:
    """List members of staff, newest first."""
    return listed(list_staff(service().db, site_id=site_id(), **where(query)))


@staff.call("POST", "/staff", needs="admin", body=StaffIn, answer=StaffOut, status=201)
def register_staff(body: dict[str, Any]) -> Any:
    """Add a member of staff. Needs a token with the scope admin."""
    staff_id = add_staff(service(), site_id=site_id(), details=StaffDetails(**body), agent=caller().agent)
    return get_staff_row(service().db, site_id=site_id(), staff_id=staff_id)
