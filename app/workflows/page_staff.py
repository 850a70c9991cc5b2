"""Take the steps of alerts, and note when their ladders move next. No alert stays without a next step."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.alerts.lifecycle import NEXT_CALL_AFTER
from app.alerts.models import Alert
from app.alerts.store import alerts
from app.codes import Tier
from app.db import Session, wake_after_commit
from app.escalation import storms
from app.escalation.hours import ClinicHours
from app.escalation.policy import Action, Ladder, Target, next_action
from app.logs import get_logger
from app.staff import store as staff
from app.staff.models import Site
from app.workflows.service import Service
from app.workflows.who_is_paged import Step, count_recent, list_calls
from app.workflows.write_pages import write_pages

log = get_logger()


def take_step(service: Service, session: Session, group: Sequence[Alert], now: datetime) -> None:
    """Take the next step of alerts of one tier as they are raised: one page tells of them all.

    Alerts whose step is not due yet only get their ``next_action_at``. So do those that would be one text too many for
    somebody within a minute: they are told in the next round, together.
    """
    _take(service, session, group, now, may_wait=True)


def take_round(service: Service, session: Session, group: Sequence[Alert], now: datetime) -> None:
    """Take the steps of many alerts of one tier and site: what somebody cannot read one by one is told together."""
    _take(service, session, group, now, may_wait=False)


def hurry(session: Session, alert: Alert, now: datetime) -> None:
    """Let the next step of an alert come now and not in a quarter of an hour."""
    alert.last_step_at, alert.next_action_at = now - timedelta(days=1), now  # as if the step had been long ago
    wake_after_commit(session)


def page_owner(service: Service, session: Session, alert: Alert, now: datetime) -> None:
    """Page the person who took an alert, because more has come in; the ladder stays where it is."""
    site = staff.get_site(session, site_id=alert.site_id)
    session.flush()
    calls = list_calls(session, site, [(alert, (Target.OWNER,))], now)
    write_pages(service, session, site, calls, count_recent(session, calls, now), now)
    wake_after_commit(session)


def watch_until(alert: Alert, site: Site, now: datetime) -> None:
    """Note when an alert's ladder moves next, without paging anybody now."""
    action = next_action(alert.policy, _ladder(alert), now, _hours(alert, site))
    alert.next_action_at = action.next_action_at if action else None


def call_again(session: Session, alert: Alert, now: datetime) -> None:
    """After a call that reached nobody: the next one is due in an hour, unless the ladder moves before.

    It puts off no step: neither of an alert that nobody has taken, nor the page that it was not dealt with in time.
    """
    site = staff.get_site(session, site_id=alert.site_id)
    hours = _hours(alert, site)
    action = next_action(alert.policy, _ladder(alert), now, hours)
    if action is None:
        return
    step = now if action.targets else action.next_action_at
    call = now + NEXT_CALL_AFTER
    alert.next_action_at = min(step, hours.next_open(call) if hours else call) if alert.acknowledged_at else step


def _take(service: Service, session: Session, group: Sequence[Alert], now: datetime, *, may_wait: bool) -> None:
    site = staff.get_site(session, site_id=group[0].site_id)
    actions: dict[str, Action] = {}
    due: list[Step] = []
    session.flush()
    for alert in group:
        action = next_action(alert.policy, _ladder(alert), now, _hours(alert, site))
        if action is None:  # a tier that nobody is paged for
            alert.next_action_at = None
            continue
        targets = action.targets or ((Target.OWNER,) if _call_is_due(session, alert, now) else ())
        if targets:
            actions[alert.id] = action
            due.append((alert, targets))
        else:
            _move(alert, action)
    if not due:
        return
    calls = list_calls(session, site, due, now)
    recent = count_recent(session, calls, now)
    red = group[0].tier == Tier.RED
    if may_wait and any(not storms.room(red=red, recent=number) for number in recent.values()):
        for alert, _ in due:
            alert.next_action_at = storms.next_round(now, red=red)
        return
    for alert, _ in due:
        _move(alert, actions[alert.id])
        if actions[alert.id].alarm:
            log.error("escalation_exhausted", alert_id=alert.id, site=site.code, tier=alert.tier)
    write_pages(service, session, site, calls, recent, now)
    wake_after_commit(session)


def _call_is_due(session: Session, alert: Alert, now: datetime) -> bool:
    """Whether it is time to call again after an attempt that reached nobody."""
    if alert.acknowledged_at is None or alert.next_action_at is None or alert.next_action_at > now:
        return False
    tried = alerts.last_event(session, alert_id=alert.id, types=("attempt",))
    if tried is None or tried.at + NEXT_CALL_AFTER > now:
        return False
    paged = alerts.last_event(session, alert_id=alert.id, types=("paged",))
    return paged is None or paged.at <= tried.at


def _ladder(alert: Alert) -> Ladder:
    return Ladder(
        triggered_at=alert.triggered_at, step=alert.step, round=alert.round, last_step_at=alert.last_step_at,
        exhausted=alert.exhausted, acknowledged=alert.acknowledged_at is not None, contacted_at=alert.contacted_at,
    )  # fmt: skip


def _hours(alert: Alert, site: Site) -> ClinicHours | None:
    """The clinic's hours, for a tier on the clinic's clock; hours that cannot be read count as always open."""
    if alert.policy.get("clock") != "clinic":
        return None
    try:
        return ClinicHours.from_mapping(site.clinic_hours, site.time_zone)
    except ValueError:
        log.error("clinic_hours_unreadable", site=site.code)
        return None


def _move(alert: Alert, action: Action) -> None:
    alert.step, alert.round, alert.exhausted = action.ladder.step, action.ladder.round, action.ladder.exhausted
    alert.last_step_at, alert.next_action_at = action.ladder.last_step_at, action.next_action_at
