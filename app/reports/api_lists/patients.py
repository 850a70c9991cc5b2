"""Patients of a site: one, or those that match, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select

from app.db import Database, Session, keyring_of, site_scope
from app.errors import NotFound
from app.keyring import fold
from app.reports.api_lists.paging import Page, Position, cut, newest_first
from app.tables import ContactPoint, Enrolment, NameToken, Patient, RelatedPerson

# What the look-up hashes of words of a name and of record numbers are made for, where they are written.
_NAME, _MRN = "name", "mrn"


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient. ``phone`` is the number they are texted on, ``program`` the name of the one they follow now."""

    id: str
    given_name: str
    family_name: str
    birth_date: str
    phone: str | None
    time_zone: str
    language: str
    preferred_channel: str
    status: str
    setting: str
    intent: str | None
    treatment_ended_at: datetime | None
    mrn: str | None
    program: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RelatedPersonRow:
    """Somebody who helps a patient."""

    id: str
    patient: str
    name: str
    relationship: str
    phone: str | None
    language: str
    may_report: bool
    may_receive: bool
    created_at: datetime


def list_patients(
    db: Database,
    *,
    site_id: str,
    q: str | None = None,
    status: str | None = None,
    program: str | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page[PatientRow]:
    """Patients with every word of ``q`` in their name, or with ``q`` as their record number.

    Words match whole, whatever their case and accents: names are stored encrypted, and only hashes are searched.
    """
    with db.reading(site_scope(site_id)) as session:
        wanted = select(Patient)
        if q is not None:
            wanted = _matching(session, wanted, q)
        if status is not None:
            wanted = wanted.where(Patient.status == status)
        if program is not None:
            follows = select(Enrolment.patient_id).where(Enrolment.program == program, Enrolment.status == "active")
            wanted = wanted.where(Patient.id.in_(follows))
        statement = newest_first(wanted, Patient.created_at, Patient.id, after=after, limit=limit)
        found = session.scalars(statement).all()
        rows = _rows(session, found)
        return cut([(Position(row.created_at, row.id), row) for row in rows], limit)


def get_patient_row(db: Database, *, site_id: str, patient_id: str) -> PatientRow:
    """One patient; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        return _rows(session, [find_patient_or_raise(session, patient_id)])[0]


def get_related_person_row(db: Database, *, site_id: str, related_person_id: str) -> RelatedPersonRow:
    """One helper; raises ``NotFound``."""
    with db.reading(site_scope(site_id)) as session:
        person = session.get(RelatedPerson, related_person_id)
        if person is None:
            raise NotFound("there is no such related person")
        return RelatedPersonRow(
            person.id, person.patient_id, person.name, person.relationship,
            _phones(session, [person.patient_id]).get((person.patient_id, person.id)), person.language,
            person.may_report, person.may_receive, person.created_at,
        )  # fmt: skip


def find_patient_or_raise(session: Session, patient_id: str) -> Patient:
    """The patient with this id; raises ``NotFound``."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("there is no such patient")
    return patient


def _matching(session: Session, wanted: Select[Patient], q: str) -> Select[Patient]:
    keyring = keyring_of(session)
    by_mrn = Patient.mrn_index.in_(keyring.indexes(_MRN, q.strip()))
    words = fold(q).split()
    if not words:
        return wanted.where(by_mrn)
    by_name = [
        Patient.id.in_(select(NameToken.patient_id).where(NameToken.token_index.in_(keyring.indexes(_NAME, word))))
        for word in words
    ]
    return wanted.where(or_(by_mrn, and_(*by_name)))


def _rows(session: Session, found: Sequence[Patient]) -> list[PatientRow]:
    ids = [patient.id for patient in found]
    phones, programs = _phones(session, ids), _programs(session, ids)
    return [
        PatientRow(
            id=p.id, given_name=p.given_name, family_name=p.family_name, birth_date=p.birth_date,
            phone=phones.get((p.id, None)), time_zone=p.time_zone, language=p.language,
            preferred_channel=p.preferred_channel, status=p.status, setting=p.setting,
            intent=p.intent, treatment_ended_at=p.treatment_ended_at, mrn=p.mrn or None,
            program=programs.get(p.id), created_at=p.created_at,
        )
        for p in found
    ]  # fmt: skip


def _phones(session: Session, patient_ids: Sequence[str]) -> dict[tuple[str, str | None], str]:
    """The newest number of each person that is not marked wrong, by patient and helper."""
    wanted = select(ContactPoint).where(ContactPoint.patient_id.in_(patient_ids), ContactPoint.status != "wrong")
    rows = session.scalars(wanted.order_by(ContactPoint.created_at, ContactPoint.id.desc()))
    return {(row.patient_id, row.related_person_id): row.value for row in rows}


def _programs(session: Session, patient_ids: Sequence[str]) -> dict[str, str]:
    """The program that each patient was enrolled in last, of those still active."""
    wanted = select(Enrolment.patient_id, Enrolment.program).where(
        Enrolment.patient_id.in_(patient_ids), Enrolment.status == "active"
    )
    rows = session.execute(wanted.order_by(Enrolment.enrolled_at, Enrolment.id))
    return {patient_id: program for patient_id, program in rows}
