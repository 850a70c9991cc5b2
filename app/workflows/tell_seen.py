"""Close the loop: whoever was told that help is coming hears that a person has seen what they wrote, and who."""

from collections.abc import Sequence
from datetime import datetime

from app.alerts.lifecycle import AlertKind
from app.alerts.models import Alert
from app.checkins.store import checkins
from app.codes import Tier
from app.db import Session
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.patients import store as patients
from app.questionnaires import store as questionnaires
from app.staff import store as staff
from app.staff.models import Practitioner
from app.workflows import wording
from app.workflows.person import Person, load_person
from app.workflows.queue_text import queue_to_person
from app.workflows.service import Service


def tell_seen(service: Service, session: Session, taken: Sequence[Alert], by: Practitioner, now: datetime) -> None:
    """Tell the people whose red answers somebody has just taken on; each is told once of what they wrote at once.

    Only of symptoms, and only those who were told what to do at once: not about silence, reviews, a caregiver's own
    strain, or answers that another system sent. Consent is asked once more when the text leaves.
    """
    for alert in taken:
        if alert.tier != Tier.RED or alert.kind != AlertKind.CLINICAL:
            continue
        key = f"seen:{alert.response_id or alert.inbound_id or alert.id}:{alert.triggered_at.timestamp():.0f}"
        person = _who_was_told(session, alert)
        if person is None or outbox.find_by_key(session, business_key=key) is not None:
            continue
        body = _words(service, session, alert.site_id, person, by)
        queue_to_person(session, person, kind=MessageKind.REPLY, body=body, key=key, now=now)
        session.flush()


def _who_was_told(session: Session, alert: Alert) -> Person | None:
    """Whoever's answer raised the alert, if they were told at once what to do about it."""
    related_id, told = None, False
    if alert.patient_id is None or alert.respondent == "caregiver":
        return None
    if alert.response_id is not None:
        (response,) = questionnaires.list_responses_by_id(session, ids=[alert.response_id])
        related_id = response.related_person_id
        if response.checkin_id is not None:
            told = alert.subject in checkins.get_checkin(session, checkin_id=response.checkin_id).told_subjects
    if not told and alert.inbound_id is not None:
        answer = outbox.find_by_key(session, business_key=f"reply:{alert.inbound_id}")
        told, related_id = answer is not None, answer.related_person_id if answer else None
    if not told:
        return None
    patient = patients.get_patient(session, patient_id=alert.patient_id)
    return load_person(session, patient=patient, related_person_id=related_id)


def _words(service: Service, session: Session, site_id: str, person: Person, by: Practitioner) -> str:
    site = staff.get_site(session, site_id=site_id)
    calls = wording.comfort(site, person.patient.intent) or wording.safety(site)
    return service.renderer.render(
        "seen", person.language, clinic=site.public_name, who=by.name.split()[0],
        after_hours_phone=calls.get("comfort_phone") or calls["after_hours_phone"],
        emergency_number=calls.get("emergency_number"),
    )  # fmt: skip
