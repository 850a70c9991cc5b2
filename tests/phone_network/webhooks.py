"""How the network calls the service: signed, without redirects, retried as the address asks, on threads of its own."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.phone_network.records import Ledger

READ_TIMEOUT = 15.0


def sign(token: str, url: str, params: dict[str, str]) -> str:
    """The value of X-Twilio-Signature for a form post."""
    return str(RequestValidator(token).compute_signature(url, params))


def post(token: str, url: str, params: dict[str, str], ledger: Ledger) -> str:
    """Post a signed form and return the HTTP status, or the name of what went wrong.

    The fragment of ``url`` may hold ``rc`` (retries, default 1) and ``rp`` (ct, rt, 4xx, 5xx, all; default ct), as with
    Twilio's connection overrides; so by default a webhook that answers 500 is lost.
    """
    address, fragment = urldefrag(url)
    overrides = dict(parse_qsl(fragment))
    policy = overrides.get("rp", "ct").split(",")
    for attempt in range(int(overrides.get("rc", "1")) + 1):
        kind, answer = _once(token, address, params)
        ledger.add("webhook", url=address, params=params, answer=answer, attempt=attempt + 1)
        if not kind or not {kind, "all"} & set(policy):
            break
    return answer


def _once(token: str, url: str, params: dict[str, str]) -> tuple[str, str]:
    """One try: the policy word for the failure (empty when it went well) and the answer."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=READ_TIMEOUT)
    try:
        connection.connect()
    except OSError as error:
        return "ct", type(error).__name__
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(token, url, params),
        "I-Twilio-Idempotency-Token": params.get("MessageSid", ""),
        "User-Agent": "TwilioProxy/1.1",
        "Connection": "close",
    }
    try:
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        connection.request("POST", target, urlencode(params), headers)
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
