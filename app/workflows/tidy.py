"""Forget what has served its time (old answers to repeated API calls, failures to sign in, sessions), and count."""

from datetime import timedelta

from app.db import all_sites
from app.staff import store as staff
from app.workflows.service import Service

_ANSWERS_KEPT = timedelta(days=2)
_FAILURES_KEPT = timedelta(days=1)
_SESSIONS_KEPT = timedelta(days=30)


def tidy(service: Service) -> int:
    """Delete what nobody will ask for again, and let the database count what is left; returns how many rows went."""
    service.db.refresh_statistics()
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        return staff.delete_old(
            session,
            answers_before=now - _ANSWERS_KEPT,
            failures_before=now - _FAILURES_KEPT,
            sessions_before=now - _SESSIONS_KEPT,
        )
