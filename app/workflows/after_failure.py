"""What follows when a text will not arrive: the next contact is paged at once, or a person finds another way."""

from datetime import timedelta

from app.alerts import store as alerts
from app.alerts.lifecycle import AlertStatus
from app.db import Session, narrow
from app.logs import get_logger
from app.messaging import store as messaging
from app.messaging.delivery import PAGES, MessageKind
from app.patients import store as patients
from app.workflows.raise_alerts import Concern, raise_concern
from app.workflows.service import SYSTEM, Service

log = get_logger()

_OPTED_OUT = 21610
"""Twilio: the person told the carrier to stop, or the number was given to somebody else."""


def after_failure(service: Service, session: Session, *, message_id: str, code: int | None) -> None:
    """Act on a text that the provider gave up. Delivery never stops an escalation; failure speeds it up."""
    message = messaging.get_message(session, message_id=message_id)
    now, scope = service.clock.now(), session.info["scope"]
    narrow(session, message.site_id)
    if message.kind in PAGES and message.alert_id is not None:
        alert = alerts.lock_alert(session, alert_id=message.alert_id)
        alerts.add_event(
            session, alert, at=now, type="page_failed", agent=SYSTEM, detail=f"A page was not taken ({code})."
        )
        if alert.status == AlertStatus.TRIGGERED and message.kind == MessageKind.PAGE and not alert.exhausted:
            # As if the step had been long ago, so that the next contact is paged now and not in a quarter of an hour.
            alert.last_step_at, alert.next_action_at = now - timedelta(days=1), now
    elif message.patient_id is not None:
        _find_another_way(service, session, message.patient_id, message.related_person_id, code)
    session.flush()
    session.info["scope"] = scope


def _find_another_way(
    service: Service, session: Session, patient_id: str, related_person_id: str | None, code: int | None
) -> None:
    patient = patients.lock_patient(session, patient_id=patient_id)
    contact = patients.find_contact_point(session, patient_id=patient_id, related_person_id=related_person_id)
    whose = "The caregiver's" if related_person_id else "The patient's"
    if contact is not None and contact.status == "active":
        opted_out = code == _OPTED_OUT
        patients.set_contact_status(session, contact_point=contact, status="opted_out" if opted_out else "unreachable")
    why = "opted out with their carrier, or the number changed hands" if code == _OPTED_OUT else f"error {code}"
    raise_concern(
        service, session,
        Concern(
            kind="contact", subject=f"contact:{related_person_id or patient_id}", tier="amber", patient=patient,
            reason=f"{whose} number cannot be texted ({why}). They are not being asked: please find another way.",
        ),
    )  # fmt: skip
