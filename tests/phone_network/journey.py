"""What becomes of an accepted text: its turn in the sender's queue, the handset, and the reports to the service."""

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.phone_network.inbound import text_in
from tests.phone_network.records import Text, segments

if TYPE_CHECKING:
    from tests.phone_network.network import PhoneNetwork

Steps = list[tuple[str, int | None]]

_ANSWER_LATEST = 30.0


@dataclass
class CallbackPlan:
    """How the fate of texts is reported: ``delay`` seconds apart; ``loss`` and ``duplicates`` are probabilities."""

    statuses: tuple[str, ...] = ("sent", "delivered")
    delay: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    shuffle: bool = False


def launch(network: "PhoneNetwork", text: Text, answered: threading.Event | None = None) -> None:
    """Send a text on its way. With ``answered``, nothing is reported before the client has its answer."""
    with network.changed:
        wait = network.queue_seconds(text.sender)
        expires = text.validity is not None and wait > text.validity
        if network.mps and not expires:
            network.free_at[text.sender] = time.monotonic() + wait + segments(text.body) / network.mps
    if expires:
        network.scheduler.after(text.validity or 0, lambda: _report(network, text, [("failed", 30036)], answered))
    elif wait:
        network.scheduler.after(wait, lambda: _leave(network, text, answered))
    else:
        _leave(network, text, answered)


def _leave(network: "PhoneNetwork", text: Text, answered: threading.Event | None) -> None:
    fails = network.failing_numbers.get(text.to)
    with network.changed:
        text.sent_at, text.arrived = network.now(), fails is None
        network.changed.notify_all()
    network.record.add("left", sid=text.sid, arrived=text.arrived)
    plan = network.plan
    steps: Steps = [(status, None) for status in plan.statuses]
    if fails:
        steps = [*steps[:-1], fails]
    if plan.shuffle:
        network.dice.shuffle(steps)
    network.scheduler.after(plan.delay, lambda: _report(network, text, steps, answered))
    if text.to in network.own_numbers and text.arrived:
        network.scheduler.after(0, lambda: _come_in(network, text))


def _come_in(network: "PhoneNetwork", text: Text) -> None:
    """The receiving end is ours too: a text of its own there, with its own id."""
    text_in(network, text.sender, text.body, text.to)


def _report(network: "PhoneNetwork", text: Text, steps: Steps, answered: threading.Event | None) -> None:
    """Report the first step; the others follow, each when the one before it was answered."""
    if answered:
        answered.wait(_ANSWER_LATEST)
    (status, code), *later = steps
    plan = network.plan
    with network.changed:
        text.status, text.error_code = status, code
        lost = network.dice.random() < plan.loss
        copies = 0 if lost or not text.callback_url else 1 + (network.dice.random() < plan.duplicates)
    for _ in range(copies):
        network.post(text.callback_url or "", _status_params(network, text, status, code))
    if later:
        network.scheduler.after(plan.delay, lambda: _report(network, text, later, answered))


def _status_params(network: "PhoneNetwork", text: Text, status: str, code: int | None) -> dict[str, str]:
    params = {
        "AccountSid": network.account_sid,
        "ApiVersion": "2010-04-01",
        "From": text.sender,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
        "To": text.to,
    }
    if text.messaging_service_sid:
        params["MessagingServiceSid"] = text.messaging_service_sid
    return params | ({"ErrorCode": str(code)} if code else {})
