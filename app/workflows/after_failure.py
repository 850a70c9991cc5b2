"""What follows when a text will not arrive: the next contact is paged at once, or a person finds another way."""

from datetime import datetime, timedelta

from app.alerts import store as alerts
from app.alerts.lifecycle import AlertStatus
from app.db import Session, narrow, wake_after_commit
from app.escalation import store as escalation
from app.logs import get_logger
from app.messaging import store as messaging
from app.messaging.delivery import (
    OPTED_OUT,
    PAGES,
    MessageKind,
    OutboxState,
    is_failure,
    is_ours_to_mend,
    number_is_dead,
)
from app.messaging.models import OutboundMessage
from app.patients import store as patients
from app.workflows.raise_alerts import Concern, raise_concern
from app.workflows.service import SYSTEM, Service

log = get_logger()


def after_failure(service: Service, session: Session, *, message_id: str, code: int | None) -> None:
    """Act on a text that the provider gave up. Delivery never stops an escalation; failure speeds it up."""
    message = messaging.get_message(session, message_id=message_id)
    now, scope = service.clock.now(), session.info["scope"]
    narrow(session, message.site_id)
    if message.kind in PAGES and message.alert_id is not None:
        for alert_id in escalation.list_alerts_of_message(session, message_id=message.id):
            _hurry(session, alert_id, message, code, now)
    elif message.patient_id is not None:
        if is_ours_to_mend(code):
            _mend_sender(service, session, code)
        else:
            _find_another_way(service, session, message.patient_id, message.related_person_id, code)
    session.flush()
    session.info["scope"] = scope


def _hurry(session: Session, alert_id: str, message: OutboundMessage, code: int | None, now: datetime) -> None:
    """Let the next step of an alert come now, if nobody was reached by the step that this page belongs to."""
    alert = alerts.lock_alert(session, alert_id=alert_id)
    detail = f"A page was not taken ({code})."
    alerts.add_event(session, alert, at=now, type="page_failed", agent=SYSTEM, detail=detail)
    if alert.status != AlertStatus.TRIGGERED or message.kind != MessageKind.PAGE or alert.exhausted:
        return
    if _others_may_have_it(session, alert_id, message.id):
        return
    # As if the step had been long ago, so that the next contact is paged now and not in a quarter of an hour.
    alert.last_step_at, alert.next_action_at = now - timedelta(days=1), now
    wake_after_commit(session)


def _others_may_have_it(session: Session, alert_id: str, message_id: str) -> bool:
    """Whether a later step was taken since, or somebody else's page of the same step may still arrive."""
    pages = escalation.list_pages(session, alert_ids=[alert_id])
    last = max(page.sequence for page in pages)
    mine = {page.sequence for page in pages if page.message_id == message_id}
    if last not in mine:
        return True
    others = {page.message_id for page in pages if page.sequence == last} - {message_id, None}
    rows = messaging.list_messages(session, ids=[id for id in others if id])
    return any(row.state != OutboxState.DEAD and not is_failure(row.status) for row in rows)


def _find_another_way(
    service: Service, session: Session, patient_id: str, related_person_id: str | None, code: int | None
) -> None:
    """Tell the team of a person whom a text did not reach; a number that is dead is not texted again."""
    patient = patients.lock_patient(session, patient_id=patient_id)
    contact = patients.find_contact_point(session, patient_id=patient_id, related_person_id=related_person_id)
    whose = "the caregiver" if related_person_id else "the patient"
    reason = f"A text to {whose} did not arrive (error {code or 'unknown'}). Please check that they can be reached."
    if code == OPTED_OUT or number_is_dead(code):
        status = "opted_out" if code == OPTED_OUT else "unreachable"
        if contact is not None and contact.status == "active":
            patients.set_contact_status(session, contact_point=contact, status=status)
        why = "opted out with their carrier, or the number changed hands" if code == OPTED_OUT else f"error {code}"
        reason = f"{whose.capitalize()}'s number cannot be texted ({why}). They are not asked: please find another way."
    raise_concern(
        service, session,
        Concern(
            kind="contact", subject=f"contact:{related_person_id or patient_id}", tier="amber", patient=patient,
            reason=reason,
        ),
    )  # fmt: skip


def _mend_sender(service: Service, session: Session, code: int | None) -> None:
    """Nothing is wrong with the person: one alert for whoever runs the service, however many texts are refused."""
    log.error("sender_refused", error_code=code)
    subject = f"sender:{code}"
    if subject in alerts.lock_open_alerts(session, patient_id=None, subjects=[subject]):
        return
    reason = f"Texts do not leave: the provider refuses our sender (error {code}). Patients are not being asked."
    raise_concern(service, session, Concern(kind="system", subject=subject, tier="amber", reason=reason))
