"""Calls on rotas: shifts, rotations, stand-ins, and whom they put on duty."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from app.api.calls import Calls
from app.api.context import caller, service, site_id
from app.api.lists import ListQuery, list_of, listed, where
from app.api.staff_schemas import (
    CoverOut,
    CoverQuery,
    Nothing,
    RotationEnd,
    RotationIn,
    RotationOut,
    ScheduleIn,
    ScheduleOut,
    ShiftIn,
    ShiftOut,
    StandInOut,
)
from app.errors import Rejected
from app.reports.api_lists.schedules import (
    get_override_row,
    get_rotation_row,
    get_schedule_row,
    get_shift_row,
    list_overrides,
    list_rotations,
    list_schedules,
    list_shifts,
)
from app.reports.on_call import read_cover
from app.workflows.plan_rotations import RotationDetails, add_rotation, end_rotation
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift, remove_shift
from app.workflows.plan_stand_ins import add_stand_in, end_stand_in

schedules = Calls("schedules", __name__, "Who is on call, and who is backup.")
_ONE = "/schedules/<schedule_id>"
_WEEK, _LONGEST = timedelta(days=7), timedelta(days=92)


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


@schedules.call("POST", _ONE + "/shifts/<shift_id>/remove", needs="write", body=Nothing, answer=Nothing)
def unplan_shift(body: dict[str, Any], schedule_id: str, shift_id: str) -> Any:
    """Take somebody off a shift: one that has begun ends now, a later one is gone. One that is over is a 409."""
    remove_shift(service(), site_id=site_id(), schedule_id=schedule_id, shift_id=shift_id, agent=caller().agent)
    return {}


@schedules.call("GET", _ONE + "/rotations", needs="read", query=ListQuery, answer=list_of(RotationOut))
def find_rotations(query: dict[str, Any], schedule_id: str) -> Any:
    """List the rotations of a rota, newest first, also those that have ended."""
    return listed(list_rotations(service().db, site_id=site_id(), schedule_id=schedule_id, **where(query)))


@schedules.call("POST", _ONE + "/rotations", needs="write", body=RotationIn, answer=RotationOut, status=201)
def plan_rotation(body: dict[str, Any], schedule_id: str) -> Any:
    """Let people take turns. Each needs a phone number, or they could not be paged."""
    rotation_id = add_rotation(
        service(), site_id=site_id(), schedule_id=schedule_id, details=RotationDetails(**body), agent=caller().agent
    )
    return get_rotation_row(service().db, site_id=site_id(), rotation_id=rotation_id)


@schedules.call("POST", _ONE + "/rotations/<rotation_id>/end", needs="write", body=RotationEnd, answer=RotationOut)
def stop_rotation(body: dict[str, Any], schedule_id: str, rotation_id: str) -> Any:
    """End a rotation, on a day or with the turn that is under way."""
    end_rotation(
        service(), site_id=site_id(), schedule_id=schedule_id, rotation_id=rotation_id, agent=caller().agent, **body
    )
    return get_rotation_row(service().db, site_id=site_id(), rotation_id=rotation_id)


@schedules.call("GET", _ONE + "/overrides", needs="read", query=ListQuery, answer=list_of(StandInOut))
def find_overrides(query: dict[str, Any], schedule_id: str) -> Any:
    """List the stand-ins of a rota, the latest first, also those that were called off."""
    return listed(list_overrides(service().db, site_id=site_id(), schedule_id=schedule_id, **where(query)))


@schedules.call("POST", _ONE + "/overrides", needs="write", body=ShiftIn, answer=StandInOut, status=201)
def plan_override(body: dict[str, Any], schedule_id: str) -> Any:
    """Let somebody stand in for whoever would have the role in that stretch."""
    stand_in_id = add_stand_in(
        service(), site_id=site_id(), schedule_id=schedule_id, details=ShiftDetails(**body), agent=caller().agent
    )
    return get_override_row(service().db, site_id=site_id(), override_id=stand_in_id)


@schedules.call("POST", _ONE + "/overrides/<override_id>/end", needs="write", body=Nothing, answer=StandInOut)
def stop_override(body: dict[str, Any], schedule_id: str, override_id: str) -> Any:
    """End a stand-in: whoever was planned is on duty again. One that is over is a 409."""
    end_stand_in(service(), site_id=site_id(), schedule_id=schedule_id, stand_in_id=override_id, agent=caller().agent)
    return get_override_row(service().db, site_id=site_id(), override_id=override_id)


@schedules.call("GET", _ONE + "/cover", needs="read", query=CoverQuery, answer=CoverOut)
def show_cover(query: dict[str, Any], schedule_id: str) -> Any:
    """Say who is on duty between two moments, at most 92 days apart, and where nobody is on call who can be paged."""
    since = query.get("since") or service().clock.now()
    until = query.get("until") or since + _WEEK
    if not since < until <= since + _LONGEST:
        raise Rejected({"until": [f"must be later than since, by {_LONGEST.days} days at most."]})
    cover = read_cover(service().db, site_id=site_id(), schedule_id=schedule_id, since=since, until=until)
    duties = [
        {**asdict(duty), "staff": duty.practitioner_id, "can_be_paged": duty.practitioner_id in cover.reachable}
        for duty in cover.duties
    ]
    gaps = [{"starts_at": start, "ends_at": end} for start, end in cover.gaps]
    return {"since": since, "until": until, "duties": duties, "gaps": gaps}
