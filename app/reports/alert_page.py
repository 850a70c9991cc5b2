"""All that is known of one alert: why, what the person was told, whom to call, and everything done about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alerts.lifecycle import SHOWN, STEP_DOWN, AlertKind
from app.alerts.suppression import value_of
from app.db import Database, site_scope
from app.errors import NotFound
from app.escalation.oncall import Team, team_for
from app.reports.agents import agent_names
from app.reports.contacts import Contact, contacts_of
from app.reports.levels import SnoozeRow, running_snoozes
from app.reports.worklist import AlertRow, by_id, rows_of
from app.staff.roles import Permission, may
from app.tables import (
    Alert,
    AlertEvent,
    Answer,
    InboundMessage,
    Membership,
    OutboundMessage,
    Page,
    Patient,
    Practitioner,
    RelatedPerson,
    Site,
)

_LINK = re.compile(r"/c/[\w-]{16,}")
_EVIDENCE = ("opened", "evidence")
# All that happens in one transaction is stamped within moments of each other.
_ONE_TRANSACTION, _A_MOMENT = timedelta(seconds=30), timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text in either direction. ``state`` is the outbox's, ``status`` the provider's; empty for a text in.

    ``who`` is a number or a name; ``helper`` the name of whoever helps a patient, where such a person wrote it.
    """

    inbound: bool
    at: datetime
    who: str
    kind: str
    body: str
    state: str = ""
    status: str | None = None
    error_code: int | None = None
    helper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the person was told at once. ``channel`` is how they answered; by web the form itself says what to do.

    ``comfort_phone`` is the number of their own team, which somebody is told whose care is about comfort, else empty.
    """

    channel: str
    said: Message | None
    after_hours_phone: str
    emergency_number: str
    comfort_phone: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the alert's history."""

    at: datetime
    type: str
    agent: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSent:
    """One call for one person's attention and how far it came."""

    at: datetime
    who: str
    state: str
    status: str | None
    error_code: int | None
    reached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """One alert with everything around it. ``values`` are the numbers behind it, one mapping an item.

    ``level`` is the number that could be expected, ``None`` where there is none; ``snooze`` is what is expected now.
    ``colleagues`` are those whom it could be handed to, by id; ``seen`` counts what somebody who closes it has seen.
    """

    alert: AlertRow
    rules: tuple[str, ...]
    values: tuple[Mapping[str, Any], ...]
    program_version: str | None
    patient_zone: str | None
    patient_language: str | None
    patient_birth_date: str
    words: Message | None
    told: Told | None
    contacts: tuple[Contact, ...]
    events: tuple[Event, ...]
    pages: tuple[PageSent, ...]
    attempts: int
    level: float | None
    snooze: SnoozeRow | None
    colleagues: Mapping[str, str]
    suggests: bool
    seen: int


def read_alert(db: Database, *, site_id: str, alert_id: str, now: datetime) -> AlertPage:
    """The alert with this id as it stands at a moment; ``NotFound`` when the site has none."""
    with db.reading(site_scope(site_id)) as session:
        alert = session.scalar(select(Alert).where(Alert.id == alert_id))
        if alert is None:
            raise NotFound("there is no such alert")
        patient = by_id(session, Patient, {alert.patient_id}).get(alert.patient_id) if alert.patient_id else None
        events = _events(session, alert)
        names = agent_names(session, [event.agent for event in events])
        last_word_at = max((e.at for e in events if e.type in _EVIDENCE), default=alert.opened_at)
        inbound = _inbound(session, alert, last_word_at)
        return AlertPage(
            alert=rows_of(session, site_id, [alert])[0],
            rules=tuple(str(rule) for rule in alert.rules),
            values=_values(alert),
            program_version=alert.program_version,
            patient_zone=patient.time_zone if patient else None,
            patient_language=patient.language if patient else None,
            patient_birth_date=patient.birth_date if patient else "",
            words=_words(session, inbound),
            told=_told(session, alert, inbound, last_word_at),
            contacts=_contacts(session, patient, inbound) if patient else (),
            events=tuple(Event(e.at, e.type, names.get(e.agent, e.agent), e.detail) for e in events),
            pages=_pages(session, alert),
            attempts=sum(event.type == "attempt" for event in events),
            level=_level(alert),
            snooze=_snooze(session, alert, now),
            colleagues=_colleagues(session, alert),
            suggests=alert.subject == STEP_DOWN,
            seen=sum(event.type in SHOWN for event in events),
        )


def _contacts(session: Session, patient: Patient, inbound: InboundMessage | None) -> tuple[Contact, ...]:
    """The numbers to call: first the one that the latest evidence was written from."""
    usable = [contact for contact in contacts_of(session, patient) if contact.status != "wrong"]
    return tuple(sorted(usable, key=lambda contact: inbound is None or contact.phone != inbound.sender))


def _events(session: Session, alert: Alert) -> list[AlertEvent]:
    """The history, oldest first. A page carries the same moment as what it is about, and comes after it."""
    rows = session.scalars(select(AlertEvent).where(AlertEvent.alert_id == alert.id)).all()
    return sorted(rows, key=lambda event: (event.at, event.type == "paged", event.type not in _EVIDENCE, event.id))


def _values(alert: Alert) -> tuple[Mapping[str, Any], ...]:
    items = alert.values.get("items")
    return tuple(items) if items else (alert.values,) if "value" in alert.values else ()


def _level(alert: Alert) -> float | None:
    """The number that the alert is about, where a level of it can be expected."""
    if alert.kind != AlertKind.CLINICAL or alert.patient_id is None or alert.response_id is None:
        return None
    known = value_of(alert.values, alert.subject)
    return known[0] if known else None


def _snooze(session: Session, alert: Alert, now: datetime) -> SnoozeRow | None:
    if alert.patient_id is None:
        return None
    running = running_snoozes(session, patient_id=alert.patient_id, now=now, subject=alert.subject)
    return running[0] if running else None


def _colleagues(session: Session, alert: Alert) -> dict[str, str]:
    """Who could be given the alert: active members of the site who act on alerts, but for its owner."""
    wanted = select(Practitioner, Membership.role).join(Membership, Membership.practitioner_id == Practitioner.id)
    rows = session.execute(wanted.where(Membership.site_id == alert.site_id, Practitioner.active)).all()
    may_act = [p for p, role in rows if may(role, Permission.ACT_ON_ALERTS) and p.id != alert.acknowledged_by]
    return {person.id: person.name for person in sorted(may_act, key=lambda person: person.name)}


def _inbound(session: Session, alert: Alert, last_word_at: datetime) -> InboundMessage | None:
    """The text that brought the latest evidence: it was written in the same transaction, a moment before."""
    wanted = select(InboundMessage)
    if alert.patient_id is None:
        return session.scalar(wanted.where(InboundMessage.id == alert.inbound_id))
    near = InboundMessage.received_at.between(last_word_at - _ONE_TRANSACTION, last_word_at + _A_MOMENT)
    found = session.scalars(wanted.where(InboundMessage.patient_id == alert.patient_id, near)).all()
    if not found and alert.inbound_id is not None:
        # It had come in long before somebody said whose it was.
        placed = wanted.where(InboundMessage.id == alert.inbound_id, InboundMessage.result == "assigned")
        return session.scalar(placed)
    return max(found, key=lambda row: (row.received_at, row.id == alert.inbound_id), default=None)


def _words(session: Session, inbound: InboundMessage | None) -> Message | None:
    if inbound is None:
        return None
    helper = session.get(RelatedPerson, inbound.related_person_id) if inbound.related_person_id else None
    return Message(
        inbound=True, at=inbound.received_at, who=inbound.sender, kind="text", body=inbound.body,
        helper=helper.name if helper else "",
    )  # fmt: skip


def _told(session: Session, alert: Alert, inbound: InboundMessage | None, last_word_at: datetime) -> Told | None:
    """The one reply to the text that brought the latest evidence; where they answered by form, what the form said."""
    site = session.get(Site, alert.site_id)
    assert site is not None
    patient = session.get(Patient, alert.patient_id) if alert.patient_id else None
    comfort = patient is not None and team_for(patient.intent) is Team.COMFORT
    safety = {
        "after_hours_phone": site.after_hours_phone, "emergency_number": site.emergency_number,
        "comfort_phone": (site.comfort_phone or "") if comfort else "",
    }  # fmt: skip
    if inbound is not None:
        reply = session.scalar(select(OutboundMessage).where(OutboundMessage.business_key == f"reply:{inbound.id}"))
        return Told(channel="sms", said=outbound(reply, ""), **safety) if reply else None
    near = Answer.answered_at.between(last_word_at - _ONE_TRANSACTION, last_word_at + _A_MOMENT)
    by_form = select(Answer.id).where(Answer.response_id == alert.response_id, Answer.channel == "web", near)
    answered = alert.response_id is not None and session.scalar(by_form.limit(1)) is not None
    return Told(channel="web", said=None, **safety) if answered else None


def outbound(row: OutboundMessage, who: str) -> Message:
    """A text that left, or is to leave. Its form link is the person's own: staff see that there was one, not which."""
    return Message(
        inbound=False, at=row.handed_over_at or row.created_at, who=who, kind=row.kind,
        body=_LINK.sub("/c/…", row.body), state=row.state, status=row.status, error_code=row.error_code,
    )  # fmt: skip


def _pages(session: Session, alert: Alert) -> tuple[PageSent, ...]:
    pages: Sequence[Page] = session.scalars(
        select(Page).where(Page.alert_id == alert.id).order_by(Page.paged_at, Page.id)
    ).all()
    people = by_id(session, Practitioner, {p.practitioner_id for p in pages if p.practitioner_id})
    messages = by_id(session, OutboundMessage, {p.message_id for p in pages if p.message_id})
    site = session.get(Site, alert.site_id)
    assert site is not None
    found = []
    for page in pages:
        person, message = people.get(page.practitioner_id), messages.get(page.message_id)
        found.append(
            PageSent(
                at=page.paged_at,
                who=person.name if person else f"{site.fallback_name} (fallback)",
                state=message.state if message else "",
                status=message.status if message else None,
                error_code=message.error_code if message else None,
                reached_at=message.handed_over_at if message else None,
            )
        )
    return tuple(found)
