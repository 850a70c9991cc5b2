"""Register a patient, those who help them, and start a program for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.audit import store as audit
from app.checkins.models import CheckinPlan, Enrolment
from app.checkins.plan import GOALS, CheckinPlanDefinition
from app.checkins.store import plans as plan_store
from app.checkins.store import programs as program_store
from app.checkins.timing import next_slot
from app.codes import Channel
from app.db import Session, keyring_of, site_scope
from app.errors import Conflict, Rejected
from app.keyring import PHONE
from app.messaging.delivery import MessageKind
from app.patients import store as patients
from app.patients.contact_point import normalize_phone
from app.patients.details import Details
from app.patients.models import Consent, ContactPoint, Patient, RelatedPerson
from app.questionnaires import store as questionnaires
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.ask_goals import goals_slot
from app.workflows.definitions import load_program
from app.workflows.person import Person
from app.workflows.queue_text import queue_to_person
from app.workflows.service import Service

CONSENT_TEXT = "2026-11"
_CLOCKS_DIFFER = timedelta(minutes=5)
_MRN_TAKEN = "a patient of this site has this record number (mrn) already"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """How, when and to which text somebody agreed to be texted."""

    method: str = "verbal"
    given_at: datetime | None = None
    text_version: str = CONSENT_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """A patient as given by whoever registers them. ``birth_date`` is ``None`` where no date could be read."""

    given_name: str
    family_name: str
    birth_date: date | None
    phone: str
    time_zone: str
    language: str
    preferred_channel: str = Channel.SMS
    program: str | None = None
    mrn: str | None = None
    consent: ConsentGiven = ConsentGiven()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPersonDetails:
    """A helper as given by whoever registers them. ``birth_year`` or ``pin`` is the second fact for their links."""

    name: str
    relationship: str
    phone: str
    language: str
    may_report: bool
    may_receive: bool
    birth_year: int | None = None
    pin: str | None = None
    consent: ConsentGiven = ConsentGiven()


def add_patients(service: Service, *, site_id: str, rows: Sequence[PatientDetails], agent: str) -> list[str]:
    """Register patients, all or none; returns their ids in order.

    Raises ``Rejected`` whose problems name each field (``rows[2].phone`` when there are several rows), ``Conflict``
    when a record number is taken.
    """
    with service.db.transaction(site_scope(site_id)) as session:
        site = staff.get_site(session, site_id=site_id)
        problems = _problems(service, session, site, rows)
        if problems == {"mrn": [_MRN_TAKEN]}:
            raise Conflict(_MRN_TAKEN)
        if problems:
            raise Rejected(problems)
        return [_add_patient(service, session, site, details, agent).id for details in rows]


def check_patients(service: Service, *, site_id: str, rows: Sequence[PatientDetails]) -> dict[str, list[str]]:
    """What would keep these patients from being registered, by field as ``add_patients`` names them; adds nobody."""
    with service.db.reading(site_scope(site_id)) as session:
        return _problems(service, session, staff.get_site(session, site_id=site_id), rows)


def enrol_patient(service: Service, *, site_id: str, patient_id: str, program: str, agent: str) -> str:
    """Start a program for a patient; returns the enrolment's id.

    Raises ``NotFound``, ``Rejected`` for a program that is not published, ``Conflict`` when they follow it already.
    """
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        return _enrol(service, session, patient, program, agent)


def add_related_person(
    service: Service, *, site_id: str, patient_id: str, details: RelatedPersonDetails, agent: str
) -> str:
    """Register somebody who helps a patient; returns their id. Plans for caregivers start for them at once."""
    with service.db.transaction(site_scope(site_id)) as session:
        site = staff.get_site(session, site_id=site_id)
        patient = patients.lock_patient(session, patient_id=patient_id)
        phone = _check_related(service, details, site.region)
        now = service.clock.now()
        fact = str(details.birth_year) if details.birth_year else details.pin
        person = RelatedPerson(
            patient_id=patient.id, name=details.name.strip(), relationship=details.relationship.strip(),
            language=details.language, may_report=details.may_report, may_receive=details.may_receive,
            second_fact=fact, second_fact_kind=None if fact is None else "year" if details.birth_year else "pin",
            created_at=now,
        )  # fmt: skip
        session.add(person)
        session.flush()
        _reach(session, patient, person, phone, details.consent, agent, now)
        audit.record(session, agent=agent, action="add", entity="related_person", entity_id=person.id, now=now)
        if details.may_report or details.may_receive:
            body = service.renderer.render(
                "caregiver_welcome", details.language, clinic=site.public_name, name=patient.given_name,
                emergency_number=site.emergency_number,
            )  # fmt: skip
            _welcome(session, Person(patient, person), body, now)
        if details.may_report:
            for enrolment in program_store.list_enrolments(session, patient_id=patient.id):
                for check_in in load_program(session, enrolment.program_id).check_ins:
                    if check_in.respondent == "caregiver":
                        _plan(service, session, enrolment, patient, check_in, person)
        return person.id


def _add_patient(service: Service, session: Session, site: Site, details: PatientDetails, agent: str) -> Patient:
    """Write somebody whose details were checked."""
    now, mrn, born = service.clock.now(), _mrn(details), details.birth_date
    assert born is not None
    patient = Patient(
        site_id=site.id, birth_date=born.isoformat(), mrn=mrn,
        mrn_index=keyring_of(session).index(patients.MRN, mrn) if mrn else None, time_zone=details.time_zone,
        language=details.language, preferred_channel=details.preferred_channel, status="active", setting="home",
        created_at=now,
    )  # fmt: skip
    patient.given_name = patient.family_name = ""
    session.add(patient)
    session.flush()
    patients.set_names(session, patient, given_name=details.given_name.strip(), family_name=details.family_name.strip())
    _reach(session, patient, None, normalize_phone(details.phone, site.region), details.consent, agent, now)
    audit.record(session, agent=agent, action="add", entity="patient", entity_id=patient.id, now=now)
    body = service.renderer.render(
        "welcome", patient.language, clinic=site.public_name,
        readers=wording.readers(service, site, patient.language), emergency_number=site.emergency_number,
    )  # fmt: skip
    _welcome(session, Person(patient), body, now)
    if details.program:
        _enrol(service, session, patient, details.program, agent)
    return patient


def _reach(
    session: Session,
    patient: Patient,
    related: RelatedPerson | None,
    phone: str,
    consent: ConsentGiven,
    agent: str,
    now: datetime,
) -> None:
    """Write how a person is reached and that they agreed to it."""
    session.add(
        ContactPoint(
            patient_id=patient.id, related_person_id=related.id if related else None, system="phone", value=phone,
            value_index=keyring_of(session).index(PHONE, phone), status="active", created_at=now,
        )
    )  # fmt: skip
    session.add(
        Consent(
            patient_id=patient.id, related_person_id=related.id if related else None, method=consent.method,
            text_version=consent.text_version, given_at=consent.given_at or now, recorded_by=agent,
            withdrawn_at=None, withdrawn_by=None,
        )
    )  # fmt: skip
    session.flush()


def _welcome(session: Session, person: Person, body: str, now: datetime) -> None:
    queue_to_person(session, person, kind=MessageKind.WELCOME, body=body, key=f"welcome:{person.key}", now=now)


def _enrol(service: Service, session: Session, patient: Patient, program_name: str, agent: str) -> str:
    row = program_store.find_site_program(session, name=program_name)
    if row is None:
        raise Rejected({"program": [_not_published(program_name)]})
    if any(e.program == program_name for e in program_store.list_enrolments(session, patient_id=patient.id)):
        raise Conflict(f"this patient follows {program_name} already")
    now = service.clock.now()
    enrolment = Enrolment(
        patient_id=patient.id, program_id=row.id, program=program_name, status="active", enrolled_at=now, ended_at=None
    )
    session.add(enrolment)
    session.flush()
    helpers = [p for p in patients.list_related_persons(session, patient_id=patient.id) if p.may_report]
    for check_in in load_program(session, row.id).check_ins:
        if check_in.respondent == "patient":
            _plan(service, session, enrolment, patient, check_in, None)
        else:
            for helper in helpers:
                _plan(service, session, enrolment, patient, check_in, helper)
    audit.record(
        session, agent=agent, action="enrol", entity="patient", entity_id=patient.id, now=now, program=program_name
    )
    return enrolment.id


def _plan(
    service: Service,
    session: Session,
    enrolment: Enrolment,
    patient: Patient,
    check_in: CheckinPlanDefinition,
    helper: RelatedPerson | None,
) -> None:
    """Write one person's plan, with its first slot."""
    questionnaire = questionnaires.find_questionnaire(session, name=check_in.questionnaire)
    if questionnaire is None:
        raise Rejected({"program": [f"its questionnaire {check_in.questionnaire!r} is not published."]})
    slot, now = None, service.clock.now()
    if check_in.timing:
        slot = next_slot(check_in.timing, patient.time_zone, now)
    elif check_in.name == GOALS and helper is None:
        slot = goals_slot(patient.time_zone, now)
    session.add(
        CheckinPlan(
            enrolment_id=enrolment.id, patient_id=patient.id, related_person_id=helper.id if helper else None,
            name=check_in.name, questionnaire_id=questionnaire.id, program_id=enrolment.program_id,
            time_zone=patient.time_zone, **plan_store.slot_values(slot),
        )
    )  # fmt: skip


def _problems(service: Service, session: Session, site: Site, rows: Sequence[PatientDetails]) -> dict[str, list[str]]:
    """Everything that is wrong, by field: ``rows[2].phone`` when there are several rows."""
    problems: dict[str, list[str]] = {}
    numbers: set[str | None] = set()
    for position, details in enumerate(rows):
        checks = _check(service, details, site.region)
        mrn = _mrn(details)
        if mrn in numbers:
            checks.wrong("mrn", "is the record number of an earlier row too.")
        elif mrn and patients.find_patient_by_mrn(session, mrn=mrn):
            checks.wrong("mrn", _MRN_TAKEN)
        numbers |= {mrn} - {None}
        if details.program and program_store.find_site_program(session, name=details.program) is None:
            checks.wrong("program", _not_published(details.program))
        prefix = f"rows[{position}]." if len(rows) > 1 else ""
        problems.update({prefix + name: texts for name, texts in checks.problems.items()})
    return problems


def _mrn(details: PatientDetails) -> str | None:
    return (details.mrn or "").strip() or None


def _not_published(program: str) -> str:
    return f"{program!r} is not a published program of this site."


def _check(service: Service, details: PatientDetails, region: str) -> Details:
    """Check what can be checked of a patient's details without looking anything up."""
    checks = _details(service, region)
    checks.name("given_name", details.given_name)
    checks.name("family_name", details.family_name)
    if details.birth_date is None:
        checks.wrong("birth_date", "must be a date such as 1955-03-21.")
    checks.birth_date(details.birth_date)
    checks.phone(details.phone)
    checks.time_zone(details.time_zone)
    checks.language(details.language)
    checks.channel(details.preferred_channel)
    checks.mrn(details.mrn)
    _check_consent(service, details.consent, checks)
    return checks


def _check_related(service: Service, details: RelatedPersonDetails, region: str) -> str:
    checks = _details(service, region)
    checks.name("name", details.name)
    if not details.relationship.strip() or len(details.relationship) > 40:
        checks.wrong("relationship", "A word of 1 to 40 characters is needed, such as daughter.")
    checks.birth_year(details.birth_year)
    if details.pin is not None and not (details.pin.isascii() and details.pin.isdigit() and 4 <= len(details.pin) <= 8):
        checks.wrong("pin", "must be 4 to 8 digits.")
    if details.may_report and details.birth_year is None and details.pin is None:
        checks.wrong("birth_year", "or a pin is needed for somebody who may report: it opens their check-in link.")
    checks.language(details.language)
    _check_consent(service, details.consent, checks)
    phone = checks.phone(details.phone)
    checks.refuse_if_wrong()
    return phone


def _check_consent(service: Service, consent: ConsentGiven, checks: Details) -> None:
    if consent.given_at is not None and consent.given_at > service.clock.now() + _CLOCKS_DIFFER:
        checks.wrong("consent.given_at", "is in the future.")


def _details(service: Service, region: str) -> Details:
    return Details(region=region, languages=service.renderer.languages, today=service.clock.now().date())
