"""Makes the people and things that tests are about, through the same flows as everybody else uses. Keyword only."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from app.workflows.enrol_patient import (
    PatientDetails,
    RelatedPersonDetails,
    add_patients,
    add_related_person,
    enrol_patient,
)
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.prepare_site import SiteDetails, set_up_site
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.service import Service

AGENT = "test"
ANA, ROSA, BEN = "+15550100201", "+15550100202", "+15550100203"
NORA, OMAR, TESS, STAN = "+15550100210", "+15550100211", "+15550100212", "+15550100213"
STRANGER = "+15550100299"
SWITCHBOARD, AFTER_HOURS = "+15550100298", "+15550100297"
NEW_YORK = "America/New_York"
PROGRAM = "advanced-cancer"

_numbers = count(1)


def create_site(service: Service, *, site_id: str | None = None, **details: Any) -> str:
    """A clinic in New York, open on weekdays from 8 to 17; the default one if it is the first. Returns its id."""
    said = {
        "code": "riverside", "public_name": "Riverside Clinic", "time_zone": NEW_YORK,
        "after_hours_phone": AFTER_HOURS, "fallback_name": "Riverside switchboard", "fallback_phone": SWITCHBOARD,
    }  # fmt: skip
    return set_up_site(service, SiteDetails(**{**said, **details}), site_id=site_id)


def create_patient(service: Service, *, site_id: str, **details: Any) -> str:
    """Ana, who writes English and follows the shipped program unless ``program=None``. Returns her id."""
    return add_patients(service, site_id=site_id, rows=[patient_details(**details)], agent=AGENT)[0]


def patient_details(**details: Any) -> PatientDetails:
    """What is known of Ana when she is registered."""
    said = {
        "given_name": "Ana", "family_name": "Flores", "birth_date": date(1955, 3, 21), "phone": ANA,
        "time_zone": NEW_YORK, "language": "en", "program": PROGRAM,
    }  # fmt: skip
    return PatientDetails(**{**said, **details})


def create_patients(service: Service, *, site_id: str, how_many: int, first: int = 1, **details: Any) -> list[str]:
    """Several patients, counted from ``first`` on, each with a number of their own."""
    rows = [
        patient_details(given_name=f"Patient {n}", phone=f"+1555012{n:04d}", **details)
        for n in range(first, first + how_many)
    ]
    return add_patients(service, site_id=site_id, rows=rows, agent=AGENT)


def create_related_person(service: Service, *, site_id: str, patient_id: str, **details: Any) -> str:
    """Rosa, Ana's daughter, who may report and receive; born in 1982. Returns her id."""
    said: dict[str, Any] = {
        "name": "Rosa Flores", "relationship": "daughter", "phone": ROSA, "language": "en", "may_report": True,
        "may_receive": True, "birth_year": 1982,
    }  # fmt: skip
    person = RelatedPersonDetails(**{**said, **details})
    return add_related_person(service, site_id=site_id, patient_id=patient_id, details=person, agent=AGENT)


def enrol(service: Service, *, site_id: str, patient_id: str, program: str = PROGRAM) -> str:
    """Start a program for a patient; returns the enrolment's id."""
    return enrol_patient(service, site_id=site_id, patient_id=patient_id, program=program, agent=AGENT)


def create_practitioner(service: Service, *, site_id: str, **details: Any) -> str:
    """Nora, a nurse, without a password. Returns her id."""
    said: dict[str, Any] = {"name": "Nora Lindqvist", "role": "nurse", "phone": NORA}
    said |= details
    said.setdefault("email", f"{said['name'].split()[0].lower()}@riverside.example")
    return add_staff(service, site_id=site_id, details=StaffDetails(**said), agent=AGENT)


def create_shift(
    service: Service,
    *,
    site_id: str,
    staff: str,
    role: str = "on_call",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    schedule_id: str | None = None,
) -> str:
    """A shift on a rota of its own, from an hour ago for a year unless said otherwise. Returns its id."""
    start = starts_at or service.clock.now() - timedelta(hours=1)
    rota = schedule_id or add_schedule(
        service, site_id=site_id, name=f"Rota {next(_numbers)}", time_zone=NEW_YORK, agent=AGENT
    )
    shift = ShiftDetails(staff=staff, role=role, starts_at=start, ends_at=ends_at or start + timedelta(days=365))
    return add_shift(service, site_id=site_id, schedule_id=rota, details=shift, agent=AGENT)


def create_program(service: Service, *, name: str, **definition: Any) -> str:
    """A program of its own, published as it is and without the checks of the content package. Returns its name.

    One daily check-in at 10:00 and no rules, unless said otherwise.
    """
    said: dict[str, Any] = {"name": name, "version": "1", "check_ins": [check_in()], "rules": [], "escalation": {}}
    item = Publishable(name, {**said, **definition}, f"fingerprint of {name}")
    publish_content(service, instruments=[], programs=[item], agent=AGENT)
    return name


def check_in(**definition: Any) -> dict[str, Any]:
    """A check-in of a program: the daily questions at 10:00, with 20 hours to answer."""
    said: dict[str, Any] = {
        "name": "daily", "questionnaire": "core-daily", "timing": {"every": "P1D", "at": "10:00"}, "window": "PT20H",
    }  # fmt: skip
    return {**said, **definition}
