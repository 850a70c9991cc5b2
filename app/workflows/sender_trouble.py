"""When the provider refuses us or is away: the sender rests, the queue is kept, and people are told, and of its end."""

from datetime import datetime, timedelta

from app.alerts.models import Alert
from app.alerts.store import alerts
from app.codes import Tier
from app.db import Session, all_sites, narrow, retry_on_conflict, wake_after_commit
from app.logs import get_logger
from app.messaging.delivery import (
    FILTERED,
    PROBE_EVERY,
    UNREACHABLE,
    Trouble,
    filtered_too_often,
    trouble_of,
)
from app.messaging.store import outbox
from app.staff import store as staff
from app.workflows.concern import Concern
from app.workflows.mail_staff import mail_alert
from app.workflows.raise_alerts import raise_concern
from app.workflows.service import SYSTEM, Service

log = get_logger()

SUBJECT = "sender"
_STOPPED, _AGAIN = "texts_stopped", "texts_leave_again"
_EVERY_SENDER = "every sender"
"""Stands for all senders together: whoever holds this row of theirs tells people, so that they are told once."""
_SAID_AT_MOST_EVERY = timedelta(minutes=10)
_ONE_COUNTRY = 21408


def hold_sender(service: Service, session: Session, *, sender: str, code: int) -> None:
    """Let a sender rest and raise the alarm at every site. The session sees every site, before and after."""
    now, scope = service.clock.now(), session.info["scope"]
    pace = outbox.lock_pace(session, sender=sender, now=now)
    pace.paused_until, pace.paused_code = now + PROBE_EVERY, code
    log.error("sender_rests", error_code=code)
    outbox.lock_pace(session, sender=_EVERY_SENDER, now=now)
    for site in staff.list_sites(session):
        narrow(session, site.id)
        _tell(service, session, code, now)
        session.flush()
        session.info["scope"] = scope


@retry_on_conflict
def resume_sender(service: Service, sender: str) -> None:
    """Take sending up again after a text was taken, and say so. Others that rest try at once as well."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        pace = outbox.lock_pace(session, sender=sender, now=now)
        if pace.paused_code is None:
            return
        pace.paused_until = pace.paused_code = None
        session.flush()
        outbox.lock_pace(session, sender=_EVERY_SENDER, now=now)
        outbox.wake_senders(session, now=now)
        wake_after_commit(session)
        for site in staff.list_sites(session):
            narrow(session, site.id)
            for alert in _open_alert(session):
                if not _last_said(session, alert, _AGAIN):
                    alerts.add_event(
                        session, alert, at=now, type=_AGAIN, agent=SYSTEM, detail="The provider takes our texts again."
                    )
            session.flush()
            session.info["scope"] = all_sites()


def sound_alarm(service: Service, session: Session, *, code: int) -> None:
    """Raise one alarm at the session's site about an error that is ours to mend, however many texts it meets."""
    now, trouble, subject = service.clock.now(), trouble_of(code), f"{SUBJECT}:{code}"
    log.error("sender_refused", error_code=code)
    if trouble is Trouble.CONTENT:
        sent, filtered = outbox.count_since(session, since=now - timedelta(hours=1), error_code=FILTERED)
        if not filtered_too_often(filtered, sent):
            return
    if subject in alerts.lock_open_alerts(session, patient_id=None, subjects=[subject]):
        return
    tier = Tier.RED if trouble is Trouble.CONFIG and code != _ONE_COUNTRY else Tier.AMBER
    reason = _REASONS[trouble].format(code=code)
    alert = raise_concern(service, session, Concern(kind="system", subject=subject, tier=tier, reason=reason))
    mail_alert(service, session, alert)


def _tell(service: Service, session: Session, code: int, now: datetime) -> None:
    """Open the site's alert, or make it worse; an open one hears only that texts stopped anew."""
    trouble = trouble_of(code)
    tier = Tier.RED if trouble is Trouble.ACCOUNT else Tier.AMBER
    for known in _open_alert(session):
        if not tier.worse_than(Tier(known.tier)):
            if _last_said(session, known, _AGAIN, before=now - _SAID_AT_MOST_EVERY):
                alerts.add_event(
                    session, known, at=now, type=_STOPPED, agent=SYSTEM, detail=f"Texts stopped again (error {code})."
                )
            return
    reason = _AWAY if code == UNREACHABLE else _REASONS[trouble].format(code=code)
    alert = raise_concern(service, session, Concern(kind="system", subject=SUBJECT, tier=tier, reason=reason))
    mail_alert(service, session, alert)


def _open_alert(session: Session) -> list[Alert]:
    return list(alerts.lock_open_alerts(session, patient_id=None, subjects=[SUBJECT]).values())


def _last_said(session: Session, alert: Alert, type: str, *, before: datetime | None = None) -> bool:
    """Whether the last that the alert's history says of stopping and going on is of this type, said before then."""
    last = alerts.last_event(session, alert_id=alert.id, types=("opened", "evidence", _STOPPED, _AGAIN))
    return last is not None and last.type == type and (before is None or last.at <= before)


_AWAY = "The provider of texts cannot be reached. No texts leave: nobody is asked, and pages do not arrive either."
_REASONS = {
    Trouble.ACCOUNT: (
        "The provider refuses our account (error {code}). No texts leave: nobody is asked, and pages do not arrive "
        "either. They wait, and one a minute tries whether it is over."
    ),
    Trouble.CAPACITY: (
        "Texts come in faster than the provider lets them leave (error {code}). Check-ins wait; pages go on."
    ),
    Trouble.CONFIG: (
        "The provider refuses texts because of how our account is set up (error {code}). They are lost, and more will "
        "be until somebody mends it: people are not asked, and pages may not arrive."
    ),
    Trouble.CONTENT: (
        "Carriers filter many of our texts as spam (error {code}). Those people were not asked. Do not send the same "
        "words again: look at the wording, at links, and at the sender's registration."
    ),
    Trouble.BUG: "The provider found a text of ours faulty (error {code}), and it did not leave. Please report this.",
}
