"""Ask the provider what became of texts of which it reported nothing: a lost report must not hide a lost page."""

from datetime import timedelta

from app.db import all_sites
from app.errors import DeliveryFailed
from app.logs import get_logger
from app.messaging.gateway import Gateway
from app.messaging.polling import next_poll
from app.messaging.store import outbox
from app.workflows.queue_text import EMAIL
from app.workflows.record_delivery_status import record_polled_status
from app.workflows.service import Service

log = get_logger()

BATCH = 10
# When no answer comes, or the worker dies before it is stored.
_ASK_AGAIN = timedelta(minutes=1)


def poll_statuses(service: Service, gateway: Gateway) -> int:
    """Ask about one batch of silent texts, pages first; returns about how many something was heard.

    When the provider cannot be reached, the rest of the batch is left for a minute later.
    """
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        rows = outbox.lease_silent_messages(session, now=now, again_at=now + _ASK_AGAIN, limit=BATCH)
        for mail in [row for row in rows if row.pool == EMAIL]:  # no mail server tells what became of a mail
            mail.next_poll_at = None
        silent = [(row.id, row.message_sid or "") for row in rows if row.pool != EMAIL]
    heard = 0
    for message_id, sid in silent:
        try:
            said = gateway.fetch_status(sid)
            record_polled_status(
                service, message_id=message_id, message_sid=sid, status=said.status, error_code=said.error_code
            )
        except DeliveryFailed as failure:
            log.warning("poll_failed", message_id=message_id, error_code=failure.code)
            if not failure.permanent:
                return heard
            _ask_later(service, message_id)
        except Exception:  # one text that cannot be recorded must not keep the others from being asked about
            log.error("poll_not_stored", message_id=message_id, exc_info=True)
        else:
            heard += 1
    return heard


def _ask_later(service: Service, message_id: str) -> None:
    """The provider does not know the text: perhaps not yet."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        message = outbox.find_message(session, message_id=message_id)
        if message is not None:
            message.next_poll_at = next_poll(message.status, message.handed_over_at or now, now)
