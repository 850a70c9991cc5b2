"""SQL for patients, those who help them, their numbers and their consent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.db import keyring_of
from app.errors import NotFound
from app.keyring import PHONE, fold
from app.patients.models import Consent, ContactPoint, NameToken, Patient, RelatedPerson

# Statements that every text asks are made once: making one takes longer than running it.
_LOCKED = (
    select(Patient)
    .where(Patient.id == bindparam("patient_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_BY_PHONE = (
    select(ContactPoint)
    .where(ContactPoint.value_index.in_(bindparam("hashes", expanding=True)), ContactPoint.status != "wrong")
    .order_by(ContactPoint.created_at, ContactPoint.id)
)

# A number that nobody was heard from for long is texted still, but with nothing personal.
_REACHABLE = ("active", "unconfirmed")
_OF_NO_USE = case((ContactPoint.status.in_(("wrong", "unreachable")), 1), else_=0)

MRN = "mrn"
NAME = "name"


def get_patient(session: Session, *, patient_id: str) -> Patient:
    """The patient with this id."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("there is no such patient")
    return patient


def lock_patient(session: Session, *, patient_id: str) -> Patient:
    """The patient, held until the end of the transaction: what concerns one person happens one thing at a time."""
    patient = session.scalar(_LOCKED, {"patient_id": patient_id})
    if patient is None:
        raise NotFound("there is no such patient")
    return patient


def find_patient_by_mrn(session: Session, *, mrn: str) -> Patient | None:
    """The patient of the site with this record number."""
    hashes = keyring_of(session).indexes(MRN, mrn.strip())
    return session.scalar(select(Patient).where(Patient.mrn_index.in_(hashes)))


def set_names(session: Session, patient: Patient, *, given_name: str, family_name: str) -> None:
    """Write a patient's names and the look-up hashes of their words."""
    patient.given_name, patient.family_name = given_name, family_name
    session.execute(delete(NameToken).where(NameToken.patient_id == patient.id))
    keyring = keyring_of(session)
    for word in sorted(set(fold(f"{given_name} {family_name}").split())):
        token = NameToken(site_id=patient.site_id, patient_id=patient.id, token_index=keyring.index(NAME, word))
        session.add(token)


def get_related_person(session: Session, *, related_person_id: str) -> RelatedPerson:
    """The helper with this id."""
    person = session.get(RelatedPerson, related_person_id)
    if person is None:
        raise NotFound("there is no such related person")
    return person


def list_related_persons(session: Session, *, patient_id: str) -> Sequence[RelatedPerson]:
    """Those who help a patient, oldest first."""
    wanted = select(RelatedPerson).where(RelatedPerson.patient_id == patient_id)
    return session.scalars(wanted.order_by(RelatedPerson.created_at, RelatedPerson.id)).all()


def find_patients(session: Session, *, patient_ids: Collection[str]) -> dict[str, Patient]:
    """Some patients, by id."""
    if not patient_ids:
        return {}
    return {row.id: row for row in session.scalars(select(Patient).where(Patient.id.in_(patient_ids)))}


def find_related_persons(session: Session, *, related_person_ids: Collection[str]) -> dict[str, RelatedPerson]:
    """Some helpers, by id."""
    if not related_person_ids:
        return {}
    wanted = select(RelatedPerson).where(RelatedPerson.id.in_(related_person_ids))
    return {row.id: row for row in session.scalars(wanted)}


def find_contact_points(
    session: Session, *, patient_ids: Collection[str]
) -> dict[tuple[str, str | None], ContactPoint]:
    """The number that each of some patients and their helpers is texted on, by both ids.

    The newest wins among those that are of use; only who has none of these is known by a dead or a wrong one.
    """
    if not patient_ids:
        return {}
    wanted = select(ContactPoint).where(ContactPoint.patient_id.in_(patient_ids))
    rows = session.scalars(wanted.order_by(_OF_NO_USE.desc(), ContactPoint.created_at, ContactPoint.id.desc()))
    return {(row.patient_id, row.related_person_id): row for row in rows}


def list_contact_points_by_phone(session: Session, *, phone: str) -> Sequence[ContactPoint]:
    """Everybody's contact points with this number (E.164), wrong ones aside, oldest first."""
    hashes = keyring_of(session).indexes(PHONE, phone)
    return session.scalars(_BY_PHONE, {"hashes": hashes}).all()


def list_contact_points(session: Session, *, patient_id: str) -> Sequence[ContactPoint]:
    """The numbers of a patient and of those who help them, oldest first."""
    wanted = select(ContactPoint).where(ContactPoint.patient_id == patient_id)
    return session.scalars(wanted.order_by(ContactPoint.created_at, ContactPoint.id)).all()


def find_contact_point(session: Session, *, patient_id: str, related_person_id: str | None) -> ContactPoint | None:
    """The number that one person is texted on, as ``find_contact_points`` chooses it."""
    wanted = select(ContactPoint).where(
        ContactPoint.patient_id == patient_id, ContactPoint.related_person_id == related_person_id
    )
    return session.scalars(wanted.order_by(_OF_NO_USE, ContactPoint.created_at.desc(), ContactPoint.id)).first()


def list_contact_points_of(
    session: Session, *, patient_id: str, related_person_id: str | None
) -> Sequence[ContactPoint]:
    """The numbers of one person that are theirs, whatever else is known of them."""
    wanted = select(ContactPoint).where(
        ContactPoint.patient_id == patient_id,
        ContactPoint.related_person_id == related_person_id,
        ContactPoint.status != "wrong",
    )
    return session.scalars(wanted.order_by(ContactPoint.created_at, ContactPoint.id)).all()


def set_contact_status(session: Session, *, contact_point: ContactPoint, status: str) -> None:
    """Mark a number as active, opted_out, wrong or unreachable."""
    contact_point.status = status
    session.flush()


def find_consent(session: Session, *, patient_id: str, related_person_id: str | None) -> Consent | None:
    """The consent of one person that is in force."""
    wanted = select(Consent).where(
        Consent.patient_id == patient_id,
        Consent.related_person_id == related_person_id,
        Consent.withdrawn_at.is_(None),
    )
    return session.scalars(wanted.order_by(Consent.given_at.desc())).first()


def withdraw_consent(
    session: Session, *, patient_id: str, related_person_id: str | None, now: datetime, agent: str
) -> None:
    """End every consent of one person."""
    mine = (Consent.patient_id == patient_id, Consent.related_person_id == related_person_id)
    statement = update(Consent).where(*mine, Consent.withdrawn_at.is_(None))
    session.execute(statement.values(withdrawn_at=now, withdrawn_by=agent))


@dataclass(frozen=True, slots=True)
class Textable:
    """Which people, as (patient id, helper id), may be texted.

    ``alive`` may still get the confirmation of their opt-out; ``agreed`` may get anything, but those of ``paused``
    asked to be asked nothing until that moment.
    """

    alive: frozenset[tuple[str | None, str | None]]
    agreed: frozenset[tuple[str | None, str | None]]
    paused: Mapping[tuple[str | None, str | None], datetime]


def list_textable(session: Session, *, patient_ids: Collection[str]) -> Textable:
    """Who, among some patients and their helpers, may be texted now."""
    if not patient_ids:
        return Textable(frozenset(), frozenset(), {})
    people = select(
        ContactPoint.patient_id, ContactPoint.related_person_id, ContactPoint.status, ContactPoint.paused_until
    ).join(Patient, Patient.id == ContactPoint.patient_id)
    rows = session.execute(people.where(Patient.id.in_(patient_ids), Patient.status.in_(("active", "paused")))).all()
    consents = select(Consent.patient_id, Consent.related_person_id)
    in_force = {
        (patient_id, related_id)
        for patient_id, related_id in session.execute(
            consents.where(Consent.patient_id.in_(patient_ids), Consent.withdrawn_at.is_(None))
        )
    }
    alive = {(p, r) for p, r, status, _ in rows if status in (*_REACHABLE, "opted_out")}
    agreed = {(p, r) for p, r, status, _ in rows if status in _REACHABLE} & in_force
    paused: dict[tuple[str | None, str | None], datetime] = {
        (p, r): until for p, r, status, until in rows if status in _REACHABLE and until is not None
    }
    return Textable(frozenset(alive), frozenset(agreed), paused)


def find_patient(session: Session, *, patient_id: str) -> Patient | None:
    """The patient with this id, if the session's site has them."""
    return session.get(Patient, patient_id)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A number that may be somebody else's by now. ``silent`` says why: nobody was heard from, or it was marked."""

    id: str
    patient_id: str
    value_index: str
    silent: bool


def list_doubtful(
    session: Session, *, now: datetime, silent_since: datetime, asked_before: datetime, after: str, limit: int
) -> list[Doubtful]:
    """Numbers in use that are unconfirmed, or from which nothing was heard since a moment, by id from ``after`` on.

    Only of people who are asked and agreed to it, and only those not asked about since ``asked_before``.
    """
    heard = func.coalesce(ContactPoint.heard_from_at, ContactPoint.created_at)
    agreed = select(Consent.id).where(
        Consent.patient_id == ContactPoint.patient_id,
        Consent.related_person_id.is_not_distinct_from(ContactPoint.related_person_id),
        Consent.withdrawn_at.is_(None),
    )
    silent = case((heard <= silent_since, 1), else_=0)
    wanted = (
        select(ContactPoint.id, ContactPoint.patient_id, ContactPoint.value_index, silent)
        .join(Patient, Patient.id == ContactPoint.patient_id)
        .where(
            ContactPoint.id > after,
            ContactPoint.status.in_(_REACHABLE),
            or_(ContactPoint.status == "unconfirmed", heard <= silent_since),
            or_(ContactPoint.asked_again_at.is_(None), ContactPoint.asked_again_at <= asked_before),
            or_(ContactPoint.paused_until.is_(None), ContactPoint.paused_until <= now),
            Patient.status == "active",
            agreed.exists(),
        )
    )
    rows = session.execute(wanted.order_by(ContactPoint.id).limit(limit))
    return [Doubtful(id_, patient_id, index, bool(silent_)) for id_, patient_id, index, silent_ in rows]


def lease_contact_points(session: Session, *, ids: Collection[str], asked_before: datetime) -> Sequence[ContactPoint]:
    """Some numbers in use that nobody was asked about since a moment, held; what others hold is passed by."""
    wanted = select(ContactPoint).where(
        ContactPoint.id.in_(ids),
        ContactPoint.status.in_(_REACHABLE),
        or_(ContactPoint.asked_again_at.is_(None), ContactPoint.asked_again_at <= asked_before),
    )
    by_site = ContactPoint.site_id, ContactPoint.created_at, ContactPoint.id
    return session.scalars(wanted.order_by(*by_site).with_for_update(skip_locked=True)).all()


def list_unanswered(session: Session, *, asked_before: datetime) -> Sequence[ContactPoint]:
    """Numbers that were asked before a moment whether they are still theirs, and from which nobody answered."""
    wanted = select(ContactPoint).join(Patient, Patient.id == ContactPoint.patient_id)
    return session.scalars(
        wanted.where(
            ContactPoint.status == "unconfirmed",
            ContactPoint.asked_again_at <= asked_before,
            Patient.status == "active",
        ).order_by(ContactPoint.id)
    ).all()


def get_contact_point(session: Session, *, contact_point_id: str) -> ContactPoint:
    """The number with this id, as it is now."""
    wanted = select(ContactPoint).where(ContactPoint.id == contact_point_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()
