"""Who is being texted with: a patient, or somebody who helps one."""

from dataclasses import dataclass

from app.codes import Respondent
from app.db import Session
from app.patients import store as patients
from app.patients.models import ContactPoint, Patient, RelatedPerson


@dataclass(frozen=True, slots=True)
class Person:
    """One person in a dialogue; ``related`` is set for a helper of ``patient``."""

    patient: Patient
    related: RelatedPerson | None = None
    contact: ContactPoint | None = None
    """The number that they write from just now: what they are answered goes there."""

    @property
    def related_id(self) -> str | None:
        """Id of the helper, if it is one."""
        return self.related.id if self.related else None

    @property
    def language(self) -> str:
        """The language this person is written to in."""
        return self.related.language if self.related else self.patient.language

    @property
    def key(self) -> str:
        """A stable key of this person: the helper's id, else the patient's."""
        return self.related.id if self.related else self.patient.id

    @property
    def respondent(self) -> Respondent:
        """Whose series their answers about the patient belong to."""
        return Respondent.PROXY if self.related else Respondent.SELF

    @property
    def writes(self) -> str:
        """How a reason begins that quotes them: with the helper's name, for a nurse takes it for the patient's else."""
        return f"Caregiver {self.related.name} writes: " if self.related else ""

    @property
    def agent(self) -> str:
        """How audit events name this person."""
        return f"related_person:{self.related.id}" if self.related else f"patient:{self.patient.id}"


def load_person(
    session: Session, *, patient: Patient, related_person_id: str | None, contact: ContactPoint | None = None
) -> Person:
    """The person behind a patient and an optional helper's id, who may be writing from one of their numbers."""
    if related_person_id is None:
        return Person(patient, contact=contact)
    return Person(patient, patients.get_related_person(session, related_person_id=related_person_id), contact)
