"""What a way out must do; the ways themselves are in ``app.gateways``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Departure:
    """One text about to leave. ``sender`` is a number or a messaging service; ``validity`` is in seconds."""

    message_id: str
    recipient: str
    body: str
    sender: str
    callback_url: str
    validity: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the text: its id and first status."""

    message_sid: str
    status: str


class Gateway(Protocol):
    """Hands texts to a provider. Called with no transaction open."""

    @property
    def paced(self) -> bool:
        """Whether a carrier limits how fast each sender may send."""
        ...

    def senders(self, pool: str) -> tuple[str, ...]:
        """The senders that texts of ``pool`` (``patients`` or ``staff``) may leave from."""
        ...

    def send(self, departure: Departure) -> Accepted:
        """Hand over one text. Raises ``DeliveryFailed``; its flags say whether trying again is safe."""
        ...

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Look whether the provider took such a text since that moment. Raises ``DeliveryFailed`` if it cannot tell."""
        ...
