"""Move every alert's ladder whose time has come: most urgent first, one alert, and what goes with it, a transaction."""

from datetime import timedelta

from app.alerts import store as alerts
from app.db import all_sites, narrow, retry_on_conflict
from app.logs import get_logger
from app.workflows.page_staff import take_step
from app.workflows.service import SYSTEM, Service

log = get_logger()

_SET_ASIDE = timedelta(minutes=5)
_AT_MOST = 200


def escalate_alerts(service: Service) -> int:
    """Take every step that is due, a bounded number a round; returns how many alerts moved.

    One that cannot be moved is set aside for five minutes, noted in its history and logged: it never blocks the others.
    """
    moved = 0
    for _ in range(_AT_MOST):
        due: list[str] = []
        try:
            count = _move_one(service, due)
        except Exception:
            if not due:
                raise
            log.error("alert_set_aside", alert_id=due[0], exc_info=True)
            _set_aside(service, due[0])
            continue
        if not count:
            break
        moved += count
    return moved


@retry_on_conflict
def _move_one(service: Service, due: list[str]) -> int:
    """Move the most urgent due alert and those to be told with it; ``due`` is told its id before anything can fail."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        alert = alerts.lease_due_alert(session, now=now)
        if alert is None:
            return 0
        due[:] = [alert.id]
        group = [alert, *alerts.list_due_with(session, alert=alert, now=now)]
        narrow(session, alert.site_id)
        take_step(service, session, group, now)
        return len(group)


def _set_aside(service: Service, alert_id: str) -> None:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        alert = alerts.lock_alert(session, alert_id=alert_id)
        alert.next_action_at = now + _SET_ASIDE
        alerts.add_event(
            session, alert, at=now, type="set_aside", agent=SYSTEM,
            detail="The next step could not be taken. It is tried again in five minutes; please look at this now.",
        )  # fmt: skip


def sweep_alerts(service: Service) -> int:
    """Prove that no open alert is without a next step; one that is gets it now. Returns how many were found."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        rows = alerts.list_open_without_step(session)
        for alert in rows:
            log.error("alert_without_step", alert_id=alert.id)
            alert.next_action_at = now
    return len(rows)
