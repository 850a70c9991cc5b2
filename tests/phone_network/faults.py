"""Ways in which a create request can go wrong. Each says whether the text was taken, and what the client hears."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.phone_network.rest import Answer, as_json, refusal


@dataclass
class Fault:
    """One fault for the next ``times`` create requests (to ``to``, or to anybody)."""

    kind: str
    times: int
    to: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


class Call(Protocol):
    """A create request that is being handled."""

    def accept(self) -> Answer:
        """Take the text as usual; its journey starts at once. The usual answer comes back, unsent."""

    def send(self, answer: Answer) -> None:
        """Answer."""

    def drip(self, answer: Answer, seconds: float) -> None:
        """Answer one byte at a time with so many seconds between."""

    def close(self) -> None:
        """Cut the line."""

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the network stops."""

    def settle(self) -> None:
        """Wait until every callback has been posted."""


_HTML = {"Content-Type": "text/html"}
_FOR_EVER = 86_400.0


def _too_many(call: Call, options: dict[str, Any]) -> None:
    header = {"Retry-After": str(options["retry_after"])} if "retry_after" in options else {}
    call.send(refusal(429, 20429, "Too Many Requests", **header))


def _error(call: Call, options: dict[str, Any]) -> None:
    call.send(refusal(options.get("status", 400), options["code"], "Refused on demand"))


def _server_error(call: Call, options: dict[str, Any]) -> None:
    call.send(refusal(options.get("status", 500), 20500, "Internal Server Error"))


def _bad_gateway(call: Call, options: dict[str, Any]) -> None:
    call.send(Answer(502, b"<html><body>Bad Gateway</body></html>", _HTML))


def _accept_then_500(call: Call, options: dict[str, Any]) -> None:
    call.accept()
    _server_error(call, options)


def _close(call: Call, options: dict[str, Any]) -> None:
    call.close()


def _accept_then_close(call: Call, options: dict[str, Any]) -> None:
    call.accept()
    call.close()


def _slow(call: Call, options: dict[str, Any]) -> None:
    answer = call.accept()
    call.wait(options["seconds"])
    call.send(answer)


def _hang(call: Call, options: dict[str, Any]) -> None:
    call.accept()
    call.wait(_FOR_EVER)
    call.close()


def _drip(call: Call, options: dict[str, Any]) -> None:
    call.drip(call.accept(), options.get("seconds", 5.0))


def _malformed(call: Call, options: dict[str, Any]) -> None:
    body = call.accept().body
    call.send(Answer(201, str(options["body"]).encode() if "body" in options else body[: len(body) // 2]))


def _huge(call: Call, options: dict[str, Any]) -> None:
    body = call.accept().body
    call.send(Answer(201, body[:-1] + b', "padding": "' + b"x" * 5_000_000 + b'"}'))


def _without_sid(call: Call, options: dict[str, Any]) -> None:
    call.accept()
    call.send(as_json(201, {"status": "queued", "body": "no sid here"}))


def _redirect(call: Call, options: dict[str, Any]) -> None:
    call.send(Answer(options.get("status", 307), b"", {"Location": options["location"]}))


def _callback_first(call: Call, options: dict[str, Any]) -> None:
    answer = call.accept()
    call.settle()
    call.send(answer)


KINDS: dict[str, Callable[[Call, dict[str, Any]], None]] = {
    "429": _too_many,  # retry_after: optional seconds; nothing taken
    "error": _error,  # code, status; nothing taken
    "500": _server_error,  # status; nothing taken
    "502_html": _bad_gateway,  # nothing taken
    "close": _close,  # nothing taken
    "accept_then_500": _accept_then_500,
    "accept_then_close": _accept_then_close,
    "slow": _slow,  # seconds; taken at once, answered late
    "hang": _hang,  # taken, never answered
    "drip": _drip,  # taken, one byte every so many seconds
    "malformed": _malformed,  # taken; body: what to answer instead, else half an answer
    "huge": _huge,  # taken, 5 MB
    "no_sid": _without_sid,  # taken
    "redirect": _redirect,  # location, status; nothing taken
    "callback_first": _callback_first,  # taken; status callbacks come before the answer
}
