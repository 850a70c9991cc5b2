"""How the network calls the service: signed, without redirects, retried as the address asks, on threads of its own."""

import heapq
import itertools
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.phone_network.records import Ledger


@dataclass(frozen=True)
class Overrides:
    """How long and how often a webhook is tried, in seconds; the defaults are Twilio's."""

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0

    @classmethod
    def of(cls, fragment: str) -> "Overrides":
        """Read ``#rc=..&rp=..&ct=..&rt=..&tt=..``: retries, which failures (ct, rt, 4xx, 5xx, all), milliseconds."""
        given = dict(parse_qsl(fragment))
        seconds = {name: int(given[name]) / 1000 for name in ("ct", "rt", "tt") if name in given}
        return cls(
            retries=int(given.get("rc", cls.retries)),
            policy=frozenset(given["rp"].split(",")) if "rp" in given else cls.policy,
            connect=seconds.get("ct", cls.connect),
            read=seconds.get("rt", cls.read),
            total=seconds.get("tt", cls.total),
        )


def sign(token: str, url: str, params: dict[str, str]) -> str:
    """The value of X-Twilio-Signature for a form post, or for a JSON post with ``params`` empty."""
    return str(RequestValidator(token).compute_signature(url, params))


def post(token: str, url: str, params: dict[str, str], ledger: Ledger, *, as_json: bool = False) -> str:
    """Post a signed form, or JSON, and return the HTTP status, or the name of what went wrong.

    It is tried as the fragment of ``url`` says (see ``Overrides``): by default a webhook that answers 500 is lost.
    """
    address, fragment = urldefrag(url)
    tries = Overrides.of(fragment)
    deadline = time.monotonic() + tries.total
    for attempt in range(tries.retries + 1):
        kind, answer = _once(token, address, params, tries, as_json)
        ledger.add("webhook", url=address, params=params, answer=answer, attempt=attempt + 1)
        if not kind or not {kind, "all"} & tries.policy or time.monotonic() >= deadline:
            break
    return answer


def _once(token: str, url: str, params: dict[str, str], tries: Overrides, as_json: bool) -> tuple[str, str]:
    """One try: the policy word for the failure (empty when it went well) and the answer."""
    body, content_type, signed = urlencode(params), "application/x-www-form-urlencoded", params
    if as_json:
        body, content_type, signed = json.dumps(params), "application/json", {}
        url += ("&" if urlsplit(url).query else "?") + "bodySHA256=" + sha256(body.encode()).hexdigest()
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=tries.connect)
    try:
        connection.connect()
    except OSError as error:
        return "ct", type(error).__name__
    connection.sock.settimeout(tries.read)
    headers = {
        "Content-Type": content_type,
        "X-Twilio-Signature": sign(token, url, signed),
        "I-Twilio-Idempotency-Token": params.get("MessageSid", ""),
        "User-Agent": "TwilioProxy/1.1",
        "Connection": "close",
    }
    try:
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        connection.request("POST", target, body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return "rt", type(error).__name__
    finally:
        connection.close()
    return ({4: "4xx", 5: "5xx"}.get(status // 100, ""), str(status))


class Scheduler:
    """Does things after a while, on a few threads; ``wait_idle`` tells when nothing is left to do."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._open = 0
        self._stopping = False
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="phone-network")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do ``action`` in that many seconds."""
        with self._changed:
            self._open += 1
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._number), action))
            self._changed.notify_all()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything is done; false if it is not within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, timeout)

    def stop(self) -> None:
        """Forget what is not done yet."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                self._pool.submit(self._do, heapq.heappop(self._due)[2])

    def _do(self, action: Callable[[], None]) -> None:
        try:
            action()
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()
