"""Change what is known of a patient: names, number, zone, language, status, and what their care is about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.audit import store as audit
from app.db import Session, keyring_of, site_scope
from app.keyring import PHONE
from app.messaging.store import outbox
from app.patients import store as patients
from app.patients.details import Details
from app.patients.models import ContactPoint, Patient
from app.staff import store as staff
from app.workflows.change_zone import move_to_zone
from app.workflows.end_patient import end_patient
from app.workflows.service import Service

STATUSES = ("active", "paused", "stopped", "deceased")
SETTINGS = ("home", "clinic", "hospital", "hospice")
"""Where somebody is cared for."""
INTENTS = ("comfort", "disease-directed")
"""What their care is for."""
CLEARABLE = ("intent", "treatment_ended_at")
_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientChanges:
    """What is to change; ``None`` leaves a field as it is, and ``clear`` names those that are not known any more."""

    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    time_zone: str | None = None
    language: str | None = None
    preferred_channel: str | None = None
    status: str | None = None
    setting: str | None = None
    intent: str | None = None
    treatment_ended_at: datetime | None = None
    clear: tuple[str, ...] = ()


def change_patient(service: Service, *, site_id: str, patient_id: str, changes: PatientChanges, agent: str) -> None:
    """Change a patient; raises ``NotFound``, ``Rejected`` naming each wrong field, changing nothing then.

    A new number needs no new consent, but nothing more goes to the old one. Whoever is stopped or has died is asked
    nothing more: every text that waits is cancelled in the same transaction.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        patient = patients.lock_patient(session, patient_id=patient_id)
        site = staff.get_site(session, site_id=site_id)
        phone = _check(service, changes, site.region)
        patients.set_names(
            session, patient, given_name=(changes.given_name or patient.given_name).strip(),
            family_name=(changes.family_name or patient.family_name).strip(),
        )  # fmt: skip
        if changes.birth_date:
            patient.birth_date = changes.birth_date.isoformat()
        for name in ("language", "preferred_channel", "status", "setting", "intent", "treatment_ended_at"):
            if getattr(changes, name) is not None:
                setattr(patient, name, getattr(changes, name))
        for name in changes.clear:
            setattr(patient, name, None)
        if phone:
            _change_phone(session, patient, phone, now)
        if changes.time_zone and changes.time_zone != patient.time_zone:
            move_to_zone(session, patient, changes.time_zone, now)
        if changes.status in ("stopped", "deceased"):
            end_patient(session, patient, changes.status, now)
        given = {name for name in PatientChanges.__dataclass_fields__ if getattr(changes, name) is not None}
        changed = sorted((given - {"clear"}) | set(changes.clear))
        audit.record(
            session, agent=agent, action="change", entity="patient", entity_id=patient.id, now=now, fields=changed
        )


def _check(service: Service, changes: PatientChanges, region: str) -> str | None:
    checks = Details(region=region, languages=service.renderer.languages, today=service.clock.now().date())
    checks.name("given_name", changes.given_name)
    checks.name("family_name", changes.family_name)
    checks.birth_date(changes.birth_date)
    checks.time_zone(changes.time_zone)
    checks.language(changes.language)
    checks.channel(changes.preferred_channel)
    if changes.status is not None and changes.status not in STATUSES:
        checks.wrong("status", f"must be one of {', '.join(STATUSES)}.")
    for name, known in (("setting", SETTINGS), ("intent", INTENTS)):
        if getattr(changes, name) not in (None, *known):
            checks.wrong(name, f"must be one of {', '.join(known)}.")
    ended = changes.treatment_ended_at
    if ended is not None and ended > service.clock.now() + _CLOCKS_MAY_DIFFER_BY:
        checks.wrong("treatment_ended_at", "is in the future.")
    for name in set(changes.clear) - set(CLEARABLE):
        checks.wrong(name, "cannot be left empty.")
    phone = None if changes.phone is None else checks.phone(changes.phone)
    checks.refuse_if_wrong()
    return phone


def _change_phone(session: Session, patient: Patient, phone: str, now: datetime) -> None:
    for contact in patients.list_contact_points(session, patient_id=patient.id):
        if contact.related_person_id is None:
            patients.set_contact_status(session, contact_point=contact, status="wrong")
    outbox.cancel_waiting(session, patient_id=patient.id, related_person_id=None)
    session.add(
        ContactPoint(
            patient_id=patient.id, related_person_id=None, system="phone", value=phone,
            value_index=keyring_of(session).index(PHONE, phone), status="active", created_at=now,
        )
    )  # fmt: skip
