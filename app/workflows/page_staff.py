"""Page whom an alert's ladder says, and note when it moves next. No alert stays without a next step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.alerts import store as alerts
from app.alerts.models import Alert
from app.codes import Tier
from app.db import Session, wake_after_commit
from app.escalation import store as escalation
from app.escalation.hours import ClinicHours
from app.escalation.models import Page
from app.escalation.oncall import Recipients, recipients
from app.escalation.policy import Action, Ladder, Target, next_action
from app.logs import get_logger
from app.messaging.delivery import MessageKind
from app.messaging.models import OutboundMessage
from app.staff import store as staff
from app.staff.models import Practitioner, Site
from app.workflows.mail_staff import mail_unreachable
from app.workflows.on_call import load_shifts
from app.workflows.queue_text import STAFF, new_text
from app.workflows.service import SYSTEM, Service

log = get_logger()

FALLBACK = "fallback"
# A page must not arrive when the ladder has moved on: it is worth sending until the next step, within bounds.
_PAGE_LIVES_LEAST, _PAGE_LIVES_MOST = timedelta(minutes=1), timedelta(hours=4)
CLINICAL_ROLES = ("nurse", "navigator", "clinician")
"""Whom a step that pages everyone means."""


def take_step(service: Service, session: Session, group: Sequence[Alert], now: datetime) -> None:
    """Take the next step of alerts that stand at the same step: one page tells of them all.

    Alerts whose step is not due yet only get their ``next_action_at``.
    """
    site = staff.get_site(session, site_id=group[0].site_id)
    due: dict[tuple[Target, ...], list[Alert]] = {}
    for alert in group:
        action = next_action(alert.policy, _ladder(alert), now, _hours(alert, site))
        if action is None:  # a tier that nobody is paged for
            alert.next_action_at = None
            continue
        targets = action.targets or ((Target.OWNER,) if _call_is_due(alert, now) else ())
        _move(alert, action, now)
        if targets:
            due.setdefault(targets, []).append(alert)
        if action.alarm:
            log.error("escalation_exhausted", alert_id=alert.id, site=site.code, tier=alert.tier)
    for targets, told in due.items():
        _page(service, session, site, told, targets, now)


def _call_is_due(alert: Alert, now: datetime) -> bool:
    """Whether it is time to call again after an attempt that reached nobody.

    On the wall clock nothing but such an attempt makes an alert that is taken come up before its ladder moves.
    """
    taken_red = alert.acknowledged_at is not None and alert.tier == Tier.RED and alert.policy.get("clock") != "clinic"
    return taken_red and alert.next_action_at is not None and alert.next_action_at <= now


def hurry(session: Session, alert: Alert, now: datetime) -> None:
    """Let the next step of an alert come now and not in a quarter of an hour."""
    alert.last_step_at, alert.next_action_at = now - timedelta(days=1), now  # as if the step had been long ago
    wake_after_commit(session)


def page_owner(service: Service, session: Session, alert: Alert, now: datetime) -> None:
    """Page the person who took an alert, because more has come in; the ladder stays where it is."""
    site = staff.get_site(session, site_id=alert.site_id)
    _page(service, session, site, [alert], (Target.OWNER,), now)


def _ladder(alert: Alert) -> Ladder:
    return Ladder(
        triggered_at=alert.triggered_at, step=alert.step, round=alert.round, last_step_at=alert.last_step_at,
        exhausted=alert.exhausted, acknowledged=alert.acknowledged_at is not None, contacted_at=alert.contacted_at,
    )  # fmt: skip


def watch_until(alert: Alert, site: Site, now: datetime) -> None:
    """Note when an alert's ladder moves next, without paging anybody now."""
    action = next_action(alert.policy, _ladder(alert), now, _hours(alert, site))
    alert.next_action_at = action.next_action_at if action else None


def _hours(alert: Alert, site: Site) -> ClinicHours | None:
    """The clinic's hours, for a tier on the clinic's clock; hours that cannot be read count as always open."""
    if alert.policy.get("clock") != "clinic":
        return None
    try:
        return ClinicHours.from_mapping(site.clinic_hours, site.time_zone)
    except ValueError:
        log.error("clinic_hours_unreadable", site=site.code)
        return None


def _move(alert: Alert, action: Action, now: datetime) -> None:
    alert.step, alert.round, alert.exhausted = action.ladder.step, action.ladder.round, action.ladder.exhausted
    alert.last_step_at, alert.next_action_at = action.ladder.last_step_at, action.next_action_at


def _page(
    service: Service, session: Session, site: Site, told: Sequence[Alert], targets: tuple[Target, ...], now: datetime
) -> None:
    """Send one page about some alerts to everyone a step names, and write it into each alert's history."""
    session.flush()
    members = staff.list_members(session, site_id=site.id)
    people = {person.id: person for person, _ in members}
    found = recipients(
        targets, load_shifts(session, now), now, owner=told[0].acknowledged_by,
        everyone=[person.id for person, role in members if role in CLINICAL_ROLES],
    )  # fmt: skip
    sequences = {alert.id: escalation.last_sequence(session, alert_id=alert.id) + 1 for alert in told}
    reached: list[str] = []
    for person in (people[id] for id in found.practitioner_ids if id in people):
        if not person.phone or person.phone_status != "active":
            key = f"page:{told[0].id}:{sequences[told[0].id]}:{person.id}"
            mail_unreachable(service, session, told, [person], key)
            continue
        _send(service, session, site, told, sequences, now, person)
        reached.append(person.name)
    if found.fallback or not reached:
        _send(service, session, site, told, sequences, now, None)
        reached.append(f"{site.fallback_name} (fallback)")
    for alert in told:
        said = "Nobody on call could be paged. " if _nobody(found, reached) else ""
        alerts.add_event(
            session, alert, at=now, type="paged", agent=SYSTEM, detail=f"{said}Paged {', '.join(reached)}."
        )
    wake_after_commit(session)


def _worth_until(alert: Alert, now: datetime) -> datetime:
    until_next = (alert.next_action_at or now) - now
    return now + min(max(until_next, _PAGE_LIVES_LEAST), _PAGE_LIVES_MOST)


def _nobody(found: Recipients, reached: Sequence[str]) -> bool:
    return (len(reached) == 1 and reached[0].endswith("(fallback)")) or not found.practitioner_ids


def _send(
    service: Service,
    session: Session,
    site: Site,
    told: Sequence[Alert],
    sequences: dict[str, int],
    now: datetime,
    person: Practitioner | None,
) -> None:
    first = min(told, key=lambda alert: alert.code)
    code = " ".join(sorted(alert.code for alert in told))
    url = f"{service.settings.public_url}/alerts/{first.id}"
    variables = {"tier": first.tier, "code": first.code if len(told) == 1 else code, "url": url}
    if person is not None:
        body = service.renderer.render("page", person.language, **variables)
    else:
        body = service.renderer.render("fallback_page", site.language, clinic=site.public_name, **variables)
    message: OutboundMessage = new_text(
        session, site_id=site.id, kind=MessageKind.PAGE if person else MessageKind.FALLBACK_PAGE,
        phone=person.phone if person else site.fallback_phone, body=body, pool=STAFF, now=now,
        key=f"page:{first.id}:{sequences[first.id]}:{person.id if person else FALLBACK}",
        expires_at=_worth_until(first, now), practitioner_id=person.id if person else None, alert_id=first.id,
    )  # fmt: skip
    session.add(message)
    session.flush()
    for alert in told:
        session.add(
            Page(
                site_id=site.id, alert_id=alert.id, sequence=sequences[alert.id],
                recipient=person.id if person else FALLBACK, practitioner_id=person.id if person else None,
                message_id=message.id, paged_at=now,
            )
        )  # fmt: skip
