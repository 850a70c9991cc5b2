"""Somebody takes an alert: the first one wins, by text, page or API, and the others are told who."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.alerts.lifecycle import ACKNOWLEDGE_BY_TEXT_WITHIN, AlertStatus, acknowledge
from app.alerts.models import Alert
from app.alerts.page_codes import CODE_RESTS
from app.alerts.store import alerts
from app.audit import store as audit
from app.db import Session, retry_on_conflict, site_scope, wake_after_commit
from app.errors import Conflict
from app.escalation import store as escalation
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.staff import store as staff
from app.staff.models import Practitioner
from app.workflows.page_staff import watch_until
from app.workflows.queue_text import STAFF, new_text
from app.workflows.service import Service
from app.workflows.tell_seen import tell_seen
from app.workflows.wording import local_time

_TAKEN = "acknowledged"


@retry_on_conflict
def acknowledge_alert(service: Service, *, site_id: str, alert_id: str, practitioner_id: str, via: str) -> None:
    """Take an alert from a page or through the API.

    Raises ``NotFound``, and ``Conflict`` naming who has it when somebody was faster; taking what one has is fine.
    """
    with service.db.transaction(site_scope(site_id)) as session:
        person = staff.get_practitioner(session, practitioner_id=practitioner_id)
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.acknowledged_by == person.id and alert.status == AlertStatus.ACKNOWLEDGED:
            return
        if alert.status == AlertStatus.ACKNOWLEDGED and alert.acknowledged_by:
            owner = staff.get_practitioner(session, practitioner_id=alert.acknowledged_by)
            raise Conflict(f"{owner.name} has taken this alert already.")
        take(service, session, [alert], person, via)


def acknowledge_by_codes(
    service: Service,
    session: Session,
    *,
    person: Practitioner,
    site_ids: Sequence[str],
    codes: Sequence[str],
    inbound_id: str,
) -> str:
    """Take alerts, each with its patient's others of the same page, by the codes texted back; returns what was done.

    Only somebody who was paged for one, in the last 12 hours, can; anything else changes nothing and says so. The
    session is confined to no site yet: a nurse may work at several.
    """
    said: list[_Said] = []
    for code in codes:
        if not any(code in earlier.codes for earlier in said):  # it came with another one of its page
            said.append(_take_by_code(service, session, person, site_ids, code))
    body = "\n".join(service.renderer.render(one.template, person.language, **one.variables) for one in said)
    session.add(
        new_text(
            session, site_id=said[0].site_id, kind=MessageKind.PAGE_REPLY, phone=person.phone, body=body, pool=STAFF,
            key=f"reply:{inbound_id}", now=service.clock.now(), practitioner_id=person.id,
        )
    )  # fmt: skip
    wake_after_commit(session)
    return next((one.result for one in said if one.result == _TAKEN), said[0].result)


@dataclass(frozen=True, slots=True)
class _Said:
    """What became of a code, and the message that says so."""

    result: str
    template: str
    site_id: str
    codes: Sequence[str]
    variables: Mapping[str, str]


def _take_by_code(
    service: Service, session: Session, person: Practitioner, site_ids: Sequence[str], code: str
) -> _Said:
    now, urls = service.clock.now(), service.settings.public_url
    found = {
        alert.id: alert
        for alert in alerts.list_alerts_by_code(session, site_ids=site_ids, code=code, closed_since=now - CODE_RESTS)
    }
    pages = escalation.list_pages_to(session, practitioner_id=person.id, alert_ids=list(found), since=now - CODE_RESTS)
    # The same code may stand for an alert of each of two sites: what still waits for somebody comes first.
    page = min(pages, key=lambda page: found[page.alert_id].status != AlertStatus.TRIGGERED, default=None)
    if page is None or page.message_id is None:
        listed = {"code": code, "url": f"{urls}/worklist"}
        return _Said("code_unknown", "page_code_unknown", site_ids[0], [code], listed)
    named = alerts.lock_alert(session, alert_id=page.alert_id)
    about = {"code": code, "url": f"{urls}/alerts/{named.id}"}
    if named.status == AlertStatus.RESOLVED:
        return _Said("code_unknown", "page_closed", named.site_id, [code], about)
    if page.paged_at < now - ACKNOWLEDGE_BY_TEXT_WITHIN:
        return _Said("code_unknown", "page_too_old", named.site_id, [code], about)
    if named.status == AlertStatus.ACKNOWLEDGED and named.acknowledged_by != person.id:
        return _Said("already_taken", "page_already", named.site_id, [code], _who_has_it(session, named, person))
    told = escalation.list_alerts_of_message(session, message_id=page.message_id)
    # A page may tell of several patients; the code takes what is about its own, and leaves the others' ladders alone.
    same = alerts.list_of_same_patient(session, alert_id=named.id, among=told)
    group = [alerts.lock_alert(session, alert_id=alert_id) for alert_id in sorted({*same, named.id})]
    open_ones = [alert for alert in group if alert.status == AlertStatus.TRIGGERED]
    take(service, session, open_ones, person, "sms")
    taken = [alert.code for alert in open_ones] or [code]
    return _Said(_TAKEN, "page_acknowledged", named.site_id, taken, {**about, "code": " ".join(taken)})


def _who_has_it(session: Session, alert: Alert, person: Practitioner) -> dict[str, str]:
    site = staff.get_site(session, site_id=alert.site_id)
    owner = staff.get_practitioner(session, practitioner_id=alert.acknowledged_by or person.id)
    time = local_time(alert.acknowledged_at or alert.triggered_at, person.time_zone or site.time_zone)
    return {"code": alert.code, "who": owner.name, "time": time}


def take(service: Service, session: Session, group: Sequence[Alert], person: Practitioner, via: str) -> None:
    """Give alerts to somebody, call off pages that still wait, and tell the others who were paged, and the patient."""
    now = service.clock.now()
    for alert in group:
        alert.status = acknowledge(AlertStatus(alert.status))
        alert.acknowledged_at, alert.acknowledged_by = now, person.id
        watch_until(alert, staff.get_site(session, site_id=alert.site_id), now)
        alerts.add_event(
            session, alert, at=now, type="acknowledged", agent=f"practitioner:{person.id}", detail=f"By {via}."
        )
        _audit(session, alert, person, now, via)
        outbox.cancel_waiting(session, alert_id=alert.id, kind=MessageKind.PAGE)
    _tell_others(service, session, group, person, now)
    tell_seen(service, session, group, person, now)


def _tell_others(
    service: Service, session: Session, group: Sequence[Alert], person: Practitioner, now: datetime
) -> None:
    if not group:
        return
    pages = escalation.list_pages(session, alert_ids=[alert.id for alert in group])
    others = {p.practitioner_id for p in pages if p.practitioner_id and p.practitioner_id != person.id}
    codes = " ".join(sorted(alert.code for alert in group))
    for other_id in sorted(others):
        other = staff.get_practitioner(session, practitioner_id=other_id)
        if not other.active or not other.phone or other.phone_status != "active":
            continue
        body = service.renderer.render("page_taken", other.language, code=codes, who=person.name)
        session.add(
            new_text(
                session, site_id=group[0].site_id, kind=MessageKind.PAGE_REPLY, phone=other.phone, body=body,
                pool=STAFF,
                key=f"taken:{group[0].id}:{other.id}:{group[0].triggered_at.timestamp():.0f}:{person.id}", now=now,
                practitioner_id=other.id, alert_id=group[0].id,
            )
        )  # fmt: skip
    wake_after_commit(session)


def _audit(session: Session, alert: Alert, person: Practitioner, now: datetime, via: str) -> None:
    audit.record_for(
        session, site_id=alert.site_id, agent=f"practitioner:{person.id}", action="acknowledge", entity="alert",
        entity_id=alert.id, now=now, via=via,
    )  # fmt: skip
