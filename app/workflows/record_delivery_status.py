"""Take in what the provider says became of a text: any order, any number of times, same result."""

from datetime import datetime

from app.db import DATABASE_ERRORS, Session, all_sites, retry_on_conflict
from app.errors import Unavailable
from app.logs import get_logger
from app.messaging import store as messaging
from app.messaging.delivery import OutboxState, is_failure, settled_status
from app.messaging.models import DeliveryEvent, OutboundMessage
from app.workflows.after_failure import after_failure
from app.workflows.service import Service

log = get_logger()


def record_delivery_status(
    service: Service, *, token: str, message_sid: str, status: str, error_code: int | None
) -> str:
    """Store one report and bring its text up to date; returns what was done: recorded, repeated or unknown.

    The token in the callback address binds a report to its text even when the report comes before the answer to the
    send, or when the worker died in between: then the text is adopted. An unknown token or status is stored too.
    Raises ``Unavailable`` when the database cannot store it.
    """
    try:
        return _record(service, token, message_sid, status, error_code)
    except DATABASE_ERRORS as error:
        log.error("delivery_status_not_stored", message_sid=message_sid, exc_info=True)
        raise Unavailable("The report could not be stored; send it again.") from error


@retry_on_conflict
def _record(service: Service, token: str, message_sid: str, status: str, error_code: int | None) -> str:
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        message = messaging.find_by_callback(session, token=token)
        event = DeliveryEvent(
            message_id=message.id if message else None, message_sid=message_sid, status=status,
            error_code=error_code or 0, received_at=now,
        )  # fmt: skip
        if not messaging.insert_once(session, event):
            return "repeated"
        if message is None:
            return "unknown"
        _adopt(session, message, message_sid, now)
        if message.message_sid == message_sid:
            before = message.status
            message.status = settled_status(messaging.list_statuses(session, message_sid=message_sid))
            if error_code:
                message.error_code = error_code
            if is_failure(message.status) and not is_failure(before):
                after_failure(service, session, message_id=message.id, code=error_code)
        return "recorded"


def _adopt(session: Session, message: OutboundMessage, message_sid: str, now: datetime) -> None:
    """The provider has this text, whatever we knew: it must not be sent again."""
    if message.message_sid is None:
        message.message_sid = message_sid
    if message.state in (OutboxState.LEASED, OutboxState.UNKNOWN, OutboxState.PENDING) and message.attempt > 0:
        message.state = OutboxState.HANDED_OVER
        message.lease_expires_at = None
        message.handed_over_at = message.handed_over_at or now
    session.flush()
