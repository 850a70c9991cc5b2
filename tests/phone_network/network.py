"""The network itself: who may be texted, what was texted, what handsets show."""

import random
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from tests.phone_network.control import Line
from tests.phone_network.faults import KINDS, Fault
from tests.phone_network.inbound import text_in
from tests.phone_network.journey import CallbackPlan
from tests.phone_network.records import Ledger, Text
from tests.phone_network.server import serve
from tests.phone_network.webhooks import Scheduler, post, sign

CHANGEABLE = (
    "webhook_url", "signing_token", "auth_token", "mps", "longest_queue", "advanced_opt_out", "confirms",
    "json_webhooks", "redacts", "clock_offset",
)  # fmt: skip


class PhoneNetwork(Line):
    """A network that listens on a port of this machine; use it as a context manager.

    ``webhook_url`` gets inbound texts; ``numbers`` are the senders that exist (none given: any); ``mps`` is how many
    segments a second leave a sender (none given: at once), ``longest_queue`` in seconds when 21611 is due;
    ``clock_offset`` is added to the real time, for a service whose clock was moved. ``confirms`` lets the network
    itself answer STOP, START and HELP; ``json_webhooks`` posts JSON in place of forms; ``redacts`` lets the list forget
    words and numbers. A text to one of ``own_numbers`` comes in again by webhook.
    """

    scheduler: Scheduler

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        account_sid: str = "AC" + "a" * 32,
        auth_token: str = "token-of-the-phone-network",
        numbers: Iterable[str] = (),
        service_number: str = "+15550100001",
        own_numbers: Iterable[str] = (),
        mps: float | None = None,
        longest_queue: float = 36_000.0,
        advanced_opt_out: bool = False,
        ledger: Path | None = None,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.webhook_url, self.account_sid, self.auth_token = webhook_url, account_sid, auth_token
        self.signing_token = auth_token  # differs while a token is being changed
        self.numbers, self.service_number = tuple(numbers), service_number
        self.mps, self.longest_queue, self.advanced_opt_out = mps, longest_queue, advanced_opt_out
        self.own_numbers = {service_number, *self.numbers, *own_numbers}
        self.confirms = self.json_webhooks = self.redacts = False
        self.clock_offset = 0.0
        self.plan = CallbackPlan()
        self.opt_outs: set[tuple[str, str]] = set()  # (our number, handset)
        self.refused_numbers: dict[str, int] = {}
        self.failing_numbers: dict[str, tuple[str, int]] = {}
        self.free_at: dict[str, float] = {}  # when each sender's queue is empty
        self.record = Ledger(ledger)
        self.kept: list[Text] = []
        self.dice = random.Random(seed)
        self.changed = threading.Condition(threading.RLock())
        self.stopping = threading.Event()
        self._faults: list[Fault] = []
        self._address = (host, port)

    def start(self) -> Self:
        """Listen; ``url`` then says where."""
        self.scheduler = Scheduler()
        self._server = serve(self, self._address)
        self.url = f"http://{self._address[0]}:{self._server.server_address[1]}"
        return self

    def stop(self) -> None:
        """Close the port and forget what was on its way."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self.scheduler.stop()

    def call(self, operation: str, **arguments: Any) -> Any:
        """Do one of the operations that tests, and the control API, ask for."""
        if operation not in OPERATIONS:
            raise ValueError(f"{operation!r} is not one of {', '.join(OPERATIONS)}")
        return OPERATIONS[operation](self, **arguments)

    # -- for the other parts of the network ---------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970, by this network's clock."""
        return time.time() + self.clock_offset

    def new_sid(self) -> str:
        """A new message id; the same ones in the same order for the same seed."""
        with self.changed:
            return f"SM{self.dice.getrandbits(128):032x}"

    def newest_first(self) -> list[Text]:
        """Every text, in and out."""
        with self.changed:
            return self.kept[::-1]

    def keep(self, text: Text) -> None:
        """Remember a text that was accepted."""
        with self.changed:
            self.kept.append(text)
        self.record.add("accepted", **asdict(text))

    def queue_seconds(self, sender: str) -> float:
        """How long a text would wait for its turn."""
        return max(0.0, self.free_at.get(sender, 0.0) - time.monotonic())

    def next_fault(self, to: str) -> Fault | None:
        """The fault that the next text to this number meets, if any."""
        with self.changed:
            for fault in self._faults:
                if fault.times > 0 and fault.to in (None, to):
                    fault.times -= 1
                    return fault
        return None

    def post(self, url: str, params: dict[str, str]) -> str:
        """Call the service, signed; the HTTP status as text, or what went wrong."""
        return post(self.signing_token, url, params, self.record, as_json=self.json_webhooks)

    def sign(self, url: str, params: dict[str, str]) -> str:
        """The signature that a webhook of ours would carry."""
        return sign(self.signing_token, url, params)

    # -- operations; ``Line`` says what they mean ---------------------------------------------------------------------

    def expect_text(self, number: str, containing: str = "", timeout: float = 10.0) -> dict[str, Any]:
        """Wait for a text on a handset that nobody expected yet. Raises ``AssertionError`` with what is there."""

        def find() -> Text | None:
            waiting = (text for text in self.kept if text.to == number and text.arrived and not text.expected)
            return next((text for text in waiting if containing in text.body), None)

        with self.changed:
            self.changed.wait_for(find, timeout)
            found = find()
            if found is None:
                shown = [text["body"] for text in self.list_texts(number)]
                raise AssertionError(f"{number}: no text containing {containing!r} within {timeout} s; it has {shown}")
            found.expected = True
            return asdict(found)

    def list_texts(self, number: str | None = None) -> list[dict[str, Any]]:
        """Texts that arrived at a handset, or at all of them, oldest first."""
        with self.changed:
            return [asdict(text) for text in self.kept if text.arrived and number in (None, text.to)]

    def list_unexpected(self, number: str | None = None) -> list[dict[str, Any]]:
        """Texts that arrived and that no ``expect`` asked for."""
        return [text for text in self.list_texts(number) if not text["expected"]]

    def add_fault(self, kind: str, times: int = 1, to: str | None = None, **options: Any) -> None:
        """Let the next create requests go wrong."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}")
        with self.changed:
            self._faults.append(Fault(kind, times, to, options))

    def fail_number(self, number: str, code: int, status: str = "undelivered") -> None:
        """Accept texts to a number and report later that they failed; code 0 takes that back."""
        self.failing_numbers.pop(number, None)
        if code:
            self.failing_numbers[number] = (status, code)

    def set_callbacks(self, **plan: Any) -> None:
        """Change how fates are reported."""
        if "statuses" in plan:
            plan["statuses"] = tuple(plan["statuses"])
        self.plan = CallbackPlan(**plan)

    def configure(self, **values: Any) -> None:
        """Change one of ``CHANGEABLE``."""
        for name, value in values.items():
            if name not in CHANGEABLE:
                raise ValueError(f"{name!r} is not one of {', '.join(CHANGEABLE)}")
            setattr(self, name, value)


OPERATIONS: dict[str, Any] = {
    "text": text_in,
    "expect": PhoneNetwork.expect_text,
    "texts": PhoneNetwork.list_texts,
    "unexpected": PhoneNetwork.list_unexpected,
    "all": lambda network: [asdict(text) for text in network.newest_first()[::-1]],
    "fault": PhoneNetwork.add_fault,
    "clear_faults": lambda network: network._faults.clear(),
    "refuse": lambda network, number, code: network.refused_numbers.update({number: code}),
    "fail": PhoneNetwork.fail_number,
    "callbacks": PhoneNetwork.set_callbacks,
    "configure": PhoneNetwork.configure,
    "wait_idle": lambda network, timeout=10.0: network.scheduler.wait_idle(timeout),
    "ledger": lambda network: list(network.record.entries),
}
