"""The texts of a review alert whose writer is not known, and who it may have been."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, keyring_of, site_scope
from app.errors import NotFound
from app.reports.alert_page import Message
from app.reports.patient_list import find_by_name
from app.reports.worklist import by_id, full_name
from app.tables import Alert, ContactPoint, InboundMessage, Patient, RelatedPerson

_PHONE = "phone"
_FOUND_AT_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Somebody who may have written: a patient, or with ``relationship`` somebody who helps them."""

    patient_id: str
    related_person_id: str | None
    name: str
    relationship: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A patient and those who help them, the patient first."""

    patient_id: str
    name: str
    given_name: str
    birth_date: str
    mrn: str
    writers: tuple[Writer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedText:
    """Texts that wait to be somebody's, oldest first.

    ``waiting`` is false once they are, or where they came in at another clinic; ``patient_id`` and ``patient_name`` say
    in whose chart they are then. ``sharing`` are those who have the number; ``found`` is what the search for a name
    came to, of which there may be ``more``.
    """

    texts: tuple[Message, ...]
    waiting: bool
    patient_id: str | None
    patient_name: str
    sharing: tuple[Household, ...]
    found: tuple[Household, ...]
    more: bool


def read_unplaced(db: Database, *, site_id: str, alert_id: str, search: str = "") -> UnplacedText | None:
    """The texts behind an alert, or ``None`` when it is about something else; ``NotFound`` when the site has none."""
    with db.reading(site_scope(site_id)) as session:
        alert = session.scalar(select(Alert).where(Alert.id == alert_id))
        if alert is None:
            raise NotFound("there is no such alert")
        if alert.kind != "review" or alert.patient_id is not None or alert.inbound_id is None:
            return None
        texts = _texts(session, alert)
        waiting = alert.status != "resolved" and any(text.patient_id is None for text in texts)
        placed_with = next((text.patient_id for text in texts if text.patient_id), None)
        points = _points(session, texts[0].sender) if waiting else []
        found = _found(session, search) if waiting and search.strip() else []
        return UnplacedText(
            texts=tuple(
                Message(inbound=True, at=text.received_at, who=text.sender, kind=text.result, body=text.body)
                for text in texts
            ),
            waiting=waiting,
            patient_id=placed_with,
            patient_name=full_name(by_id(session, Patient, {placed_with}).get(placed_with)) if placed_with else "",
            sharing=_households(session, {p.patient_id for p in points}, {_who(p) for p in points}),
            found=_households(session, found[:_FOUND_AT_MOST]),
            more=len(found) > _FOUND_AT_MOST,
        )


def _texts(session: Session, alert: Alert) -> list[InboundMessage]:
    """The text that the alert was opened for; of a number that nobody has, also those that came until it was closed."""
    first = session.scalar(select(InboundMessage).where(InboundMessage.id == alert.inbound_id))
    if first is None or not alert.subject.startswith("unknown:"):
        return [] if first is None else [first]
    wanted = select(InboundMessage).where(
        InboundMessage.sender_index.in_(keyring_of(session).indexes(_PHONE, first.sender)),
        InboundMessage.practitioner_id.is_(None),
        InboundMessage.received_at >= first.received_at,
    )
    if alert.resolved_at is not None:
        wanted = wanted.where(InboundMessage.received_at <= alert.resolved_at)
    return list(session.scalars(wanted.order_by(InboundMessage.received_at, InboundMessage.id)))


def _points(session: Session, sender: str) -> list[ContactPoint]:
    """Everybody's contact points with a number."""
    wanted = select(ContactPoint).where(
        ContactPoint.value_index.in_(keyring_of(session).indexes(_PHONE, sender)), ContactPoint.status != "wrong"
    )
    return list(session.scalars(wanted))


def _who(point: ContactPoint) -> tuple[str, str | None]:
    return point.patient_id, point.related_person_id


def _found(session: Session, search: str) -> list[str]:
    """Ids of the patients that a search finds, and one more than are shown where there are more."""
    wanted = select(Patient.id).where(Patient.id.in_(find_by_name(session, search.strip()[:200])))
    return list(session.scalars(wanted.order_by(Patient.created_at.desc(), Patient.id).limit(_FOUND_AT_MOST + 1)))


def _households(
    session: Session, patient_ids: Collection[str], only: Collection[tuple[str, str | None]] | None = None
) -> tuple[Household, ...]:
    """Patients by name, with those who help them; ``only`` leaves out everybody else."""
    if not patient_ids:
        return ()
    patients = by_id(session, Patient, patient_ids)
    helpers = session.scalars(
        select(RelatedPerson)
        .where(RelatedPerson.patient_id.in_(patient_ids))
        .order_by(RelatedPerson.patient_id, RelatedPerson.created_at, RelatedPerson.id)
    )
    of_patient = {patient_id: list(rows) for patient_id, rows in groupby(helpers, lambda row: row.patient_id)}
    made = (_household(patient, of_patient.get(patient.id, []), only) for patient in patients.values())
    return tuple(sorted(made, key=lambda one: (one.name, one.patient_id)))


def _household(
    patient: Patient, helpers: Iterable[RelatedPerson], only: Collection[tuple[str, str | None]] | None
) -> Household:
    writers = [Writer(patient_id=patient.id, related_person_id=None, name=full_name(patient), relationship="")]
    writers += [
        Writer(patient_id=patient.id, related_person_id=row.id, name=row.name, relationship=row.relationship)
        for row in helpers
    ]
    return Household(
        patient_id=patient.id, name=full_name(patient), given_name=patient.given_name, birth_date=patient.birth_date,
        mrn=patient.mrn,
        writers=tuple(w for w in writers if only is None or (w.patient_id, w.related_person_id) in only),
    )  # fmt: skip
