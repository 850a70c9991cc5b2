"""One patient on one page: who they are, what they answered and what they did not, what was said, what is open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, site_scope
from app.errors import NotFound
from app.reports.alert_page import Message, outbound
from app.reports.contacts import Contact, contacts_of
from app.reports.occasions import Occasion, Series, read_occasions, series_of
from app.reports.worklist import AlertRow, by_id, full_name, rows_of
from app.tables import (
    Alert,
    CheckinPlan,
    Enrolment,
    InboundMessage,
    OutboundMessage,
    Patient,
    Practitioner,
    RelatedPerson,
)

_MESSAGES = 60
_PAST_ALERTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One check-in of the plan. ``who`` is empty for the patient, ``next_at`` for one that is only sent by hand."""

    name: str
    program: str
    who: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """Everything on a patient's page. Lists are newest first, but the conversation, which reads downwards."""

    id: str
    name: str
    given_name: str
    birth_date: str
    mrn: str
    language: str
    time_zone: str
    status: str
    setting: str
    contacts: tuple[Contact, ...]
    plans: tuple[Plan, ...]
    open_alerts: tuple[AlertRow, ...]
    past_alerts: tuple[AlertRow, ...]
    occasions: tuple[Occasion, ...]
    series: tuple[Series, ...]
    conversation: tuple[Message, ...]


def read_patient(db: Database, *, site_id: str, patient_id: str) -> PatientPage:
    """The page of one patient; ``NotFound`` when the site has no such patient."""
    with db.reading(site_scope(site_id)) as session:
        patient = session.scalar(select(Patient).where(Patient.id == patient_id))
        if patient is None:
            raise NotFound("there is no such patient")
        helpers = {
            row.id: row for row in session.scalars(select(RelatedPerson).where(RelatedPerson.patient_id == patient.id))
        }
        names: dict[str | None, str] = {None: "", **{row.id: row.name for row in helpers.values()}}
        occasions = read_occasions(session, patient_id=patient.id, names=names)
        alerts = select(Alert).where(Alert.patient_id == patient.id)
        open_ones = session.scalars(
            alerts.where(Alert.status != "resolved").order_by(Alert.opened_at.desc(), Alert.id)
        ).all()
        past = session.scalars(
            alerts.where(Alert.status == "resolved").order_by(Alert.resolved_at.desc(), Alert.id).limit(_PAST_ALERTS)
        ).all()
        return PatientPage(
            id=patient.id, name=full_name(patient), given_name=patient.given_name, birth_date=patient.birth_date,
            mrn=patient.mrn, language=patient.language, time_zone=patient.time_zone, status=patient.status,
            setting=patient.setting, contacts=contacts_of(session, patient), plans=_plans(session, patient, names),
            open_alerts=tuple(sorted(rows_of(session, site_id, open_ones), key=lambda row: row.tier.rank)),
            past_alerts=tuple(rows_of(session, site_id, past)), occasions=occasions, series=series_of(occasions),
            conversation=_conversation(session, patient, names),
        )  # fmt: skip


def _plans(session: Session, patient: Patient, names: dict[str | None, str]) -> tuple[Plan, ...]:
    rows = session.execute(
        select(CheckinPlan, Enrolment.program)
        .join(Enrolment, Enrolment.id == CheckinPlan.enrolment_id)
        .where(CheckinPlan.patient_id == patient.id, Enrolment.status == "active")
        .order_by(CheckinPlan.next_slot_at.is_(None), CheckinPlan.next_slot_at, CheckinPlan.name)
    ).all()
    return tuple(
        Plan(name=plan.name, program=program, who=names.get(plan.related_person_id, ""), next_at=plan.next_slot_at)
        for plan, program in rows
    )


def _conversation(session: Session, patient: Patient, names: dict[str | None, str]) -> tuple[Message, ...]:
    """The last texts in both directions with the patient and those who help, oldest first."""
    sent = session.scalars(
        select(OutboundMessage)
        .where(OutboundMessage.patient_id == patient.id)
        .order_by(OutboundMessage.created_at.desc(), OutboundMessage.id)
        .limit(_MESSAGES)
    ).all()
    came = session.scalars(
        select(InboundMessage)
        .where(InboundMessage.patient_id == patient.id)
        .order_by(InboundMessage.received_at.desc(), InboundMessage.id)
        .limit(_MESSAGES)
    ).all()
    staff = by_id(session, Practitioner, {m.practitioner_id for m in came if m.practitioner_id})

    def who(related_id: str | None) -> str:
        return names.get(related_id) or patient.given_name

    # Texts written in the same instant leave by their priority.
    in_order = sorted(sent, key=lambda row: (row.created_at, row.priority))
    messages = [outbound(row, who(row.related_person_id)) for row in in_order]
    for row in came:
        writer = staff.get(row.practitioner_id)
        said = writer.name if writer else who(row.related_person_id)
        messages.append(Message(inbound=True, at=row.received_at, who=said, kind=row.result, body=row.body))
    # A reply is written in the same instant as the text that it answers: the text came first.
    return tuple(sorted(messages, key=lambda m: (m.at, not m.inbound))[-_MESSAGES:])
