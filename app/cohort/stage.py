"""What a play needs: a clock that jumps, handsets that keep what reaches them, and a list of what happens when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from heapq import heappop, heappush

from app.messaging.gateway import Accepted, Departure, Received, Reported

PATIENT_SENDER, STAFF_SENDER = "+15550100001", "+15550100002"


class FastClock:
    """A clock that stands still until it is set forward."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment that it was set to."""
        return self._now

    def elapsed(self) -> float:
        """Seconds of play since the start."""
        return (self._now - self._start).total_seconds()

    def set(self, now: datetime) -> None:
        """Go on to a moment; an earlier one changes nothing."""
        self._now = max(self._now, now)


class Handsets:
    """A provider whose texts arrive at once. ``arrived`` holds those that nobody has read yet."""

    paced = False

    def __init__(self) -> None:
        self.arrived: list[Departure] = []

    def senders(self, pool: str) -> tuple[str, ...]:
        """One made-up number for patients and another for staff."""
        return (STAFF_SENDER,) if pool == "staff" else (PATIENT_SENDER,)

    def send(self, departure: Departure) -> Accepted:
        """Take a text and call it delivered."""
        self.arrived.append(departure)
        return Accepted("SM" + sha256(departure.message_id.encode()).hexdigest()[:32], "delivered")

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Nothing is ever in doubt."""
        return None

    def list_received(self, since: datetime, limit: int) -> Sequence[Received]:
        """Nothing is lost on the way in."""
        return ()

    def fetch_status(self, message_sid: str) -> Reported:
        """Every text arrives."""
        return Reported("delivered", None)

    def read(self) -> list[Departure]:
        """What arrived since the last time."""
        found, self.arrived = self.arrived, []
        return found


Act = Callable[[], None]


@dataclass(slots=True)
class Agenda:
    """What people will do, by time. Of one moment, ``who`` decides the order, so that it is the same every time."""

    _acts: list[tuple[datetime, str, int, Act]] = field(default_factory=list)
    _count: int = 0

    def add(self, at: datetime, who: str, act: Act) -> None:
        """Let somebody do something at a moment."""
        self._count += 1
        heappush(self._acts, (at, who, self._count, act))

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens."""
        return self._acts[0][0] if self._acts else None

    def take(self, now: datetime) -> Act | None:
        """The next thing whose time has come; ``None`` when there is none."""
        return heappop(self._acts)[3] if self._acts and self._acts[0][0] <= now else None
