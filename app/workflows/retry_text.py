"""Send a text that was given up, or whose fate is unknown, once more: a person decided so."""

from app.db import all_sites, wake_after_commit
from app.errors import Conflict, NotFound
from app.messaging import store as messaging
from app.messaging.delivery import OutboxState
from app.workflows.service import Service


def retry_text(service: Service, *, message_id: str) -> None:
    """Put a text back into the outbox. Raises ``NotFound``, ``Conflict`` when it waits already or was handed over."""
    with service.db.transaction(all_sites()) as session:
        message = messaging.find_message(session, message_id=message_id)
        if message is None:
            raise NotFound("there is no such text in the outbox")
        if message.state not in (OutboxState.DEAD, OutboxState.UNKNOWN):
            raise Conflict(f"this text is {message.state}: only one that is dead or unknown can be sent again")
        message.state, message.next_attempt_at, message.expires_at = OutboxState.PENDING, service.clock.now(), None
        message.status = message.error_code = None
        wake_after_commit(session)
