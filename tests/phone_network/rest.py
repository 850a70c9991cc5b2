"""Twilio's Messages resource: create, fetch and list, with the refusals that Twilio gives."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.phone_network.records import Text

if TYPE_CHECKING:
    from tests.phone_network.network import PhoneNetwork

Form = Mapping[str, str]

# Twilio's documented test numbers.
MAGIC_RECIPIENTS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_SENDERS = {"+15005550007": 21606, "+15005550008": 21611}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class Refused(Exception):
    """The request is answered with an error of Twilio's."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def as_json(status: int, value: Any, **headers: str) -> Answer:
    """An answer that carries ``value``."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def refusal(status: int, code: int, message: str, **headers: str) -> Answer:
    """An error in Twilio's shape."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return as_json(status, {"code": code, "message": message, "more_info": more, "status": status}, **headers)


def check_login(network: "PhoneNetwork", account_sid: str, authorization: str) -> None:
    """Raise ``Refused`` unless HTTP basic authentication names the account and its token."""
    wanted = base64.b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
    if authorization != f"Basic {wanted}":
        raise Refused(20003, "Authenticate", 401)
    if account_sid != network.account_sid:
        raise Refused(20404, "The requested resource was not found", 404)


def create(network: "PhoneNetwork", form: Form) -> Text:
    """Accept a text as ``POST Messages.json`` asks, or raise ``Refused``."""
    to, body = form.get("To", ""), form.get("Body", "")
    service = form.get("MessagingServiceSid") or (form.get("From", "") if form.get("From", "")[:2] == "MG" else "")
    sender = network.service_number if service else form.get("From", "")
    _check_form(network, form, sender)
    code = network.refused_numbers.get(to) or MAGIC_RECIPIENTS.get(to) or MAGIC_SENDERS.get(sender)
    if code:
        raise Refused(code, f"The message to {to} was refused ({code})")
    if (sender, to) in network.opt_outs:
        raise Refused(21610, f"Attempt to send to unsubscribed recipient {to}")
    if network.queue_seconds(sender) > network.longest_queue:
        raise Refused(21611, f"This 'From' number {sender} has exceeded the maximum number of queued messages")
    return Text(
        sid=network.new_sid(),
        to=to,
        sender=sender,
        body=body,
        status="accepted" if service else "queued",
        direction="outbound-api",
        created_at=network.now(),
        messaging_service_sid=service or None,
        callback_url=form.get("StatusCallback"),
        validity=int(form["ValidityPeriod"]) if "ValidityPeriod" in form else None,
    )


def _check_form(network: "PhoneNetwork", form: Form, sender: str) -> None:
    to, body, validity = form.get("To", ""), form.get("Body", ""), form.get("ValidityPeriod", "1")
    if not to:
        raise Refused(21604, "A 'To' phone number is required.")
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        raise Refused(21211, f"The 'To' number {to} is not a valid phone number.")
    if not sender:
        raise Refused(21603, "A 'From' phone number is required.")
    if network.numbers and sender not in (*network.numbers, network.service_number):
        raise Refused(21606, f"The 'From' phone number {sender} is not a valid, SMS-capable number.")
    if not body:
        raise Refused(21602, "Message body is required.")
    if len(body) > 1600:
        raise Refused(21617, "The concatenated message body exceeds the 1600 character limit.")
    if not validity.isdigit() or not 1 <= int(validity) <= 36_000:
        raise Refused(90007, "ValidityPeriod is not between 1 and 36000.")


def list_page(network: "PhoneNetwork", query: Form) -> dict[str, Any]:
    """One page of the list, newest first, filtered by To, From and DateSent (whole days, as with Twilio)."""
    size, page = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
    found = [text for text in network.newest_first() if _matches(text, query)]
    path = f"/2010-04-01/Accounts/{network.account_sid}/Messages.json"

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    more = len(found) > (page + 1) * size
    return {
        "messages": [
            text.as_twilio(network.account_sid, redacted=network.redacts)
            for text in found[page * size : (page + 1) * size]
        ],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": min((page + 1) * size, len(found)) - 1,
        "uri": uri(page),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if more else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }


def _matches(text: Text, query: Form) -> bool:
    wanted = (("To", text.to), ("From", text.sender))
    if any(name in query and query[name] != value for name, value in wanted):
        return False
    dates = {name: date.fromisoformat(query[name][:10]) for name in query if name.startswith("DateSent")}
    if not dates:
        return True
    if text.sent_at is None:
        return False  # a text that still waits has no such date
    sent_on = datetime.fromtimestamp(text.sent_at, UTC).date()
    tests = {"DateSent": sent_on.__eq__, "DateSent>": sent_on.__ge__, "DateSent<": sent_on.__le__}
    return all(tests[name](day) for name, day in dates.items())
