"""The second channel: what no telephone has taken goes to members of staff by e-mail as well, where that is set up.

An e-mail never stands in for a page: the ladder goes on as if none had been sent.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count

from app.alerts.models import Alert
from app.alerts.store import alerts
from app.db import Session, all_sites, narrow, wake_after_commit
from app.escalation import store as escalation
from app.escalation.oncall import ShiftRole, who
from app.escalation.storms import list_codes
from app.messaging.delivery import MessageKind
from app.messaging.models import OutboundMessage
from app.messaging.store import outbox
from app.staff import store as staff
from app.staff.models import Practitioner
from app.staff.roles import Role
from app.workflows.on_call import load_shifts
from app.workflows.queue_text import EMAIL, STAFF, new_text
from app.workflows.service import SYSTEM, Service

_COPY = ":email"
# Long enough for a text to be handed over first, short enough to be of use if it cannot be.
_NOT_TAKEN_AFTER = timedelta(seconds=15)
_LIVES = timedelta(hours=1)


def mail_pages_not_taken(service: Service) -> int:
    """Copy to e-mail the pages that still wait for whatever reason; returns how many e-mails were queued."""
    if not service.settings.smtp_url:
        return 0
    queued, now = 0, service.clock.now()
    before = now - _NOT_TAKEN_AFTER
    with service.db.transaction(all_sites()) as session:
        scope = session.info["scope"]
        for page in outbox.list_pages_not_taken(session, pool=STAFF, copies=_COPY, before=before, now=now):
            narrow(session, page.site_id)
            queued += mail_page(service, session, page)
            session.flush()
            session.info["scope"] = scope
    return queued


def mail_page(service: Service, session: Session, page: OutboundMessage) -> int:
    """Copy one page to e-mail, once; returns how many e-mails that makes.

    A page to the site's fallback contact, of whom there is no address, goes to its administrators.
    """
    told = alerts.list_alerts(session, ids=escalation.list_alerts_of_message(session, message_id=page.id))
    if page.practitioner_id is not None:
        people = [staff.get_practitioner(session, practitioner_id=page.practitioner_id)]
    else:
        people = _administrators(session, page.site_id)
    return _mail(service, session, told, people, key=page.business_key, site_id=page.site_id)


def mail_alert(service: Service, session: Session, alert: Alert) -> int:
    """Tell of an alert by e-mail at once: whoever was paged for it, else who is on call, else the administrators.

    For what is wrong with the texts themselves. Returns how many e-mails that makes.
    """
    session.flush()
    pages = escalation.list_pages(session, alert_ids=[alert.id])
    texts = outbox.list_messages(session, ids=[page.message_id for page in pages if page.message_id])
    if texts:
        return sum(mail_page(service, session, text) for text in texts)
    now = service.clock.now()
    on_call = set(who(load_shifts(session, now), ShiftRole.ON_CALL, now))
    people = [person for person, _ in staff.list_members(session, site_id=alert.site_id) if person.id in on_call]
    return _mail(
        service, session, [alert], people or _administrators(session, alert.site_id), key=f"alarm:{alert.id}",
        site_id=alert.site_id,
    )  # fmt: skip


def mail_unreachable(
    service: Service, session: Session, told: Sequence[Alert], people: Sequence[Practitioner], key: str
) -> int:
    """Tell people of alerts who would be paged and have no telephone for it; returns how many e-mails that makes."""
    return _mail(service, session, told, people, key=key, site_id=told[0].site_id)


def _administrators(session: Session, site_id: str) -> list[Practitioner]:
    return [p for p, role in staff.list_members(session, site_id=site_id) if role == Role.ADMINISTRATOR]


def _mail(
    service: Service,
    session: Session,
    told: Sequence[Alert],
    people: Iterable[Practitioner],
    *,
    key: str,
    site_id: str,
) -> int:
    if not service.settings.smtp_url or not told:
        return 0
    first, now, keys = min(told, key=lambda alert: alert.code), service.clock.now(), _keys(key)
    variables = {
        "tier": first.tier, "code": list_codes([alert.code for alert in told]),
        "url": f"{service.settings.public_url}/alerts/{first.id}",
    }  # fmt: skip
    names = []
    for person, own_key in zip((p for p in people if p.active), keys, strict=False):
        if outbox.find_by_key(session, business_key=own_key) is not None:
            continue
        body = service.renderer.words("page_email", person.language, **variables)
        session.add(
            new_text(
                session, site_id=site_id, kind=MessageKind.PAGE, phone=person.email, body=body, pool=EMAIL, key=own_key,
                now=now, expires_at=now + _LIVES, practitioner_id=person.id, alert_id=first.id,
            )
        )  # fmt: skip
        names.append(person.name)
    _note(session, told, names, now)
    return len(names)


def _keys(key: str) -> Iterable[str]:
    """The business keys of the e-mails that one page makes: the first tells that there is a copy."""
    yield key + _COPY
    yield from (f"{key}{_COPY}:{number}" for number in count(2))


def _note(session: Session, told: Sequence[Alert], names: Sequence[str], now: datetime) -> None:
    if not names:
        return
    for alert in told:
        alerts.add_event(session, alert, at=now, type="mailed", agent=SYSTEM, detail=f"E-mail to {', '.join(names)}.")
    wake_after_commit(session)
