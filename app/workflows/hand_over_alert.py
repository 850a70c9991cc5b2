"""Give an alert to another member of staff, who is told by a text; from then on its pages go to them."""

from datetime import datetime, timedelta

from app.alerts.lifecycle import AlertStatus
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.audit import store as audit
from app.db import Session, retry_on_conflict, site_scope, wake_after_commit
from app.errors import Conflict, Rejected
from app.escalation import store as escalation
from app.escalation.models import Page
from app.messaging.delivery import MessageKind
from app.messaging.store import outbox
from app.staff import store as staff
from app.staff.models import Practitioner
from app.staff.roles import Permission, may
from app.workflows.page_staff import watch_until
from app.workflows.queue_text import STAFF, new_text
from app.workflows.service import Service

LONGEST_REASON = 300
_TEXT_LIVES = timedelta(hours=4)


@retry_on_conflict
def hand_over_alert(
    service: Service, *, site_id: str, alert_id: str, to: str, agent: str, by: str | None = None, reason: str = ""
) -> None:
    """Make ``to`` (an id) the owner of an open alert, taken or not; ``by`` is the member of staff who says so.

    The clocks of the alert go on as they were. Raises ``NotFound``, ``Conflict`` when it is closed or theirs already,
    ``Rejected`` when ``to`` could not act on it or cannot be texted.
    """
    now = service.clock.now()
    if len(reason) > LONGEST_REASON:
        raise Rejected({"reason": [f"has at most {LONGEST_REASON} characters."]})
    with service.db.transaction(site_scope(site_id)) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        if alert.status == AlertStatus.RESOLVED:
            raise Conflict("This alert is resolved.")
        if alert.acknowledged_by == to:
            raise Conflict("They have this alert already.")
        person = _new_owner(session, site_id, to)
        owner = _name(session, alert.acknowledged_by)
        outbox.cancel_waiting(session, alert_id=alert.id, kind=MessageKind.PAGE)
        session.flush()
        alert.status, alert.acknowledged_by = AlertStatus.ACKNOWLEDGED, person.id
        alert.acknowledged_at = alert.acknowledged_at or now
        site = staff.get_site(session, site_id=site_id)
        watch_until(alert, site, now)
        _tell(service, session, alert, person, _name(session, by) or owner or site.public_name, now)
        said = f"{f'From {owner} to' if owner else 'To'} {person.name}. {reason.strip()}".strip()
        alerts.add_event(session, alert, at=now, type="handed_over", agent=agent, detail=said)
        audit.record(
            session, agent=agent, action="hand_over", entity="alert", entity_id=alert.id, now=now, to=person.id
        )


def _new_owner(session: Session, site_id: str, wanted: str) -> Practitioner:
    """The active member of the site's staff who may act on alerts and can be reached; raises ``Rejected``."""
    for person, role in staff.list_members(session, site_id=site_id):
        if person.id == wanted and may(role, Permission.ACT_ON_ALERTS):
            if not person.phone or person.phone_status != "active":
                raise Rejected({"staff": [f"{person.name} cannot be texted just now, so they would not know of it."]})
            return person
    raise Rejected({"staff": ["Choose an active nurse, navigator or clinician of this site."]})


def _name(session: Session, practitioner_id: str | None) -> str:
    return staff.get_practitioner(session, practitioner_id=practitioner_id).name if practitioner_id else ""


def _tell(service: Service, session: Session, alert: Alert, person: Practitioner, giver: str, now: datetime) -> None:
    """Text the new owner. It counts as a page, so that its failing has a page's consequences."""
    url = f"{service.settings.public_url}/alerts/{alert.id}"
    sequence = escalation.last_sequences(session, alert_ids=[alert.id]).get(alert.id, 0) + 1
    message = new_text(
        session, site_id=alert.site_id, kind=MessageKind.PAGE, phone=person.phone, pool=STAFF, now=now,
        body=service.renderer.render("page_handed_over", person.language, code=alert.code, who=giver, url=url),
        key=f"page:{alert.id}:{sequence}:{person.id}", expires_at=now + _TEXT_LIVES, practitioner_id=person.id,
        alert_id=alert.id,
    )  # fmt: skip
    session.add(message)
    session.flush()
    session.add(
        Page(
            alert_id=alert.id, sequence=sequence, recipient=person.id, practitioner_id=person.id, message_id=message.id,
            paged_at=now,
        )
    )  # fmt: skip
    wake_after_commit(session)
