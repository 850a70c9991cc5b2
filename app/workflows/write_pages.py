"""Write the texts of a round of pages: one for each person and patient, or, in a storm, one for many."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.alerts.models import Alert, AlertEvent
from app.codes import Tier
from app.db import Session, insert_many
from app.escalation import store as escalation
from app.escalation import storms
from app.escalation.models import Page
from app.messaging.delivery import MessageKind, Priority
from app.messaging.models import OutboundMessage
from app.staff.models import Practitioner, Site
from app.workflows.mail_staff import mail_unreachable
from app.workflows.queue_text import STAFF, new_text
from app.workflows.service import SYSTEM, Service
from app.workflows.who_is_paged import FALLBACK, Call

# A page must not arrive when the ladder has moved on: it is worth sending until the next step, within bounds.
_PAGE_LIVES_LEAST, _PAGE_LIVES_MOST = timedelta(minutes=1), timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One text: to whom (``None`` is the fallback contact), about what, and whether it names the codes."""

    person: Practitioner | None
    told: tuple[Alert, ...]
    codes: bool

    @property
    def recipient(self) -> str:
        return self.person.id if self.person else FALLBACK

    @property
    def about_one(self) -> bool:
        """Whether all of it is about one patient."""
        return len(_by_patient(self.told)) == 1


def write_pages(
    service: Service,
    session: Session,
    site: Site,
    calls: Sequence[Call],
    recent: Mapping[str, int],
    now: datetime,
) -> None:
    """Queue the texts of some calls, all about one tier, and write each page into its alert's history.

    ``recent`` is how many texts each recipient got in the last minute.
    """
    told = [alert for call in calls for alert in call.told]
    last = escalation.last_sequences(session, alert_ids=[alert.id for alert in told])
    sequences = {alert.id: last.get(alert.id, 0) + 1 for alert in told}
    rows: list[dict[str, object]] = []
    shared: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for telling in _share_out(calls, recent):
        message = _text(service, session, site, telling, sequences, now)
        session.add(message)
        for alert in telling.told:
            rows.append(_page(telling, alert, sequences, message, now))
            shared[alert.id][telling.recipient] = len(telling.told) if not telling.about_one else 1
    insert_many(session, Page, rows)
    insert_many(session, AlertEvent, [_line(site, call, alert, shared, now) for call in calls for alert in call.told])
    for call in calls:
        for person in call.unreachable:
            key = f"page:{call.told[0].id}:{sequences[call.told[0].id]}:{person.id}"
            mail_unreachable(service, session, call.told, [person], key)


def _share_out(calls: Sequence[Call], recent: Mapping[str, int]) -> list[_Telling]:
    """Which texts go to whom: what belongs to one patient together, and the rest as there is room for."""
    red = calls[0].told[0].tier == Tier.RED
    people = {person.id: person for call in calls for person in call.people}
    tellings = []
    for recipient in dict.fromkeys(r for call in calls for r in call.recipients):
        units = _by_patient([alert for call in calls if recipient in call.recipients for alert in call.told])
        space = storms.room(red=red, recent=recent[recipient])
        for bundle in storms.bundle([len(unit) for unit in units], red=red, space=max(space, 1)):
            told = tuple(alert for index in bundle.members for alert in units[index])
            tellings.append(_Telling(people.get(recipient), told, bundle.codes))
    return tellings


def _by_patient(told: Sequence[Alert]) -> list[list[Alert]]:
    units: dict[str, list[Alert]] = {}
    for alert in told:
        units.setdefault(alert.patient_id or alert.id, []).append(alert)
    return list(units.values())


def _text(
    service: Service, session: Session, site: Site, telling: _Telling, sequences: Mapping[str, int], now: datetime
) -> OutboundMessage:
    first, person = min(telling.told, key=lambda alert: alert.code), telling.person
    # A text about several patients is of none of their alerts: who takes one of them does not call it off.
    about = first.id if telling.about_one else None
    return new_text(
        session, site_id=site.id, kind=MessageKind.PAGE if person else MessageKind.FALLBACK_PAGE,
        phone=person.phone if person else site.fallback_phone, body=_words(service, site, telling), pool=STAFF, now=now,
        key=f"page:{first.id}:{sequences[first.id]}:{telling.recipient}", alert_id=about,
        expires_at=min(_worth_until(alert, now) for alert in telling.told),
        practitioner_id=person.id if person else None,
        priority=Priority.PAGE if first.tier == Tier.RED else Priority.LESSER_PAGE,
    )  # fmt: skip


def _words(service: Service, site: Site, telling: _Telling) -> str:
    told, person = telling.told, telling.person
    one = min(told, key=lambda alert: alert.code)
    url = f"{service.settings.public_url}/" + (f"alerts/{one.id}" if telling.about_one else "worklist")
    said = {"tier": one.tier, "url": url, "code": storms.list_codes([alert.code for alert in told])}
    if person is None:
        return service.renderer.render("fallback_page", site.language, clinic=site.public_name, **said)
    if not telling.codes:
        return service.renderer.render("page_bundle", person.language, tier=one.tier, url=url, count=len(told))
    if not telling.about_one:
        return service.renderer.render("page_several", person.language, **said)
    return service.renderer.render("page", person.language, reply=one.code, **said)


def _worth_until(alert: Alert, now: datetime) -> datetime:
    until_next = (alert.next_action_at or now) - now
    return now + min(max(until_next, _PAGE_LIVES_LEAST), _PAGE_LIVES_MOST)


def _page(
    telling: _Telling, alert: Alert, sequences: Mapping[str, int], message: OutboundMessage, now: datetime
) -> dict[str, object]:
    return {
        "alert_id": alert.id, "sequence": sequences[alert.id], "recipient": telling.recipient,
        "practitioner_id": telling.person.id if telling.person else None, "message_id": message.id, "paged_at": now,
    }  # fmt: skip


def _line(
    site: Site, call: Call, alert: Alert, shared: Mapping[str, Mapping[str, int]], now: datetime
) -> dict[str, object]:
    """The line of an alert's history: who was paged, and with how many others in one text."""
    names = {person.id: person.name for person in call.people} | {FALLBACK: f"{site.fallback_name} (fallback)"}
    said = []
    for recipient in call.recipients:
        others = shared[alert.id][recipient] - 1
        said.append(names[recipient] + (f" (in one text with {others} others)" if others else ""))
    nobody = "" if call.people else "Nobody on call could be paged. "
    return {
        "alert_id": alert.id, "at": now, "type": "paged", "agent": SYSTEM, "detail": f"{nobody}Paged {', '.join(said)}."
    }  # fmt: skip
