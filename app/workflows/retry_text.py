"""Send a text that was given up, that did not arrive, or whose fate is unknown, once more: a person decided so."""

from itertools import count

from app.db import Session, all_sites, wake_after_commit
from app.errors import Conflict, NotFound
from app.messaging.delivery import OutboxState, is_failure
from app.messaging.models import OutboundMessage
from app.messaging.store import outbox
from app.workflows.queue_text import copy_of
from app.workflows.service import Service


def retry_text(service: Service, *, message_id: str) -> str:
    """Put a text back into the outbox; returns the id to follow.

    That of a new text if the provider had taken the first one: what is still reported of that must not be taken for
    the fate of the second. Raises ``NotFound``, ``Conflict`` when the text waits already or is on its way.
    """
    with service.db.transaction(all_sites()) as session:
        message = outbox.find_message(session, message_id=message_id)
        if message is None:
            raise NotFound("there is no such text in the outbox")
        wake_after_commit(session)
        if message.message_sid is not None and is_failure(message.status):
            return _copy(service, session, message).id
        if message.state not in (OutboxState.DEAD, OutboxState.UNKNOWN):
            raise Conflict(
                f"this text is {message.state}: only one that is dead, unknown or undelivered can be sent again"
            )
        message.state, message.next_attempt_at, message.expires_at = OutboxState.PENDING, service.clock.now(), None
        message.status = message.error_code = message.message_sid = None
        return message.id


def _copy(service: Service, session: Session, message: OutboundMessage) -> OutboundMessage:
    keys = (f"{message.business_key}:again{number}" for number in count(2))
    key = next(key for key in keys if outbox.find_by_key(session, business_key=key) is None)
    copy = copy_of(session, message, key=key, now=service.clock.now())
    session.add(copy)
    session.flush()
    return copy
