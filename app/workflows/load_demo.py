"""Fill an empty database with a clinic to play with: Ana, her daughter Rosa, Nora and Omar on call."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.db import all_sites
from app.errors import Conflict
from app.staff import store as staff
from app.workflows.enrol_patient import PatientDetails, RelatedPersonDetails, add_patients, add_related_person
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.prepare_site import SiteDetails, prepare_default_site, set_up_site
from app.workflows.service import Service

AGENT = "demo"
PASSWORD = "bedside demo only"  # noqa: S105  printed at every start: it protects nothing
CLINIC = "Riverside Clinic"
ANA, ROSA, NORA, OMAR = "+15550100101", "+15550100102", "+15550100110", "+15550100111"
_ROTA = timedelta(days=90)
_EVERY_DAY = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo sign-in to print."""

    name: str
    role: str
    email: str
    password: str


SIGN_INS = (
    SignIn("Nora Lindqvist", "nurse", "nora@riverside.example", PASSWORD),
    SignIn("Omar Haddad", "nurse", "omar@riverside.example", PASSWORD),
)


def demo_is_loaded(service: Service) -> bool:
    """Tell whether the demo clinic is there."""
    with service.db.reading(all_sites()) as session:
        return staff.find_practitioner_by_email(session, email=SIGN_INS[0].email) is not None


def load_demo(service: Service) -> None:
    """Load the demo clinic. The content must be published. Raises ``Conflict`` where real data may be."""
    if demo_is_loaded(service):
        return
    with service.db.reading(all_sites()) as session:
        if any(staff.list_members(session, site_id=site.id) for site in staff.list_sites(session)):
            raise Conflict("this database has staff already: the demo is only for a database of its own")
    site_id = set_up_site(
        service,
        SiteDetails(
            code="riverside", public_name=CLINIC, time_zone="America/New_York", clinic_hours=_EVERY_DAY,
            after_hours_phone="+15550100199", fallback_name="Riverside switchboard", fallback_phone="+15550100198",
        ),
        site_id=prepare_default_site(service),
    )  # fmt: skip
    people = [
        add_staff(
            service, site_id=site_id, agent=AGENT,
            details=StaffDetails(name=who.name, email=who.email, role=who.role, phone=phone, password=who.password),
        )
        for who, phone in zip(SIGN_INS, (NORA, OMAR), strict=True)
    ]  # fmt: skip
    _put_on_call(service, site_id, people)
    _register(service, site_id)


def _put_on_call(service: Service, site_id: str, people: list[str]) -> None:
    rota = add_schedule(service, site_id=site_id, name="Triage", time_zone="America/New_York", agent=AGENT)
    starts = service.clock.now() - timedelta(hours=1)
    for person, role in zip(people, ("on_call", "backup"), strict=True):
        details = ShiftDetails(staff=person, role=role, starts_at=starts, ends_at=starts + _ROTA)
        add_shift(service, site_id=site_id, schedule_id=rota, details=details, agent=AGENT)


def _register(service: Service, site_id: str) -> None:
    ana = PatientDetails(
        given_name="Ana", family_name="Flores", birth_date=date(1955, 3, 21), phone=ANA, time_zone="America/New_York",
        language="en", mrn="R-1001", program="advanced-cancer",
    )  # fmt: skip
    (patient_id,) = add_patients(service, site_id=site_id, rows=[ana], agent=AGENT)
    rosa = RelatedPersonDetails(
        name="Rosa Flores", relationship="daughter", phone=ROSA, language="en", may_report=True, may_receive=True,
        birth_year=1982,
    )  # fmt: skip
    add_related_person(service, site_id=site_id, patient_id=patient_id, details=rosa, agent=AGENT)
