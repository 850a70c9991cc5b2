"""Stand-ins for the world outside: a clock that a test moves, and a way out that remembers what left."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from app.db import Database
from app.errors import DeliveryFailed
from app.messaging.gateway import Accepted, Departure, Received, Reported

MONDAY_TEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Monday 2 March 2026, ten in the morning in New York."""


class FixedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = MONDAY_TEN) -> None:
        self._started = now
        self._now = now

    def now(self) -> datetime:
        """The moment that the test set."""
        return self._now

    def elapsed(self) -> float:
        """Seconds that the test let pass since the start."""
        return (self._now - self._started).total_seconds()

    def advance(self, by: timedelta = timedelta(), /, **parts: float) -> datetime:
        """Let time pass: ``advance(minutes=15)`` or ``advance(timedelta(...))``. Returns the new moment."""
        return self.set(self._now + by + timedelta(**parts))

    def set(self, now: datetime) -> datetime:
        """Jump to an aware moment, never backwards."""
        moment = now.astimezone(UTC)
        assert now.tzinfo is not None and moment >= self._now, f"a clock does not go from {self._now} to {now}"
        self._now = moment
        return moment


class RecordingGateway:
    """Takes every text, keeps it, and fails on demand. Implements ``app.messaging.gateway.Gateway``.

    Each text is expected once with ``expect``; ``nothing_unexpected`` fails for those that nobody expected. Given the
    ``database``, it also fails if a text is handed over while a transaction is open.
    """

    paced = False

    def __init__(self, database: Database | None = None) -> None:
        self.departures: list[Departure] = []
        self.attempted: list[Departure] = []
        self.patients_senders: tuple[str, ...] = ("+15550100001",)
        self.staff_senders: tuple[str, ...] = ("+15550100002",)
        self.received: list[Received] = []
        self.fates: dict[str, Reported] = {}
        self.polled: list[str] = []
        self.away: DeliveryFailed | None = None
        self.while_sending: Callable[[Departure], None] = lambda departure: None
        self._database = database
        self._unexpected: deque[Departure] = deque()
        self._failures: dict[str, deque[DeliveryFailed]] = {}
        self._always: dict[str, DeliveryFailed] = {}

    def senders(self, pool: str) -> tuple[str, ...]:
        """Numbers that texts of ``pool`` leave from."""
        return {"patients": self.patients_senders, "staff": self.staff_senders}[pool]

    def send(self, departure: Departure) -> Accepted:
        """Take one text, or fail as ``fail`` asked. A failure that is ambiguous leaves the text taken."""
        assert self._database is None or not self._database.in_transaction, "a transaction is open during a send"
        self.attempted.append(departure)
        self.while_sending(departure)
        failure = self._failure(departure.recipient)
        if failure is not None and not failure.ambiguous:
            raise failure
        self.departures.append(departure)
        self._unexpected.append(departure)
        if failure is not None:
            raise failure
        return Accepted(message_sid=self.sid_of(departure), status="queued")

    def find_sent(self, recipient: str, body: str, since: datetime) -> Accepted | None:
        """Whether such a text was taken; ``since`` plays no part here."""
        for departure in self.departures:
            if (departure.recipient, departure.body) == (recipient, body):
                return Accepted(message_sid=self.sid_of(departure), status="sent")
        return None

    def list_received(self, since: datetime, limit: int) -> Sequence[Received]:
        """What a test put into ``received``, newest first; ``away`` is what it fails with."""
        self._asked()
        lately = [text for text in self.received if text.received_at >= since]
        return sorted(lately, key=lambda text: text.received_at, reverse=True)[:limit]

    def fetch_status(self, message_sid: str) -> Reported:
        """What a test put into ``fates``, else that it is queued; ``polled`` keeps who was asked about."""
        self._asked()
        self.polled.append(message_sid)
        return self.fates.get(message_sid, Reported("queued", None))

    def _asked(self) -> None:
        assert self._database is None or not self._database.in_transaction, "a transaction is open during a call"
        if self.away is not None:
            raise self.away

    def sid_of(self, departure: Departure) -> str:
        """The provider's id of a taken text: the position at which it left."""
        return f"SM{self.departures.index(departure) + 1:032x}"

    def fail(self, recipient: str, *failures: DeliveryFailed) -> None:
        """Let the next sends to ``recipient`` fail in this order, then succeed again."""
        self._failures.setdefault(recipient, deque()).extend(failures)

    def fail_always(self, recipient: str, failure: DeliveryFailed) -> None:
        """Let every send to ``recipient`` fail."""
        self._always[recipient] = failure

    def expect(self, to: str, containing: str = "") -> Departure:
        """The oldest unexpected text to ``to`` that contains ``containing``, which is expected from now on."""
        for departure in self._unexpected:
            if departure.recipient == to and containing in departure.body:
                self._unexpected.remove(departure)
                return departure
        raise AssertionError(f"no text to {to} contains {containing!r}; not yet expected are:{self._listed()}")

    def nothing_unexpected(self) -> None:
        """Fail if a text left that was not expected."""
        assert not self._unexpected, f"texts left that nobody expected:{self._listed()}"

    def ignore_the_rest(self) -> None:
        """Take every text so far as expected: for tests about something else."""
        self._unexpected.clear()

    def _failure(self, recipient: str) -> DeliveryFailed | None:
        waiting = self._failures.get(recipient)
        return waiting.popleft() if waiting else self._always.get(recipient)

    def _listed(self) -> str:
        return "".join(f"\n  to {d.recipient}: {d.body}" for d in self._unexpected) or " none"
