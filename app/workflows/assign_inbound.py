"""A text that we could not place: a person says whose it was, or that it is nobody's here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.alerts.lifecycle import AlertKind, AlertStatus, Attempt, Outcome, Resolution, check_resolution
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.audit import store as audit
from app.checkins.store import checkins
from app.codes import Tier
from app.db import Session, keyring_of, retry_on_conflict, site_scope
from app.errors import Conflict, NotFound, Rejected
from app.keyring import PHONE
from app.messaging.models import InboundMessage
from app.messaging.store import inbox
from app.patients import store as patients
from app.patients.models import ContactPoint, Patient
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.converse import take_in
from app.workflows.person import Person, load_person
from app.workflows.raise_alerts import raise_concern
from app.workflows.resolve_alert import check_length, close_alert
from app.workflows.service import Service
from app.workflows.team_message import tell_team


class Dismissal(StrEnum):
    """Why a text is nobody's here, or needs nothing more."""

    ANSWERED_BY_PHONE = "answered_by_phone"
    WRONG_NUMBER = "wrong_number"
    SPAM = "spam"
    TEST = "test"
    OTHER = "other"


class Number(StrEnum):
    """What became of the number that a text came from: left alone, saved, theirs before, or somebody else's too."""

    LEFT = "left"
    SAVED = "saved"
    THEIRS = "theirs"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What came of texts once they were somebody's: how many, and the codes of the alerts that they raised or fed."""

    texts: int
    codes: tuple[str, ...]
    number: Number


@retry_on_conflict
def assign_inbound(
    service: Service,
    *,
    site_id: str,
    alert_id: str,
    patient_id: str,
    related_person_id: str | None,
    save_number: bool,
    practitioner_id: str | None,
    agent: str,
) -> Placed:
    """Take the text of a review alert in as if its writer had been known, and close that alert; nobody is replied to.

    Of a number that nobody has, all its texts since then are taken in, the oldest first. A red review hands its urgency
    on: it closes only because the person has a red alert instead. Raises ``NotFound`` for a person whom the site does
    not have, ``Conflict`` naming who settled it when somebody was faster.
    """
    with service.db.transaction(site_scope(site_id)) as session:
        alert, texts = _lock_unplaced(session, alert_id)
        patient = patients.lock_patient(session, patient_id=patient_id)
        now = service.clock.now()  # with the patient held: what is raised from now on, these texts raised
        person, number = _writer(session, patient, related_person_id, texts[-1], now, save_number=save_number)
        for text in texts:
            _take_in(service, session, person, text, agent, now)
        raised = list(alerts.list_touched(session, patient_id=person.patient.id, since=now))
        if alert.tier == Tier.RED and not any(other.tier == Tier.RED for other in raised):
            raised.insert(0, _stay_red(service, session, person, texts))
        codes = tuple(dict.fromkeys(other.code for other in raised))
        close_alert(
            session, alert, Resolution(Outcome.EXPECTED_NO_CHANGE, None), now=now, practitioner_id=practitioner_id,
            agent=agent, event="assigned", detail=_said(person, codes, number),
        )  # fmt: skip
        return Placed(texts=len(texts), codes=codes, number=number)


@retry_on_conflict
def dismiss_inbound(
    service: Service,
    *,
    site_id: str,
    alert_id: str,
    reason: str,
    note: str | None,
    practitioner_id: str | None,
    agent: str,
) -> None:
    """Close the review alert of a text that is nobody's here, for a coded ``reason`` (``Dismissal``); the text is kept.

    A red one is dismissed only after somebody spoke to them. Raises ``NotFound``, ``Conflict`` as ``assign_inbound``,
    ``Rejected`` naming ``reason`` or ``note``.
    """
    now = service.clock.now()
    with service.db.transaction(site_scope(site_id)) as session:
        alert, texts = _lock_unplaced(session, alert_id)
        result = _dismissal(alert, reason, note, now)
        for text in texts:
            text.result = "dismissed"
            audit.record(
                session, agent=agent, action="dismiss", entity="inbound_message", entity_id=text.id, now=now,
                reason=reason,
            )  # fmt: skip
        said = " ".join(part for part in (f"{reason.replace('_', ' ').capitalize()}.", note) if part)
        close_alert(
            session, alert, result, now=now, practitioner_id=practitioner_id, agent=agent, event="dismissed",
            detail=said,
        )  # fmt: skip


def _lock_unplaced(session: Session, alert_id: str) -> tuple[Alert, list[InboundMessage]]:
    """The open review alert, and the texts that wait with it, oldest first."""
    alert = alerts.lock_alert(session, alert_id=alert_id)
    if alert.kind != AlertKind.REVIEW or alert.patient_id is not None or alert.inbound_id is None:
        raise Conflict("This alert is not about a text whose writer is unknown.")
    if alert.status == AlertStatus.RESOLVED:
        by = staff.get_practitioner(session, practitioner_id=alert.resolved_by).name if alert.resolved_by else ""
        raise Conflict(f"{by or 'Another program'} has settled this already.")
    whole_number = alert.subject.startswith("unknown:")
    texts = inbox.list_unplaced(session, inbound_id=alert.inbound_id, whole_number=whole_number)
    if not texts:
        raise Conflict("This text is somebody's already, or came in at another clinic: close the alert with a note.")
    return alert, texts


def _writer(
    session: Session,
    patient: Patient,
    related_person_id: str | None,
    text: InboundMessage,
    now: datetime,
    *,
    save_number: bool,
) -> tuple[Person, Number]:
    """Who wrote, with the number they wrote from where it is theirs or becomes so."""
    person = load_person(session, patient=patient, related_person_id=related_person_id)
    if person.related is not None and person.related.patient_id != patient.id:
        raise NotFound("there is no such related person")
    known = patients.list_contact_points_by_phone(session, phone=text.sender)
    mine = [c for c in known if (c.patient_id, c.related_person_id) == (patient.id, person.related_id)]
    if mine or not save_number:
        contact = mine[0] if mine else None
        return Person(patient, person.related, contact), Number.THEIRS if mine else Number.LEFT
    if known:
        return person, Number.SHARED
    contact = ContactPoint(
        patient_id=patient.id, related_person_id=person.related_id, system="phone", value=text.sender,
        value_index=keyring_of(session).index(PHONE, text.sender), status="active",
        heard_from_at=text.received_at, created_at=now,
    )  # fmt: skip
    session.add(contact)
    session.flush()
    return Person(patient, person.related, contact), Number.SAVED


def _take_in(
    service: Service, session: Session, person: Person, text: InboundMessage, agent: str, now: datetime
) -> None:
    text.patient_id, text.related_person_id = person.patient.id, person.related_id
    session.flush()
    checkin = checkins.find_open_checkin(session, patient_id=person.patient.id, related_person_id=person.related_id)
    said_so_far = (checkin.asked, checkin.told_subjects, checkin.misunderstood) if checkin else ([], [], 0)
    if checkin is not None:
        checkin.misunderstood = 0
    taken_for = take_in(service, session, person, text)
    if checkin is not None and checkin.closed_at is None:
        # Nothing was said to them: what they were asked and told last is what it was before.
        checkin.asked, checkin.told_subjects, checkin.misunderstood = said_so_far
    if taken_for == "not_understood":
        tell_team(service, session, person, text)  # nobody asks them what they meant
    text.result = "assigned"
    audit.record(
        session, agent=agent, action="assign", entity="inbound_message", entity_id=text.id, now=now,
        patient=person.patient.id, related_person=person.related_id, taken_for=taken_for,
    )  # fmt: skip
    session.flush()  # the next text is read against what this one changed


def _stay_red(service: Service, session: Session, person: Person, texts: Sequence[InboundMessage]) -> Alert:
    """Red words may be in a language that this person is not known to write: the urgency goes with the text."""
    words = "\n".join(text.body for text in texts)
    return raise_concern(
        service, session,
        Concern(
            kind="review", subject="review", tier="red", patient=person.patient, inbound_id=texts[-1].id,
            respondent=person.respondent,
            reason=f"A text that needed somebody at once turned out to be theirs. Please call: {words[:300]}",
        ),
    )  # fmt: skip


def _said(person: Person, codes: Sequence[str], number: Number) -> str:
    """What the closed alert's history says."""
    patient = f"{person.patient.given_name} {person.patient.family_name}"
    who = f"{person.related.name}, {person.related.relationship} of {patient}" if person.related else patient
    about_number = {
        Number.SAVED: "The number is saved as theirs.",
        Number.SHARED: "The number is somebody else's too, and was not saved.",
    }.get(number, "")
    see = f"See {' '.join(codes)}." if codes else "It raised no alert."
    return " ".join(part for part in (f"It was {who}.", see, about_number) if part)


def _dismissal(alert: Alert, reason: str, note: str | None, now: datetime) -> Resolution:
    """The outcome that a reason amounts to; ``Rejected`` where it may not close the alert."""
    if reason not in list(Dismissal):
        raise Rejected({"reason": ["Choose why it needs nothing more."]})
    check_length(note)
    if reason == Dismissal.OTHER and not (note or "").strip():
        raise Rejected({"note": ["Say why, in a few words."]})
    spoke = reason == Dismissal.ANSWERED_BY_PHONE
    outcome = Outcome.EXPECTED_NO_CHANGE if spoke else Outcome.NOT_USEFUL
    try:
        result = check_resolution(
            Tier(alert.tier), outcome, now=now, opened_at=alert.opened_at, note=note,
            contacted_at=now if spoke else None, reason=reason,
        )  # fmt: skip
    except Rejected:
        said = "This text may mean danger: call the number first, then choose that you spoke to them."
        raise Rejected({"reason": [said]}) from None
    assert not isinstance(result, Attempt)
    return result
