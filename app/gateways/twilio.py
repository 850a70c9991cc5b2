"""Texts by way of Twilio, through its SDK."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from twilio.rest import Client

from app.errors import DeliveryFailed
from app.gateways.twilio_http import TwilioHttp
from app.messaging.gateway import Accepted, Departure, Received, Reported

# Outside this range Twilio refuses the text (error 90007).
_SHORTEST_VALIDITY, _LONGEST_VALIDITY = 1, 36_000
_LOOK_BACK = 100
# The longest texts in the longest spelling fill a page of so many to some 3 MB: an answer must not be too long to read.
_PAGE = 300


class TwilioGateway:
    """Hands texts to Twilio; implements ``messaging.gateway.Gateway``. Threads may share it.

    ``messaging_service_sid`` wins over ``from_numbers``; ``alert_from_numbers`` are for staff and default to the
    patients' senders. The timeouts are in seconds; together they must stay below the lease of a text.
    """

    paced = True

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        api_url: str = "https://api.twilio.com",
        messaging_service_sid: str = "",
        from_numbers: Sequence[str] = (),
        alert_from_numbers: Sequence[str] = (),
        connect_timeout: float = 5.0,
        read_timeout: float = 15.0,
    ) -> None:
        line = TwilioHttp(api_url, connect_timeout=connect_timeout, read_timeout=read_timeout)
        self._messages = Client(account_sid, auth_token, http_client=line).messages
        self._patients = (messaging_service_sid,) if messaging_service_sid else tuple(from_numbers)
        self._staff = tuple(alert_from_numbers) or self._patients

    def senders(self, pool: str) -> tuple[str, ...]:
        """The numbers, or the one messaging service, that texts of ``pool`` leave from."""
        return self._staff if pool == "staff" else self._patients

    def send(self, departure: Departure) -> Accepted:
        """Hand over one text. Raises ``DeliveryFailed``: permanent, ambiguous, or safe to try again."""
        try:
            message = self._messages.create(**_fields(departure))
            return _accepted(message)
        except DeliveryFailed:
            raise
        except Exception as error:  # it said yes in words that the SDK cannot read: the text may well be on its way
            raise DeliveryFailed(f"Twilio's answer made no sense ({type(error).__name__}).", ambiguous=True) from error

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Look for such a text among the latest hundred to ``recipient``; the newest one since then, if any.

        Twilio lists newest first. It is not asked to filter by DateSent: that counts whole days, and a text that still
        waits in its queue has none, so that the very text that we look for could be left out.
        """
        start = since.astimezone(UTC).replace(microsecond=0)  # Twilio's times have no fractions
        try:
            for message in self._messages.list(to=recipient, limit=_LOOK_BACK, page_size=_LOOK_BACK):
                made = message.date_created
                if isinstance(made, datetime) and made >= start and (message.body or "").strip() == body.strip():
                    return _accepted(message)
        except DeliveryFailed:
            raise
        except Exception as error:
            raise DeliveryFailed(f"Twilio's list could not be read ({type(error).__name__}).") from error
        return None

    def list_received(self, since: datetime, limit: int) -> Sequence[Received]:
        """What the account received since then, newest first, at most ``limit``, over as many pages as that takes.

        The list is the whole account's, texts out among it, and ordered by when each was sent: one that waited long in
        a queue stands above what came in before it left. Which numbers are ours is for the caller to say: the messaging
        service that a text names may be one that Twilio made up.
        """
        start, found = since.astimezone(UTC).replace(microsecond=0), list[Received]()
        try:
            for message in self._messages.stream(page_size=_PAGE):
                if len(found) == limit or (message.date_sent and message.date_sent < start):
                    break
                at = message.date_sent or message.date_created
                if message.direction == "inbound" and at and at >= start:
                    found.append(_received(message, at))
        except DeliveryFailed:
            raise
        except Exception as error:
            raise DeliveryFailed(f"Twilio's list could not be read ({type(error).__name__}).") from error
        return found

    def fetch_status(self, message_sid: str) -> Reported:
        """What Twilio says of a text now."""
        try:
            message = self._messages(message_sid).fetch()
            return Reported(str(message.status).lower()[:20], int(message.error_code) if message.error_code else None)
        except DeliveryFailed:
            raise
        except Exception as error:
            raise DeliveryFailed(f"Twilio's answer made no sense ({type(error).__name__}).") from error


def _fields(departure: Departure) -> dict[str, Any]:
    """The SDK's arguments for a text; one that is absent must be left out, not given as ``None``."""
    fields: dict[str, Any] = {"to": departure.recipient, "body": departure.body}
    fields["messaging_service_sid" if departure.sender.startswith("MG") else "from_"] = departure.sender
    if departure.callback_url:
        fields["status_callback"] = departure.callback_url
    if departure.validity is not None:
        fields["validity_period"] = min(max(departure.validity, _SHORTEST_VALIDITY), _LONGEST_VALIDITY)
    return fields


def _accepted(message: Any) -> Accepted:
    if not isinstance(message.sid, str) or not message.sid:
        raise ValueError("no sid")
    return Accepted(message.sid, message.status if isinstance(message.status, str) else "accepted")


def _received(message: Any, at: datetime) -> Received:
    media = str(message.num_media or "0")
    return Received(
        message_sid=message.sid or "", sender=message.from_ or "", recipient=message.to or "", body=message.body or "",
        media=int(media) if media.isdigit() else 0, received_at=at,
    )  # fmt: skip
