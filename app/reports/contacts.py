"""The numbers of a patient and of those who help them, and what is known of each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reports.worklist import by_id
from app.tables import ContactPoint, Patient, RelatedPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A number of the patient or of somebody who helps; ``relationship`` is empty for the patient.

    ``heard_from_at`` is the day on which a text came from it last; ``paused_until`` may be past.
    """

    name: str
    relationship: str
    phone: str
    status: str
    language: str
    heard_from_at: datetime | None
    paused_until: datetime | None


def contacts_of(session: Session, patient: Patient) -> tuple[Contact, ...]:
    """The numbers of a patient and of those who help them, the patient's first; those of somebody else come last."""
    points = session.scalars(
        select(ContactPoint)
        .where(ContactPoint.patient_id == patient.id)
        .order_by(ContactPoint.created_at, ContactPoint.id)
    ).all()
    helpers = by_id(session, RelatedPerson, {p.related_person_id for p in points if p.related_person_id})
    found = []
    for point in sorted(points, key=lambda p: (p.status == "wrong", p.related_person_id is not None)):
        helper = helpers.get(point.related_person_id)
        found.append(
            Contact(
                name=helper.name if helper else f"{patient.given_name} {patient.family_name}",
                relationship=helper.relationship if helper else "",
                phone=point.value,
                status=point.status,
                language=helper.language if helper else patient.language,
                heard_from_at=point.heard_from_at,
                paused_until=point.paused_until,
            )
        )
    return tuple(found)
