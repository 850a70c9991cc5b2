"""Every simulated handset of a site, with the texts on it: what each person would have in their hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, keyring_of, site_scope
from app.reports.worklist import by_id
from app.tables import (
    CheckinPlan,
    ContactPoint,
    Enrolment,
    InboundMessage,
    Membership,
    OutboundMessage,
    Patient,
    Practitioner,
    RelatedPerson,
    Shift,
    Site,
)

HANDSETS = 12
_TEXTS = 30
# The purpose under which numbers are hashed for look-ups.
_PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as its holder sees it: ``mine`` are those that the holder sent."""

    mine: bool
    at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuable:
    """A check-in that can be sent to the holder now."""

    patient_id: str
    name: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One phone: whose it is, what they are to the clinic, and the texts on it, oldest first."""

    number: str
    holder: str
    role: str
    texts: tuple[Text, ...]
    checkins: tuple[Issuable, ...]


@dataclass(frozen=True, slots=True)
class _Owner:
    number: str
    holder: str
    role: str
    patient_id: str | None = None
    related_person_id: str | None = None


def read_phones(db: Database, *, site_id: str, now: datetime, page: int = 1) -> tuple[tuple[Handset, ...], bool]:
    """A page of the site's handsets, and whether there are more.

    The first page begins with the story that a demo plays: one patient and those who help, and whoever is on call.
    Then come the other patients, the other staff, and the number that is told when nobody on call is there.
    """
    with db.reading(site_scope(site_id)) as session:
        owners = _patients(session, page)
        patient_ids = list(dict.fromkeys(owner.patient_id for owner in owners if owner.patient_id))
        more, patient_ids = len(patient_ids) > HANDSETS, patient_ids[:HANDSETS]
        first = [owner for owner in owners if owner.patient_id in patient_ids[:1]]
        others = [owner for owner in owners if owner.patient_id in patient_ids[1:]]
        on_duty, off_duty = _staff(session, site_id, now) if page == 1 else ([], [])
        plans = _plans(session, patient_ids)
        return tuple(_handsets(session, [*first, *on_duty, *others, *off_duty], plans)), more


def _patients(session: Session, page: int) -> list[_Owner]:
    """The owners of a page of patients and one more, newest patient first, each followed by their helpers."""
    patients = session.scalars(
        select(Patient)
        .order_by(Patient.created_at.desc(), Patient.id)
        .offset((page - 1) * HANDSETS)
        .limit(HANDSETS + 1)
    ).all()
    ids = [patient.id for patient in patients]
    points = session.scalars(
        select(ContactPoint)
        .where(ContactPoint.patient_id.in_(ids), ContactPoint.status != "wrong")
        .order_by(ContactPoint.created_at, ContactPoint.id)
    ).all()
    helpers = by_id(session, RelatedPerson, {p.related_person_id for p in points if p.related_person_id})
    found = []
    for patient in patients:
        mine = [point for point in points if point.patient_id == patient.id]
        for point in sorted(mine, key=lambda p: p.related_person_id is not None):
            helper = helpers.get(point.related_person_id)
            name = helper.name if helper else f"{patient.given_name} {patient.family_name}"
            role = f"{helper.relationship or 'caregiver'} of {patient.given_name}" if helper else "patient"
            found.append(_Owner(point.value, name, role, patient.id, point.related_person_id))
    return found


def _staff(session: Session, site_id: str, now: datetime) -> tuple[list[_Owner], list[_Owner]]:
    """Staff on a shift now, whoever is on call first; and everybody else who may be paged."""
    rows = session.execute(
        select(Practitioner, Membership.role)
        .join(Membership, Membership.practitioner_id == Practitioner.id)
        .where(Practitioner.active, Practitioner.phone_index.is_not(None))
        .order_by(Practitioner.created_at, Practitioner.id)
        .limit(2 * HANDSETS)
    ).all()
    shifts = session.scalars(select(Shift).where(Shift.starts_at <= now, Shift.ends_at > now)).all()
    on_call = {shift.practitioner_id for shift in shifts if shift.role == "on_call"}
    backup = {shift.practitioner_id for shift in shifts} - on_call
    first = [_Owner(p.phone, p.name, f"{role}, on call now") for p, role in rows if p.id in on_call]
    first += [_Owner(p.phone, p.name, f"{role}, backup now") for p, role in rows if p.id in backup]
    rest = [_Owner(p.phone, p.name, role) for p, role in rows if p.id not in on_call | backup]
    site = session.get(Site, site_id)
    assert site is not None
    return first, [*rest, _Owner(site.fallback_phone, site.fallback_name, "told when nobody on call answers")]


def _plans(session: Session, patient_ids: Sequence[str]) -> Mapping[tuple[str, str | None], list[str]]:
    rows = session.execute(
        select(CheckinPlan.patient_id, CheckinPlan.related_person_id, CheckinPlan.name)
        .join(Enrolment, Enrolment.id == CheckinPlan.enrolment_id)
        .where(CheckinPlan.patient_id.in_(patient_ids), Enrolment.status == "active")
        .order_by(CheckinPlan.next_slot_at.is_(None), CheckinPlan.name)
    )
    found: dict[tuple[str, str | None], list[str]] = {}
    for patient_id, related_id, name in rows:
        found.setdefault((patient_id, related_id), []).append(name)
    return found


def _handsets(
    session: Session, owners: Sequence[_Owner], plans: Mapping[tuple[str, str | None], list[str]]
) -> list[Handset]:
    """One handset a number, whoever shares it."""
    by_number: dict[str, list[_Owner]] = {}
    for owner in owners:
        by_number.setdefault(owner.number, []).append(owner)
    texts = _texts(session, list(by_number))
    return [
        Handset(
            number=number,
            holder=" and ".join(dict.fromkeys(owner.holder for owner in sharing)),
            role=", ".join(dict.fromkeys(owner.role for owner in sharing)),
            texts=texts.get(number, ()),
            checkins=tuple(
                Issuable(patient_id=owner.patient_id, name=name, who=owner.holder.split()[0])
                for owner in sharing
                if owner.patient_id
                for name in plans.get((owner.patient_id, owner.related_person_id), ())
            ),
        )
        for number, sharing in by_number.items()
    ]


def _texts(session: Session, numbers: Sequence[str]) -> dict[str, tuple[Text, ...]]:
    """The latest texts from and to some numbers, oldest first, in two statements."""
    keyring = keyring_of(session)
    number_of = {index: number for number in numbers for index in keyring.indexes(_PHONE, number)}
    limit = _TEXTS * max(1, len(numbers))
    found: dict[str, list[Text]] = {}
    sent = session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.recipient_index.in_(number_of), OutboundMessage.state == "handed_over")
        .order_by(OutboundMessage.created_at.desc(), OutboundMessage.id)
        .limit(limit)
    )
    for row in sorted(sent, key=lambda row: (row.created_at, row.priority)):
        text = Text(mine=False, at=row.handed_over_at or row.created_at, body=row.body)
        found.setdefault(number_of[row.recipient_index], []).append(text)
    came = session.scalars(
        select(InboundMessage)
        .where(InboundMessage.sender_index.in_(number_of))
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id)
        .limit(limit)
    )
    for message in came:
        text = Text(mine=True, at=message.received_at, body=message.body)
        found.setdefault(number_of[message.sender_index], []).append(text)
    return {
        number: tuple(sorted(texts, key=lambda text: (text.at, not text.mine))[-_TEXTS:])
        for number, texts in found.items()
    }
