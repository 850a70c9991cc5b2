"""Tell whoever runs the service that something is wrong with the service itself: once, until somebody closed it."""

from app.alerts.store import alerts
from app.db import Session, narrow
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import Service


def raise_system_alert(
    service: Service, session: Session, *, subject: str, tier: str, reason: str, site_id: str | None = None
) -> bool:
    """Open an alert about nobody, unless one on the subject is open; tell whether it was opened.

    Confines the session to the site, without one to the default site; without any site there is nobody to tell.
    """
    if site_id is None:
        sites = staff.list_sites(session)
        if not sites:
            return False
        site_id = sites[0].id
    narrow(session, site_id)
    if subject in alerts.lock_open_alerts(session, patient_id=None, subjects=[subject]):
        return False
    raise_concern(service, session, Concern(kind="system", subject=subject, tier=tier, reason=reason))
    return True
