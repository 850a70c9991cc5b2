"""Make the default site of an empty database, so that a small clinic never has to think about sites."""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from app.checkins import store as checkins
from app.checkins.models import SiteProgram
from app.db import all_sites
from app.errors import Conflict, Rejected
from app.escalation.hours import ClinicHours
from app.patients.contact_point import normalize_phone
from app.staff import store as staff
from app.staff.models import Site
from app.workflows.service import Service

_SPREAD_AT_MOST = 180
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def _office_hours() -> dict[str, Any]:
    return {day: [["08:00", "17:00"]] for day in _WEEKDAYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDetails:
    """What a clinic says of itself. ``clinic_hours`` maps a day to spans of local time.

    ``spread_minutes`` is over how long the invitations of one moment leave: a sender has a pace.
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
    senders: list[str] = field(default_factory=list)
    spread_minutes: int = 0


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
            for program in checkins.list_latest_programs(session):
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
    changed: dict[str, Any] = {}
    for name in ("after_hours_phone", "fallback_phone"):
        try:
            changed[name] = normalize_phone(getattr(details, name), details.region)
        except Rejected as error:
            problems[name] = [str(error)]
    try:
        ClinicHours.from_mapping(details.clinic_hours, details.time_zone)
        if not any(details.clinic_hours.values()):
            problems["clinic_hours"] = ["must have at least one open day."]
    except (ValueError, AttributeError, TypeError) as error:
        problems["clinic_hours"] = [f'{error} Example: {{"mon": [["08:00", "17:00"]]}}']
    if problems:
        raise Rejected(problems)
    return replace(details, **changed)


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
        return checkins.any_program(session)
