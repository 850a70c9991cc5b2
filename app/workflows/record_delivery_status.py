"""Take in what the provider says became of a text: any order, any number of times, same result."""

from collections.abc import Callable
from datetime import datetime

from app.db import DATABASE_ERRORS, Session, all_sites, retry_on_conflict
from app.errors import Unavailable
from app.logs import get_logger
from app.messaging.delivery import OutboxState, is_failure, settled_status
from app.messaging.models import DeliveryEvent, OutboundMessage
from app.messaging.polling import next_poll
from app.messaging.store import once, outbox
from app.workflows.after_failure import after_failure
from app.workflows.service import Service
from app.workflows.system_alert import raise_system_alert

log = get_logger()

_HELD_BACK = "scheduled"


def record_delivery_status(
    service: Service, *, token: str, message_sid: str, status: str, error_code: int | None
) -> str:
    """Store one report and bring its text up to date; returns what was done: recorded, repeated or unknown.

    The token in the callback address binds a report to its text even when the report comes before the answer to the
    send, or when the worker died in between: then the text is adopted. An unknown token or status is stored too.
    Raises ``Unavailable`` when the database cannot store it.
    """

    def by_token(session: Session) -> OutboundMessage | None:
        return outbox.find_by_callback(session, token=token)

    try:
        return _record(service, by_token, message_sid, status, error_code)
    except DATABASE_ERRORS as error:
        log.error("delivery_status_not_stored", message_sid=message_sid, exc_info=True)
        raise Unavailable("The report could not be stored; send it again.") from error


def record_polled_status(
    service: Service, *, message_id: str, message_sid: str, status: str, error_code: int | None
) -> str:
    """Store what the provider said of a text when it was asked, exactly as if it had reported it by itself."""

    def by_id(session: Session) -> OutboundMessage | None:
        return outbox.find_message(session, message_id=message_id)

    return _record(service, by_id, message_sid, status, error_code)


@retry_on_conflict
def _record(
    service: Service,
    find: Callable[[Session], OutboundMessage | None],
    message_sid: str,
    status: str,
    error_code: int | None,
) -> str:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        message = find(session)
        event = DeliveryEvent(
            message_id=message.id if message else None, message_sid=message_sid, status=status,
            error_code=error_code or 0, received_at=now,
        )  # fmt: skip
        new = once.insert_once(session, event)
        if message is None:
            return "unknown" if new else "repeated"
        if new:
            _bring_up_to_date(service, session, message, event, now)
        if message.message_sid == message_sid:
            message.next_poll_at = next_poll(message.status, message.handed_over_at or now, now)
        if new and status == _HELD_BACK:
            _say_that_texts_are_held_back(service, session, message)
        return "recorded" if new else "repeated"


def _bring_up_to_date(
    service: Service, session: Session, message: OutboundMessage, event: DeliveryEvent, now: datetime
) -> None:
    _adopt(session, message, event.message_sid, now)
    if message.message_sid != event.message_sid:
        return
    before = message.status
    message.status = settled_status(outbox.list_statuses(session, message_sid=event.message_sid))
    if event.error_code:
        message.error_code = event.error_code
    if is_failure(message.status) and not is_failure(before):
        after_failure(service, session, message_id=message.id, code=event.error_code or None)


def _say_that_texts_are_held_back(service: Service, session: Session, message: OutboundMessage) -> None:
    """We never schedule a text: whatever of the provider's holds it back until morning holds pages back too."""
    log.error("scheduled_by_provider", message_id=message.id)
    reason = (
        "The provider holds texts of ours back to send them later, which nobody asked for. Switch its message "
        "scheduling (Compliance Toolkit) off: pages may come hours late."
    )
    raise_system_alert(
        service, session, subject="scheduled-by-provider", tier="red", reason=reason, site_id=message.site_id
    )


def _adopt(session: Session, message: OutboundMessage, message_sid: str, now: datetime) -> None:
    """The provider has this text, whatever we knew: it must not be sent again."""
    if message.message_sid is None:
        message.message_sid = message_sid
    if message.state in (OutboxState.LEASED, OutboxState.UNKNOWN, OutboxState.PENDING) and message.attempt > 0:
        message.state = OutboxState.HANDED_OVER
        message.lease_expires_at = None
        message.handed_over_at = message.handed_over_at or now
    session.flush()
