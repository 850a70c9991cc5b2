"""A nurse's telephone: STOP, START and HELP from it, and what follows when it cannot be paged any more."""

from collections.abc import Iterator
from datetime import timedelta

from app.alerts.lifecycle import AlertStatus
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.db import Session, narrow, wake_after_commit
from app.escalation import store as escalation
from app.escalation.oncall import ShiftRole, who
from app.messaging.delivery import MessageKind
from app.messaging.keywords import Keyword, classify, is_stop_request
from app.messaging.models import InboundMessage
from app.messaging.store import outbox
from app.staff import store as staff
from app.staff.models import Practitioner
from app.workflows.concern import Concern
from app.workflows.on_call import load_shifts
from app.workflows.page_staff import hurry, take_step
from app.workflows.queue_text import STAFF, new_text
from app.workflows.raise_alerts import raise_concern, start_again
from app.workflows.service import SYSTEM, Service
from app.workflows.who_is_paged import CLINICAL_ROLES

_ACTIVE, _STOPPED = "active", "stopped"
# Longer than any ladder rests between two pages: over a weekend, and a holiday beside it.
_PAGED_WITHIN = timedelta(days=14)


def handle_staff_word(service: Service, session: Session, inbound: InboundMessage, nurse: Practitioner) -> str | None:
    """Act on STOP, START or HELP from a nurse's number and answer; ``None`` for every other text.

    Returns what was done: ``opt_out``, ``opt_in`` or ``help``. The session sees every site, before and after: the
    word counts for each site that the nurse, or whoever shares the number, belongs to.
    """
    word = _word(inbound, nurse)
    sharing = {nurse.id: nurse} | {
        person.id: person for person in staff.list_practitioners_by_phone(session, phone=inbound.sender)
    }
    if word is Keyword.STOP:
        stopped = [p for p in sharing.values() if stop_phone(service, session, p, why="They texted STOP.")]
        if stopped:
            _answer(service, session, inbound, nurse, "staff_stopped")
        return "opt_out"
    if word is Keyword.START:
        for person in sharing.values():
            _start_phone(service, session, person)
        _answer(service, session, inbound, nurse, "staff_started")
        return "opt_in"
    if word is Keyword.HELP:
        url = f"{service.settings.public_url}/worklist"
        _answer(service, session, inbound, nurse, "staff_help", url=url)
        return "help"
    return None


def stop_phone(service: Service, session: Session, person: Practitioner, *, why: str) -> bool:
    """Page a telephone no more, and see that somebody else hears at once of what it was paged for.

    Tells whether that is new. The session sees every site, before and after.
    """
    if person.phone_status == _STOPPED:
        return False
    person.phone_status = _STOPPED
    outbox.cancel_waiting(session, practitioner_id=person.id, pool=STAFF)
    for site_id in _sites(session, person):
        _tell_team(service, session, site_id, person, why)
        _hurry_alerts(service, session, person, "gets no more pages")
    return True


def leave_alerts(service: Service, session: Session, person: Practitioner) -> None:
    """Somebody has left: what they had is nobody's, and what they were paged for goes to the next contact, at once.

    The session sees every site, before and after.
    """
    now = service.clock.now()
    outbox.cancel_waiting(session, practitioner_id=person.id, pool=STAFF)
    for _ in _sites(session, person):
        for alert in alerts.lock_owned(session, practitioner_id=person.id):
            start_again(alert, now)
            alert.status = AlertStatus.TRIGGERED
            detail = f"{person.name} works here no more: nobody has it."
            alerts.add_event(session, alert, at=now, type="handed_over", agent=SYSTEM, detail=detail)
            take_step(service, session, [alert], now)
        _hurry_alerts(service, session, person, "works here no more")


def _start_phone(service: Service, session: Session, person: Practitioner) -> None:
    if person.phone_status == _ACTIVE:
        return
    person.phone_status = _ACTIVE
    subject = _subject(person)
    for _ in _sites(session, person):
        for alert in alerts.lock_open_alerts(session, patient_id=None, subjects=[subject]).values():
            detail = f"{person.name} texted START and gets pages again."
            alerts.add_event(session, alert, at=service.clock.now(), type="note", agent=SYSTEM, detail=detail)


def _word(inbound: InboundMessage, nurse: Practitioner) -> Keyword | None:
    """What a text asks of us; the provider says so itself where it has dealt with the word already."""
    if inbound.opt_out_type in (Keyword.STOP, Keyword.START, Keyword.HELP):
        return Keyword(inbound.opt_out_type)
    if is_stop_request(inbound.body, nurse.language):
        return Keyword.STOP
    said = classify(inbound.body, nurse.language)
    return said if said in (Keyword.START, Keyword.HELP) else None


def _sites(session: Session, person: Practitioner) -> Iterator[str]:
    """Confine the session to each of a person's sites in turn, and to none in the end."""
    scope = session.info["scope"]
    for membership in staff.list_memberships(session, practitioner_id=person.id):
        narrow(session, membership.site_id)
        yield membership.site_id
    session.flush()
    session.info["scope"] = scope


def _subject(person: Practitioner) -> str:
    return f"staff_phone:{person.id}"


def _tell_team(service: Service, session: Session, site_id: str, person: Practitioner, why: str) -> None:
    """One alert: red if the person is on duty now, or if there is nobody else with a telephone to page."""
    now = service.clock.now()
    on_duty = person.id in who(load_shifts(session, now), ShiftRole.ON_CALL, now)
    others = [
        other
        for other, role in staff.list_members(session, site_id=site_id)
        if other.id != person.id and role in CLINICAL_ROLES and other.phone and other.phone_status == _ACTIVE
    ]
    urgent = on_duty or not others
    now_what = " They are on call now." if on_duty else " Nobody else has a phone to page." if urgent else ""
    alert = raise_concern(
        service, session,
        Concern(
            kind="system", subject=_subject(person), tier="red" if urgent else "amber",
            reason=f"{person.name} gets no more pages on their phone. {why}{now_what}",
        ),
    )  # fmt: skip
    if on_duty and alert.status == AlertStatus.TRIGGERED:  # it was to page the very phone that is stopped
        hurry(session, alert, now)


def _hurry_alerts(service: Service, session: Session, person: Practitioner, why: str) -> None:
    """Let the next contact be paged now for the open alerts whose last page went to this person alone."""
    now = service.clock.now()
    for alert_id in escalation.list_alerts_paged(session, practitioner_id=person.id, since=now - _PAGED_WITHIN):
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.status == AlertStatus.TRIGGERED and not alert.exhausted and _was_last(session, alert, person):
            detail = f"{person.name} {why}."
            alerts.add_event(session, alert, at=now, type="page_failed", agent=SYSTEM, detail=detail)
            hurry(session, alert, now)


def _was_last(session: Session, alert: Alert, person: Practitioner) -> bool:
    pages = escalation.list_pages(session, alert_ids=[alert.id])
    last = max(page.sequence for page in pages)
    return {page.recipient for page in pages if page.sequence == last} == {person.id}


def _answer(
    service: Service, session: Session, inbound: InboundMessage, nurse: Practitioner, template: str, **variables: str
) -> None:
    session.add(
        new_text(
            session, site_id=inbound.site_id, kind=MessageKind.PAGE_REPLY, phone=inbound.sender,
            body=service.renderer.render(template, nurse.language, **variables), pool=STAFF, key=f"reply:{inbound.id}",
            now=service.clock.now(), practitioner_id=nurse.id,
        )
    )  # fmt: skip
    wake_after_commit(session)
