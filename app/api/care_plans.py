"""Calls on what holds for one person: goals, baselines, what is expected; and on rules that hold otherwise."""

from typing import Any

from werkzeug.exceptions import Forbidden

from app.api.alert_schemas import NothingIn
from app.api.calls import Calls
from app.api.care_plan_schemas import LevelIn, LevelOut, RuleOverrideIn, RuleOverrideOut, RuleOverrideQuery, SnoozeOut
from app.api.context import caller, service, site_id
from app.api.lists import list_of
from app.reports.drift import OverrideRow, get_override, read_overrides
from app.reports.levels import LevelRow, read_levels, read_snoozes
from app.staff.roles import token_may
from app.workflows.note_reading import note_reading
from app.workflows.override_rule import OverrideGiven, end_override, override_rule
from app.workflows.set_level import LevelGiven, set_level

care_plans = Calls("care_plans", __name__, "What is usual for, wished by and expected of one person.")


@care_plans.call("GET", "/patients/<patient_id>/levels", needs="read", answer=list_of(LevelOut))
def find_levels(patient_id: str) -> Any:
    """List the goals and baselines in force, default goals among them."""
    rows = read_levels(service().db, site_id=site_id(), patient_id=patient_id).rows
    note_reading(service(), site_id=site_id(), agent=caller().agent, entity="patient", entity_id=patient_id)
    return _all(rows)


@care_plans.call("POST", "/patients/<patient_id>/levels", needs="write", body=LevelIn, answer=list_of(LevelOut))
def set_one_level(body: dict[str, Any], patient_id: str) -> Any:
    """Set, or take back, a goal or a baseline from now on; answers with all that are then in force."""
    set_level(service(), site_id=site_id(), patient_id=patient_id, given=LevelGiven(**body), agent=caller().agent)
    return _all(read_levels(service().db, site_id=site_id(), patient_id=patient_id).rows)


@care_plans.call("GET", "/patients/<patient_id>/snoozes", needs="read", answer=list_of(SnoozeOut))
def find_snoozes(patient_id: str) -> Any:
    """List what is expected of a patient now."""
    rows = read_snoozes(service().db, site_id=site_id(), patient_id=patient_id, now=service().clock.now())
    note_reading(service(), site_id=site_id(), agent=caller().agent, entity="patient", entity_id=patient_id)
    return _all(rows)


@care_plans.call("GET", "/overrides", needs="read", query=RuleOverrideQuery, answer=list_of(RuleOverrideOut))
def find_overrides(query: dict[str, Any]) -> Any:
    """List the rules that hold otherwise than published, for the site and for single patients."""
    now = service().clock.now()
    return _all(read_overrides(service().db, site_id=site_id(), now=now, patient_id=query.get("patient")))


@care_plans.call("POST", "/overrides", needs="write", body=RuleOverrideIn, answer=RuleOverrideOut, status=201)
def set_override(body: dict[str, Any]) -> Any:
    """Mute a rule or change its operands, for a patient or for the whole site; the override before is ended.

    Red-flag words, a wish for a call now, silence after a red and the two worst answers always call somebody.
    """
    if body.get("patient") is None:
        _must_administer()
    given = OverrideGiven(
        rule=body["rule"], reason=body["reason"], program=body.get("program"), patient_id=body.get("patient"),
        muted=body["muted"], change=body.get("change"), ends_at=body.get("until"),
    )  # fmt: skip
    return _row(override_rule(service(), site_id=site_id(), given=given, agent=caller().agent))


@care_plans.call("POST", "/overrides/<override_id>/end", needs="write", body=NothingIn, answer=RuleOverrideOut)
def end_one_override(_body: dict[str, Any], override_id: str) -> Any:
    """Let a rule hold as published again; one that is over already stays as it is."""
    if _row(override_id).patient is None:
        _must_administer()
    end_override(service(), site_id=site_id(), override_id=override_id, agent=caller().agent)
    return _row(override_id)


def _row(override_id: str) -> OverrideRow:
    return get_override(service().db, site_id=site_id(), override_id=override_id)


def _must_administer() -> None:
    if not token_may(caller().scope, "admin"):
        raise Forbidden("This is for the whole site: it takes a token of scope admin.")


def _all(rows: tuple[LevelRow, ...] | tuple[Any, ...]) -> dict[str, Any]:
    return {"items": rows, "next": None}
