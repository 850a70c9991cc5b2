"""What the network remembers: texts, and a ledger of everything that happened."""

import json
import math
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def segments(body: str) -> int:
    """How many parts a carrier cuts ``body`` into (extension characters counted once: near enough for a queue)."""
    single, joined = (160, 153) if set(body) <= _GSM else (70, 67)
    return 1 if len(body) <= single else math.ceil(len(body) / joined)


@dataclass(slots=True)
class Text:
    """One message, in or out. ``arrived`` says that the handset shows it, ``expected`` that a test asked for it."""

    sid: str
    to: str
    sender: str
    body: str
    status: str
    direction: str
    created_at: float
    messaging_service_sid: str | None = None
    callback_url: str | None = None
    validity: int | None = None
    error_code: int | None = None
    sent_at: float | None = None
    arrived: bool = False
    expected: bool = False

    def as_twilio(self, account_sid: str, *, redacted: bool = False) -> dict[str, Any]:
        """The Message resource, with every field that Twilio sends; ``redacted`` without words and people's numbers."""
        uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": "" if redacted else self.body,
            "date_created": _rfc2822(self.created_at),
            "date_sent": None if self.sent_at is None else _rfc2822(self.sent_at),
            "date_updated": _rfc2822(self.sent_at or self.created_at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else f"Error {self.error_code}",
            "from": _masked(self.sender) if redacted and self.direction == "inbound" else self.sender,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": "0",
            "num_segments": str(segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": _masked(self.to) if redacted and self.direction != "inbound" else self.to,
            "uri": f"{uri}.json",
        }


def _masked(number: str) -> str:
    return number[:-4] + "XXXX"


def _rfc2822(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC))


@dataclass
class Ledger:
    """Everything that happened, in order; only ever added to. With a ``path``, also one JSON object a line there."""

    path: Path | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, event: str, **details: Any) -> None:
        """Note one event."""
        entry = {"at": datetime.now(UTC).isoformat(), "event": event, **details}
        with self._lock:
            self.entries.append(entry)
            if self.path:
                with self.path.open("a") as file:
                    file.write(json.dumps(entry) + "\n")
