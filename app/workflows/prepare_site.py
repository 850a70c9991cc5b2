"""Make the default site of an empty database, so that a small clinic never has to think about sites."""

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from app.checkins.models import SiteProgram
from app.checkins.store import programs as program_store
from app.db import all_sites
from app.errors import Conflict, Rejected
from app.escalation.hours import ClinicHours
from app.patients.contact_point import normalize_phone
from app.staff import store as staff
from app.staff.models import DEFAULT_ALERT_BUDGET, Site
from app.workflows.service import Service

_SPREAD_AT_MOST = 180
_BUDGET_AT_MOST = 500
_GOALS_AT_MOST, _SCALE_END = 50, 10
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _office_hours() -> dict[str, Any]:
    return {day: [["08:00", "17:00"]] for day in _WEEKDAYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails:
    """What a clinic says of itself. ``clinic_hours`` maps a day to spans of local time.

    ``spread_minutes`` is over how long the invitations of one moment leave: a sender has a pace. ``default_goals`` are
    by symptom (code or ``link_id``); empty means the shipped ones. ``alert_budget`` is how many red and amber alerts a
    nurse is given in a day.
    """

    code: str = "main"
    public_name: str = "Our clinic"
    time_zone: str = "America/New_York"
    region: str = "US"
    language: str = "en"
    clinic_hours: dict[str, Any] = field(default_factory=_office_hours)
    after_hours_phone: str = "+15550100100"
    emergency_number: str = "911"
    fallback_name: str = "Clinic switchboard"
    fallback_phone: str = "+15550100100"
    comfort_phone: str | None = None
    senders: list[str] = field(default_factory=list)
    spread_minutes: int = 0
    default_goals: dict[str, Any] | None = None
    alert_budget: float = DEFAULT_ALERT_BUDGET


def prepare_default_site(service: Service) -> str:
    """Make the default site unless there is one; returns its id."""
    with service.db.transaction(all_sites()) as session:
        sites = staff.list_sites(session)
        if sites:
            return sites[0].id
        site = Site(**asdict(SiteDetails()), is_default=True, created_at=service.clock.now())
        session.add(site)
        return site.id


def set_up_site(service: Service, details: SiteDetails, *, site_id: str | None = None) -> str:
    """Write what a site says of itself (``site_id``), or add one more; returns its id.

    Raises ``Rejected`` naming each wrong field, ``Conflict`` when another site has the code.
    """
    details = _checked(service, details)
    with service.db.transaction(all_sites()) as session:
        other = staff.find_site(session, code=details.code)
        if other is not None and other.id != site_id:
            raise Conflict(f"there is a site {details.code} already")
        if site_id is None:
            first = not staff.list_sites(session)
            site = Site(**asdict(details), is_default=first, created_at=service.clock.now())
            session.add(site)
            session.flush()
            # What is published already is for a new site, too.
            for program in program_store.list_latest_programs(session):
                session.add(SiteProgram(site_id=site.id, name=program.name, program_id=program.id))
        else:
            site = staff.get_site(session, site_id=site_id)
            for name, value in asdict(details).items():
                setattr(site, name, value)
        return site.id


def read_site(service: Service, *, site_id: str) -> SiteDetails:
    """What a site says of itself."""
    with service.db.reading(all_sites()) as session:
        site = staff.get_site(session, site_id=site_id)
        return SiteDetails(**{field.name: getattr(site, field.name) for field in fields(SiteDetails)})


def _checked(service: Service, details: SiteDetails) -> SiteDetails:
    """The same details with hours read and numbers written in full; raises ``Rejected``."""
    problems: dict[str, list[str]] = {}
    for name, longest in (("code", 40), ("public_name", 80), ("fallback_name", 80)):
        if not getattr(details, name).strip() or len(getattr(details, name)) > longest:
            problems[name] = [f"has 1 to {longest} characters."]
    if details.language not in service.renderer.languages:
        problems["language"] = [f"must be one of {', '.join(service.renderer.languages)}."]
    if not (
        details.emergency_number.isascii() and details.emergency_number.isdigit() and len(details.emergency_number) < 7
    ):
        problems["emergency_number"] = ["must be digits, such as 911."]
    if not 0 <= details.spread_minutes <= _SPREAD_AT_MOST:
        problems["spread_minutes"] = [f"must be from 0 to {_SPREAD_AT_MOST}."]
    if not (math.isfinite(details.alert_budget) and 0 < details.alert_budget <= _BUDGET_AT_MOST):
        problems["alert_budget"] = [f"must be more than 0 and at most {_BUDGET_AT_MOST}."]
    if not _are_goals(details.default_goals or {}):
        problems["default_goals"] = [f'must give a number from 0 to {_SCALE_END} by symptom, such as {{"pain": 3}}.']
    changed: dict[str, Any] = {"default_goals": details.default_goals or None}
    for name in ("after_hours_phone", "fallback_phone", "comfort_phone"):
        try:
            text = getattr(details, name)
            changed[name] = normalize_phone(text, details.region) if text or name != "comfort_phone" else None
        except Rejected as error:
            problems[name] = [str(error)]
    if wrong := _wrong_hours(details):
        problems["clinic_hours"] = [wrong]
    if problems:
        raise Rejected(problems)
    return replace(details, **changed)


def _wrong_hours(details: SiteDetails) -> str | None:
    try:
        ClinicHours.from_mapping(details.clinic_hours, details.time_zone)
        return None if any(details.clinic_hours.values()) else "must have at least one open day."
    except (ValueError, AttributeError, TypeError) as error:
        return f'{error} Example: {{"mon": [["08:00", "17:00"]]}}'


def _are_goals(goals: Any) -> bool:
    if not isinstance(goals, dict) or len(goals) > _GOALS_AT_MOST:
        return False
    return all(
        isinstance(name, str)
        and 0 < len(name) <= 80
        and isinstance(level, int | float)
        and not isinstance(level, bool)
        and 0 <= level <= _SCALE_END
        for name, level in goals.items()
    )


def find_site_id(service: Service, code: str | None) -> str:
    """The id of the site with this code, or of the only one when ``code`` is empty.

    Raises ``Conflict`` naming the codes when there are several and none was named, or the code is unknown.
    """
    with service.db.reading(all_sites()) as session:
        sites = staff.list_sites(session)
    if not sites:
        raise Conflict("there is no site yet; run: flask --app wsgi db upgrade")
    if code is None and len(sites) == 1:
        return sites[0].id
    for site in sites:
        if site.code == code:
            return site.id
    raise Conflict(f"name one of the sites with --site: {', '.join(site.code for site in sites)}")


def has_content(service: Service) -> bool:
    """Tell whether any program was ever published."""
    with service.db.reading(all_sites()) as session:
        return program_store.any_program(session)
