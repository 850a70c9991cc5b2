"""A light caller: requests are made and signed beforehand, and connections kept, so that the service is measured.

Each caller sends its own requests in order, one at a time, as one telephone network would.
"""

import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from benchmarks.clinic import ACCOUNT, OURS, PUBLIC_URL, TOKEN

_sids = itertools.count(1)
_validator = RequestValidator(TOKEN)
# What Twilio sends with every text besides the interesting part; all of it is signed.
_AROUND = {
    "ToCountry": "US", "ToState": "NY", "SmsStatus": "received", "FromState": "NY", "FromCity": "ALBANY",
    "FromCountry": "US", "FromZip": "12201", "ToCity": "NEW YORK", "ToZip": "10001", "NumMedia": "0",
    "NumSegments": "1", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "To": OURS,
}  # fmt: skip


@dataclass(slots=True)
class Sent:
    """What became of a caller's requests: seconds each took, and how many were not answered with 200."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


def signed_text(path: str, sender: str, body: str, public_url: str = PUBLIC_URL) -> bytes:
    """A whole HTTP request that hands over one text, signed for a service that is known by ``public_url``."""
    sid = f"SM{next(_sids):032x}"
    params = {**_AROUND, "From": sender, "Body": body, "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid}
    signature = _validator.compute_signature(public_url + path, params)
    content = urlencode(params).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bedside.test\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> bool:
        """Send a request and read its whole answer; tell whether it was a 200."""
        self._socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        return head.startswith(b"HTTP/1.1 200")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _receive(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError("the service hung up")
        return part


def send_all(ports: Sequence[int], queues: Sequence[Sequence[bytes]], rate: float | None = None) -> tuple[Sent, float]:
    """Send each queue over a connection of its own, all at once; returns what became of them and the seconds it took.

    With a ``rate`` (requests a second, all callers together) each request has its moment, and its time counts from
    then on, also while it waits for the one before it: a slow answer does not hide the queue behind it.
    """
    results = [Sent() for _ in queues]
    start = time.perf_counter() + 0.2
    apart = len(queues) / rate if rate else 0.0
    callers = [
        threading.Thread(
            target=_call,
            args=(ports[number % len(ports)], queue, results[number], start + apart * number / len(queues), apart),
        )
        for number, queue in enumerate(queues)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    seconds = time.perf_counter() - start
    together = Sent([s for result in results for s in result.seconds], sum(result.failed for result in results))
    return together, seconds


def _call(port: int, queue: Sequence[bytes], result: Sent, start: float, apart: float) -> None:
    line = Line(port)
    for number, request in enumerate(queue):
        due = start + number * apart
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        begun = due if apart else time.perf_counter()
        try:
            taken = line.send(request)
        except OSError:
            taken, line = False, Line(port)
        result.seconds.append(time.perf_counter() - begun)
        result.failed += not taken
    line.close()
