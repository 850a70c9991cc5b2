"""What whoever plays a clinic looks up: when something is due, who was asked what, and who was paged for what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.db import Database, site_scope
from app.messaging.models import WAITING
from app.questionnaires.definition import Questionnaire
from app.questionnaires.engine import narrowed
from app.tables import (
    Alert,
    Checkin,
    CheckinPlan,
    OutboundMessage,
    Page,
    Patient,
    Practitioner,
    PublishedQuestionnaire,
    Reassessment,
)

_QUESTIONNAIRES: dict[str, Questionnaire] = {}
_PENDING = (WAITING, OutboundMessage.state == "pending")
_MOMENTS = {
    "escalate": select(func.min(Alert.next_action_at)).where(
        Alert.next_action_at.is_not(None), Alert.status != "resolved"
    ),
    "issue": select(func.min(CheckinPlan.next_slot_at)).where(CheckinPlan.next_slot_at.is_not(None)),
    "close": select(func.min(Checkin.next_action_at)).where(Checkin.next_action_at.is_not(None)),
    "page": select(func.min(OutboundMessage.next_attempt_at)).where(*_PENDING, OutboundMessage.pool == "staff"),
    "deliver": select(func.min(OutboundMessage.next_attempt_at)).where(*_PENDING, OutboundMessage.pool == "patients"),
    "reassess": select(func.min(Reassessment.due_at)).where(Reassessment.status == "planned"),
}
# Asked after every step of a long play, so it is made once.
_NEXT = select(*(moment.scalar_subquery() for moment in _MOMENTS.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation that reached somebody, and the check-in that it is to."""

    message_id: str
    checkin_id: str
    patient_id: str
    related_person_id: str | None
    name: str
    local_date: date
    issued_at: datetime
    window_ends_at: datetime
    questionnaire: Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedNow:
    """What somebody is being asked by text at the moment."""

    checkin_id: str
    asked: tuple[str, ...]
    questionnaire: Questionnaire


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """An alert that a nurse may have to act on."""

    id: str
    code: str
    kind: str
    tier: str
    status: str
    subject: str
    patient_id: str | None
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    values: Mapping[str, Any]


def next_due(db: Database, *, site_id: str) -> dict[str, datetime]:
    """By stage of the worker, when something of a site is due next; stages with nothing to do are left out."""
    with db.reading(site_scope(site_id)) as session:
        row = session.execute(_NEXT).one()
    return {stage: at for stage, at in zip(_MOMENTS, row, strict=True) if at is not None}


def list_invited(db: Database, *, site_id: str, message_ids: Collection[str]) -> Sequence[Invited]:
    """The check-ins that some texts invite to; reminders and other texts are left out."""
    wanted = (
        select(OutboundMessage.id, Checkin)
        .join(Checkin, Checkin.id == OutboundMessage.checkin_id)
        .where(OutboundMessage.id.in_(message_ids), OutboundMessage.kind == "invitation")
    )
    with db.reading(site_scope(site_id)) as session:
        return [
            Invited(
                message_id=message_id, checkin_id=row.id, patient_id=row.patient_id,
                related_person_id=row.related_person_id, name=row.name, local_date=row.local_date,
                issued_at=row.issued_at or row.due_at, window_ends_at=row.window_ends_at,
                questionnaire=narrowed(_questionnaire(session, row.questionnaire_id), row.only),
            )
            for message_id, row in session.execute(wanted)
        ]  # fmt: skip


def find_asked(db: Database, *, site_id: str, patient_id: str, related_person_id: str | None) -> AskedNow | None:
    """The check-in that somebody has open, and what the last text asked."""
    wanted = select(Checkin).where(
        Checkin.patient_id == patient_id, Checkin.related_person_id.is_not_distinct_from(related_person_id),
        Checkin.status.in_(("issued", "started")),
    )  # fmt: skip
    with db.reading(site_scope(site_id)) as session:
        row = session.scalars(wanted.order_by(Checkin.issued_at.desc(), Checkin.id)).first()
        if row is None:
            return None
        questionnaire = narrowed(_questionnaire(session, row.questionnaire_id), row.only)
        return AskedNow(checkin_id=row.id, asked=tuple(row.asked), questionnaire=questionnaire)


def list_called_for(db: Database, *, site_id: str, message_ids: Collection[str]) -> Mapping[str, Sequence[Called]]:
    """The alerts that some pages tell of, by message."""
    wanted = select(Page.message_id, Alert).join(Alert, Alert.id == Page.alert_id)
    found: dict[str, list[Called]] = {}
    with db.reading(site_scope(site_id)) as session:
        for message_id, alert in session.execute(wanted.where(Page.message_id.in_(message_ids))):
            found.setdefault(message_id or "", []).append(_called(alert))
    return found


def list_open(db: Database, *, site_id: str) -> Sequence[Called]:
    """The open alerts of a site, the oldest first."""
    with db.reading(site_scope(site_id)) as session:
        rows = session.scalars(select(Alert).where(Alert.status != "resolved").order_by(Alert.opened_at, Alert.subject))
        return [_called(alert) for alert in rows]


def find_called(db: Database, *, site_id: str, alert_ids: Collection[str]) -> Sequence[Called]:
    """Some alerts as they stand."""
    with db.reading(site_scope(site_id)) as session:
        return [_called(alert) for alert in session.scalars(select(Alert).where(Alert.id.in_(alert_ids)))]


def anybody_there(db: Database, *, site_id: str) -> bool:
    """Whether a site has patients or staff."""
    with db.reading(site_scope(site_id)) as session:
        people = session.scalar(select(Patient.id).limit(1)), session.scalar(select(Practitioner.id).limit(1))
        return people != (None, None)


def _called(alert: Alert) -> Called:
    return Called(
        id=alert.id, code=alert.code, kind=alert.kind, tier=alert.tier, status=alert.status, subject=alert.subject,
        patient_id=alert.patient_id, opened_at=alert.opened_at, acknowledged_at=alert.acknowledged_at,
        acknowledged_by=alert.acknowledged_by, values=alert.values,
    )  # fmt: skip


def _questionnaire(session: Any, questionnaire_id: str) -> Questionnaire:
    if questionnaire_id not in _QUESTIONNAIRES:
        row = session.get(PublishedQuestionnaire, questionnaire_id)
        _QUESTIONNAIRES[questionnaire_id] = Questionnaire.from_mapping(row.definition)
    return _QUESTIONNAIRES[questionnaire_id]
