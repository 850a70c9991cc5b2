"""What follows when a text will not arrive, by its error code: another contact, another try, or a person is told."""

from datetime import datetime

from app.alerts.lifecycle import AlertStatus
from app.alerts.store import alerts
from app.db import Session, narrow, wake_after_commit
from app.escalation import store as escalation
from app.logs import get_logger
from app.messaging.delivery import (
    HOLDS_SENDER,
    PAGES,
    MessageKind,
    OutboxState,
    Trouble,
    copy_after,
    is_failure,
    trouble_of,
)
from app.messaging.models import OutboundMessage
from app.messaging.store import outbox
from app.patients import store as patients
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.mail_staff import mail_page
from app.workflows.page_staff import hurry
from app.workflows.queue_text import EMAIL, queue_again
from app.workflows.raise_alerts import raise_concern, start_again
from app.workflows.sender_trouble import hold_sender, sound_alarm
from app.workflows.service import SYSTEM, Service
from app.workflows.staff_phone import stop_phone

log = get_logger()

_OURS_TO_MEND = frozenset({Trouble.CONFIG, Trouble.CONTENT, Trouble.BUG})


def after_failure(service: Service, session: Session, *, message_id: str, code: int | None) -> None:
    """Act on a text that the provider gave up. Delivery never stops an escalation; failure speeds it up.

    The session sees every site, before and after.
    """
    message = outbox.get_message(session, message_id=message_id)
    now, scope, trouble = service.clock.now(), session.info["scope"], trouble_of(code)
    if message.pool == EMAIL:
        _note_email(session, message, now)
        return
    if trouble in HOLDS_SENDER and code is not None and message.sender is not None:
        hold_sender(service, session, sender=message.sender, code=code)
    if trouble is Trouble.OPTED_OUT and message.practitioner_id is not None:
        person = staff.get_practitioner(session, practitioner_id=message.practitioner_id)
        if person.phone == message.recipient:
            stop_phone(service, session, person, why="They stopped texts with their carrier.")
    narrow(session, message.site_id)
    if trouble in _OURS_TO_MEND and code is not None:
        sound_alarm(service, session, code=code)
    if message.kind in PAGES:
        _page_failed(service, session, message, code, now)
    elif message.patient_id is not None and trouble not in _OURS_TO_MEND and trouble is not Trouble.EXPIRED:
        _text_failed(service, session, message, code, now)
    session.flush()
    session.info["scope"] = scope


def _page_failed(service: Service, session: Session, message: OutboundMessage, code: int | None, now: datetime) -> None:
    for alert_id in escalation.list_alerts_of_message(session, message_id=message.id):
        _next_contact(session, alert_id, message, code, now)
    if trouble_of(code) is Trouble.CONTACT:
        _tell_of_dead_phone(service, session, message, code)
    mail_page(service, session, message)


def _next_contact(session: Session, alert_id: str, message: OutboundMessage, code: int | None, now: datetime) -> None:
    """Let the next step of an alert come now, if nobody was reached by the step that this page belongs to.

    Whoever has the alert and could not be told of it does not have it: the ladder begins again.
    """
    alert = alerts.lock_alert(session, alert_id=alert_id)
    detail = f"A page was not taken ({code})."
    alerts.add_event(session, alert, at=now, type="page_failed", agent=SYSTEM, detail=detail)
    if message.kind != MessageKind.PAGE or _others_may_have_it(session, alert_id, message.id):
        return
    if alert.status == AlertStatus.TRIGGERED and not alert.exhausted:
        hurry(session, alert, now)
    elif alert.status == AlertStatus.ACKNOWLEDGED and message.practitioner_id == alert.acknowledged_by:
        alert.status = AlertStatus.TRIGGERED
        start_again(alert, now)
        alert.next_action_at = now
        wake_after_commit(session)


def _others_may_have_it(session: Session, alert_id: str, message_id: str) -> bool:
    """Whether a later step was taken since, or somebody else's page of the same step may still arrive."""
    pages = escalation.list_pages(session, alert_ids=[alert_id])
    last = max(page.sequence for page in pages)
    mine = {page.sequence for page in pages if page.message_id == message_id}
    if last not in mine:
        return True
    others = {page.message_id for page in pages if page.sequence == last} - {message_id, None}
    rows = outbox.list_messages(session, ids=[id for id in others if id])
    return any(row.state != OutboxState.DEAD and not is_failure(row.status) for row in rows)


def _tell_of_dead_phone(service: Service, session: Session, message: OutboundMessage, code: int | None) -> None:
    """Whoever keeps the list of telephones has to mend it: the next page to this number will not arrive either."""
    site = staff.get_site(session, site_id=message.site_id)
    whose, subject = f"{site.fallback_name} (fallback)", "fallback_phone"
    if message.practitioner_id is not None:
        person = staff.get_practitioner(session, practitioner_id=message.practitioner_id)
        whose, subject = person.name, f"staff_phone:{person.id}"
    if subject in alerts.lock_open_alerts(session, patient_id=None, subjects=[subject]):
        return
    reason = f"{whose} cannot be paged on the number that we have (error {code}). Please correct it."
    raise_concern(service, session, Concern(kind="system", subject=subject, tier="amber", reason=reason))


def _note_email(session: Session, message: OutboundMessage, now: datetime) -> None:
    log.error("email_not_taken", message_id=message.id)
    if message.alert_id is not None:
        alert = alerts.get_alert(session, alert_id=message.alert_id)
        detail = f"An e-mail was not taken ({message.error_code})."
        alerts.add_event(session, alert, at=now, type="page_failed", agent=SYSTEM, detail=detail)


def _text_failed(service: Service, session: Session, message: OutboundMessage, code: int | None, now: datetime) -> None:
    """Send a text once more where that can help; else tell the team."""
    after = copy_after(code)
    if after is None or not queue_again(session, message, now=now, after=after):
        assert message.patient_id is not None
        _find_another_way(service, session, message.patient_id, message.related_person_id, code)


def _find_another_way(
    service: Service, session: Session, patient_id: str, related_person_id: str | None, code: int | None
) -> None:
    """Tell the team of a person whom a text did not reach; a number that is dead is not texted again."""
    patient = patients.lock_patient(session, patient_id=patient_id)
    contact = patients.find_contact_point(session, patient_id=patient_id, related_person_id=related_person_id)
    whose, trouble = "the caregiver" if related_person_id else "the patient", trouble_of(code)
    reason = f"A text to {whose} did not arrive (error {code or 'unknown'}). Please check that they can be reached."
    if trouble in (Trouble.OPTED_OUT, Trouble.CONTACT):
        opted_out = trouble is Trouble.OPTED_OUT
        if contact is not None and contact.status in ("active", "unconfirmed"):
            status = "opted_out" if opted_out else "unreachable"
            patients.set_contact_status(session, contact_point=contact, status=status)
        why = "opted out with their carrier, or the number changed hands" if opted_out else f"error {code}"
        reason = f"{whose.capitalize()}'s number cannot be texted ({why}). They are not asked: please find another way."
    raise_concern(
        service, session,
        Concern(
            kind="contact", subject=f"contact:{related_person_id or patient_id}", tier="amber", patient=patient,
            reason=reason,
        ),
    )  # fmt: skip
