"""Move every alert's ladder whose time has come: most urgent first, those of one clinic and tier in a transaction."""

from datetime import timedelta

from app.alerts.store import alerts
from app.db import all_sites, narrow, retry_on_conflict
from app.logs import get_logger
from app.workflows.page_staff import take_round
from app.workflows.service import SYSTEM, Service

log = get_logger()

_SET_ASIDE = timedelta(minutes=5)
_ROUNDS = 200
TOGETHER = 500
"""So many alerts move in one transaction: few enough that an answer does not wait for it, many enough for a storm."""


def escalate_alerts(service: Service, *, at_most: int = TOGETHER) -> int:
    """Take every step that is due, a bounded number a round; returns how many alerts moved.

    ``at_most`` of them move in one transaction; where they cannot be moved together, one by one. One that cannot be
    moved at all is set aside for five minutes, noted in its history and logged: it never blocks the others.
    """
    moved, together = 0, at_most
    for _ in range(_ROUNDS):
        due: list[str] = []
        try:
            count = _move(service, due, together)
        except Exception:
            if not due:
                raise
            if len(due) > 1 and together > 1:
                log.warning("alerts_moved_one_by_one", count=len(due), exc_info=True)
                together = 1
                continue
            log.error("alert_set_aside", alert_id=due[0], exc_info=True)
            _set_aside(service, due[0])
            together = at_most
            continue
        if not count:
            break
        moved += count
    return moved


@retry_on_conflict
def _move(service: Service, due: list[str], together: int) -> int:
    """Move the most urgent due alert and others with it; ``due`` is told their ids before anything can fail."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        alert = alerts.lease_due_alert(session, now=now)
        if alert is None:
            return 0
        if together > 1:
            others = alerts.list_due_like(session, alert=alert, now=now, limit=together - 1)
        else:
            others = alerts.list_due_with(session, alert=alert, now=now)
        group = [alert, *others]
        due[:] = [alert.id for alert in group]
        narrow(session, alert.site_id)
        take_round(service, session, group, now)
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
