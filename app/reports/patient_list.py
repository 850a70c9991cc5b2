"""The patients of one site, newest first, or those that a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.codes import Tier
from app.db import Database, keyring_of, site_scope
from app.keyring import fold
from app.reports.worklist import full_name
from app.tables import Alert, Checkin, Enrolment, NameToken, Patient

PAGE_SIZE = 50
# The purposes under which names and record numbers are hashed for look-ups.
_NAME, _MRN = "name", "mrn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One patient as a line of a list. ``worst`` is the most urgent open alert; ``last_answer_at`` may be never."""

    id: str
    name: str
    mrn: str
    language: str
    status: str
    programs: tuple[str, ...]
    open_alerts: int
    worst: Tier | None
    last_checkin_at: datetime | None
    last_checkin_status: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PatientList:
    """One page of patients. ``more`` tells that there is a next page."""

    rows: tuple[PatientRow, ...]
    more: bool


def read_patients(db: Database, *, site_id: str, search: str = "", page: int = 1) -> PatientList:
    """A page of patients. ``search`` is a record number, or whole words of a name, case and accents aside."""
    with db.reading(site_scope(site_id)) as session:
        wanted = select(Patient)
        if search.strip():
            wanted = wanted.where(Patient.id.in_(find_by_name(session, search.strip()[:200])))
        newest_first = wanted.order_by(Patient.created_at.desc(), Patient.id)
        found = session.scalars(newest_first.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE + 1)).all()
        return PatientList(tuple(_rows(session, found[:PAGE_SIZE])), len(found) > PAGE_SIZE)


def find_by_name(session: Session, search: str) -> set[str]:
    """Ids of the patients with this record number, or with all these words in their name."""
    keyring = keyring_of(session)
    by_number = select(Patient.id).where(Patient.mrn_index.in_(keyring.indexes(_MRN, search)))
    found = set(session.scalars(by_number))
    named: set[str] | None = None
    for word in dict.fromkeys(fold(search).split()):
        tokens = select(NameToken.patient_id).where(NameToken.token_index.in_(keyring.indexes(_NAME, word)))
        having = set(session.scalars(tokens))
        named = having if named is None else named & having
    return found | (named or set())


def _rows(session: Session, patients: Sequence[Patient]) -> list[PatientRow]:
    ids = [patient.id for patient in patients]
    tiers: dict[str | None, list[Tier]] = {}
    open_ones = select(Alert.patient_id, Alert.tier).where(Alert.patient_id.in_(ids), Alert.status != "resolved")
    for patient_id, tier in session.execute(open_ones):
        tiers.setdefault(patient_id, []).append(Tier(tier))
    programs: dict[str, list[str]] = {}
    enrolled = select(Enrolment.patient_id, Enrolment.program).where(
        Enrolment.patient_id.in_(ids), Enrolment.status == "active"
    )
    for patient_id, program in session.execute(enrolled):
        programs.setdefault(patient_id, []).append(program)
    last = _last_checkins(session, ids)
    return [
        PatientRow(
            id=patient.id, name=full_name(patient), mrn=patient.mrn, language=patient.language, status=patient.status,
            programs=tuple(sorted(programs.get(patient.id, ()))), open_alerts=len(tiers.get(patient.id, ())),
            worst=min(tiers.get(patient.id, ()), key=lambda tier: tier.rank, default=None),
            last_checkin_at=last.get(patient.id, (None, None))[0],
            last_checkin_status=last.get(patient.id, (None, None))[1], created_at=patient.created_at,
        )
        for patient in patients
    ]  # fmt: skip


def _last_checkins(session: Session, ids: list[str]) -> dict[str, tuple[datetime, str]]:
    """When each patient was last asked, and what became of it."""
    latest = (
        select(Checkin.patient_id, func.max(Checkin.due_at).label("due_at"))
        .where(Checkin.patient_id.in_(ids))
        .group_by(Checkin.patient_id)
    ).subquery()
    wanted = select(Checkin.patient_id, Checkin.due_at, Checkin.status).join(
        latest, (latest.c.patient_id == Checkin.patient_id) & (latest.c.due_at == Checkin.due_at)
    )
    return {patient_id: (due_at, status) for patient_id, due_at, status in session.execute(wanted)}
