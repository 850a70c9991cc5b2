"""A person texts the service: opt-out words are honoured first, then the webhook is called."""

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.phone_network.records import Text, segments

if TYPE_CHECKING:
    from tests.phone_network.network import PhoneNetwork

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "REVOKE", "OPTOUT", "CANCEL"}
START_WORDS = {"START", "YES", "UNSTOP"}
HELP_WORDS = {"HELP", "INFO"}
CONFIRMATIONS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
"""What the network itself answers to these words, unless the account has switched that off."""


def text_in(
    network: "PhoneNetwork",
    number: str,
    body: str,
    to: str | None = None,
    copies: int = 1,
    lost: bool = False,
    **params: str,
) -> dict[str, Any]:
    """Text the service from a handset: posted ``copies`` times at once, or not at all when ``lost``."""
    ours = to or _last_sender(network, number)
    kind = _note_keyword(network, number, ours, body)
    text = Text(network.new_sid(), ours, number, body, "received", "inbound", network.now())
    text.sent_at = text.created_at
    with network.changed:
        network.kept.append(text)
    network.record.add("inbound", **asdict(text))
    if kind and network.confirms:
        _confirm(network, text, CONFIRMATIONS[kind])
    form = _params(network, text) | params
    if kind and network.advanced_opt_out:
        form["OptOutType"] = kind
    answers = [] if lost or not network.webhook_url else _post_at_once(network, network.webhook_url, form, copies)
    return {"sid": text.sid, "answers": answers}


def _post_at_once(network: "PhoneNetwork", url: str, form: dict[str, str], copies: int) -> list[str]:
    answers: list[str] = []
    ready = threading.Barrier(copies)

    def go() -> None:
        ready.wait()
        answers.append(network.post(url, form))

    threads = [threading.Thread(target=go) for _ in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _last_sender(network: "PhoneNetwork", number: str) -> str:
    """Whom a person answers: the number that texted them last."""
    with network.changed:
        heard = [text.sender for text in network.kept if text.to == number and text.arrived]
    return [*heard[::-1], *network.numbers, network.service_number][0]


def _note_keyword(network: "PhoneNetwork", number: str, ours: str, body: str) -> str | None:
    word = body.strip().upper()
    with network.changed:
        if word in STOP_WORDS:
            network.opt_outs.add((ours, number))
            return "STOP"
        if word in START_WORDS:
            network.opt_outs.discard((ours, number))
            return "START"
    return "HELP" if word in HELP_WORDS else None


def _confirm(network: "PhoneNetwork", heard: Text, words: str) -> None:
    """Answer in the service's name, without telling it."""
    text = Text(network.new_sid(), heard.sender, heard.to, words, "delivered", "outbound-reply", network.now())
    text.sent_at, text.arrived = text.created_at, True
    network.keep(text)
    with network.changed:
        network.changed.notify_all()


def _params(network: "PhoneNetwork", text: Text) -> dict[str, str]:
    return {
        "AccountSid": network.account_sid,
        "ApiVersion": "2010-04-01",
        "Body": text.body,
        "From": text.sender,
        "FromCity": "",
        "FromCountry": "US",
        "FromState": "",
        "FromZip": "",
        "MessageSid": text.sid,
        "NumMedia": "0",
        "NumSegments": str(segments(text.body)),
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "To": text.to,
        "ToCountry": "US",
    }
