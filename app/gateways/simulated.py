"""Texts to simulated handsets: nothing leaves the machine. For trying the service, never for real people."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from app.messaging.gateway import Accepted, Departure, Received, Reported

PATIENT_SENDER = "+15550100001"
STAFF_SENDER = "+15550100002"


class SimulatedGateway:
    """Takes every text and calls it delivered; the outbox itself is what the simulated handsets show."""

    paced = False

    def senders(self, pool: str) -> tuple[str, ...]:
        """One made-up number for patients and another for staff."""
        return (STAFF_SENDER,) if pool == "staff" else (PATIENT_SENDER,)

    def send(self, departure: Departure) -> Accepted:
        """Accept the text. The id follows from the message's own, so that handing it over twice is the same text."""
        return Accepted("SM" + sha256(departure.message_id.encode()).hexdigest()[:32], "delivered")

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Find nothing: texts are not kept here. Sending again is harmless, a handset shows each message id once."""
        return None

    def list_received(self, since: datetime, limit: int) -> Sequence[Received]:
        """Nothing: what a simulated handset says never travels, so none of it is lost on the way."""
        return ()

    def fetch_status(self, message_sid: str) -> Reported:
        """Every text arrives."""
        return Reported("delivered", None)
