"""What a way out must do; the ways themselves are in ``app.gateways``."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Received:
    """A text that the provider took in for one of our numbers. Where it keeps no words, ``body`` is empty.

    Where it keeps no numbers either, ``sender`` ends in letters. ``media`` counts pictures; ``received_at`` is UTC.
    """

    message_sid: str
    sender: str
    recipient: str
    body: str
    media: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """What the provider says of a text that it took: its status, in small letters, and why it failed, if it did."""

    status: str
    error_code: int | None


class WayOut(Protocol):
    """Hands messages over to somebody who delivers them. Called with no transaction open."""

    @property
    def paced(self) -> bool:
        """Whether a carrier limits how fast each sender may send."""
        ...

    def senders(self, pool: str) -> tuple[str, ...]:
        """The senders that messages of ``pool`` (``patients``, ``staff`` or ``email``) may leave from."""
        ...

    def send(self, departure: Departure) -> Accepted:
        """Hand over one text. Raises ``DeliveryFailed``; its flags say whether trying again is safe."""
        ...


class Gateway(WayOut, Protocol):
    """A provider of texts: it can also be asked what it took, what came in, and what became of a text."""

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Look whether the provider took such a text since that moment. Raises ``DeliveryFailed`` if it cannot tell."""
        ...

    def list_received(self, since: datetime, limit: int) -> Sequence[Received]:
        """What came in for our numbers since then, newest first, at most ``limit``. Raises ``DeliveryFailed``."""
        ...

    def fetch_status(self, message_sid: str) -> Reported:
        """What became of one text. Raises ``DeliveryFailed``; permanent when the provider does not know it."""
        ...
