"""A clinic for a synthetic cohort: its site, its nurses on duty in turn, and the people registered with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from app.cohort.nurses import Nurse
from app.cohort.people import Persona
from app.errors import Conflict
from app.reports.cohort import anybody_there
from app.workflows.enrol_patient import PatientDetails, RelatedPersonDetails, add_patients, add_related_person
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.prepare_site import SiteDetails, prepare_default_site, set_up_site
from app.workflows.service import Service
from app.zones import instant

AGENT = "cohort"
ZONE = "America/New_York"
PROGRAM = "advanced-cancer"
_PEOPLE_PER_NURSE = 50
_HANDS_OVER = time(8)
_NAMES = (
    "Nora Lindqvist",
    "Omar Haddad",
    "Tess Okoye",
    "Ivo Marin",
    "Lea Brandt",
    "Sam Rivera",
    "Mia Chen",
    "Jon Weiss",
)


def found_clinic(service: Service, people: Sequence[Persona], *, days: int) -> tuple[str, list[Nurse]]:
    """Make the clinic in an empty database; returns the site's id and the nurses. ``Conflict`` where anybody is."""
    site_id = prepare_default_site(service)
    if anybody_there(service.db, site_id=site_id):
        raise Conflict("this database has patients or staff already: a cohort is only for a database of its own")
    set_up_site(
        service,
        SiteDetails(
            code="cohort", public_name="Cohort Clinic", time_zone=ZONE, after_hours_phone="+15550150099",
            fallback_name="Cohort switchboard", fallback_phone="+15550150098",
        ),
        site_id=site_id,
    )  # fmt: skip
    nurses = [_hire(service, site_id, place) for place in range(max(2, -(-len(people) // _PEOPLE_PER_NURSE)))]
    put_on_duty(service, site_id, nurses, days=days)
    return site_id, nurses


def put_on_duty(
    service: Service, site_id: str, nurses: Sequence[Nurse], *, days: int, until: datetime | None = None
) -> None:
    """Let the nurses take turns from today on, a day each, with the next one as backup; no longer than ``until``."""
    rota = add_schedule(service, site_id=site_id, name="In turn", time_zone=ZONE, agent=AGENT)
    today = service.clock.now().date() - timedelta(days=1)
    for day in range(days + 3):
        starts, ends = (_at(today + timedelta(days=day + later)) for later in (0, 1))
        ends = min(ends, until) if until else ends
        if ends <= starts:
            return
        for place, role in enumerate(("on_call", "backup")):
            nurse = nurses[(day + place) % len(nurses)]
            details = ShiftDetails(staff=nurse.id, role=role, starts_at=starts, ends_at=ends)
            add_shift(service, site_id=site_id, schedule_id=rota, details=details, agent=AGENT)


def register(service: Service, site_id: str, people: Sequence[Persona]) -> Mapping[str, int]:
    """Register and enrol a cohort, with their caregivers; returns their numbers by id."""
    numbers: dict[str, int] = {}
    for start in range(0, len(people), 50):
        part = people[start : start + 50]
        ids = add_patients(service, site_id=site_id, rows=[_details(person) for person in part], agent=AGENT)
        for patient_id, person in zip(ids, part, strict=True):
            numbers[patient_id] = person.number
            if person.helper is not None:
                add_related_person(
                    service, site_id=site_id, patient_id=patient_id, details=_helper(person, person.helper), agent=AGENT
                )
    return numbers


def _hire(service: Service, site_id: str, place: int) -> Nurse:
    phone = f"+1555015{place + 1:04d}"
    details = StaffDetails(
        name=_NAMES[place % len(_NAMES)], email=f"nurse{place + 1}@cohort.example", role="nurse", phone=phone
    )
    return Nurse(add_staff(service, site_id=site_id, details=details, agent=AGENT), phone)


def _details(person: Persona) -> PatientDetails:
    return PatientDetails(
        given_name=person.given_name, family_name=person.family_name, birth_date=date(person.birth_year, 6, 15),
        phone=person.phone, time_zone=person.time_zone, language=person.language,
        preferred_channel=person.channel, mrn=f"C-{person.number:04d}", program=PROGRAM,
    )  # fmt: skip


def _helper(person: Persona, relationship: str) -> RelatedPersonDetails:
    return RelatedPersonDetails(
        name=f"Robin {person.family_name}", relationship=relationship, phone=person.helper_phone,
        language=person.language, may_report=True, may_receive=True, birth_year=person.birth_year + 30,
    )  # fmt: skip


def _at(day: date) -> datetime:
    return instant(datetime.combine(day, _HANDS_OVER), ZONE)
