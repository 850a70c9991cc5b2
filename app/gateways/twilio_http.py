"""The line to Twilio's REST API: one connection a call, and an error that says whether Twilio may have acted.

The SDK's own client waits for ever, logs phone numbers and hides Retry-After; the SDK takes any object that has its
``request``. Here a connection is never reused: a kept one can be closed by the other side just as a text goes out, and
then nobody knows whether the text was taken.
"""

import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
from twilio.http.response import Response

from app.errors import DeliveryFailed
from app.messaging.delivery import HOLDS_SENDER, trouble_of

_LONGEST_ANSWER = 4_000_000
_LONGEST_WAIT = 3600.0

# Not processed, and always safe to repeat (Twilio's page on error 20429).
_TOO_MANY_REQUESTS = 20429
# Twilio's own trouble, whatever HTTP status carries it.
_SERVER_ERRORS = frozenset({20500, 20503})


class TwilioHttp:
    """What the SDK sends with: to ``api_url`` only, whatever host the SDK names; no retry, no redirect, no log.

    ``connect_timeout`` and ``read_timeout`` are in seconds; the second is for the whole answer, so that a server that
    drips single bytes cannot hold a worker. Keeps no state between calls: any number of threads may share it.
    """

    is_async = False

    def __init__(self, api_url: str, *, connect_timeout: float, read_timeout: float) -> None:
        self._base = urlsplit(api_url.rstrip("/"))
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._context = _trusted_authorities() if self._base.scheme == "https" else None

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Make one call, as the SDK asks for it. Raises ``DeliveryFailed`` for everything but a 2xx answer."""
        try:
            target = self._target(url, params)
            body = urlencode(data, doseq=True).encode("ascii") if data else None
        except UnicodeEncodeError as error:  # a lone surrogate: no server will ever take this text
            raise DeliveryFailed("The text holds characters that cannot be sent.", permanent=True) from error
        sent_headers = {**(headers or {}), "Connection": "close"}
        if auth:
            sent_headers["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode("ascii")
        connection = self._connect()
        try:
            return self._exchange(connection, method, target, body, sent_headers)
        finally:
            connection.close()

    def _target(self, url: str, params: Mapping[str, object] | None) -> str:
        asked = urlsplit(url)
        query = "&".join(part for part in (asked.query, urlencode(params or {}, doseq=True)) if part)
        return self._base.path + asked.path + ("?" + query if query else "")

    def _connect(self) -> HTTPConnection:
        """Reach the server. What fails here fails before Twilio saw anything, so trying again is safe."""
        connection = self._line()
        try:
            connection.connect()
        except (OSError, HTTPException, UnicodeError) as error:
            connection.close()
            raise DeliveryFailed(f"Twilio could not be reached ({type(error).__name__}).") from error
        connection.sock.settimeout(self._read_timeout)
        return connection

    def _line(self) -> HTTPConnection:
        host, port, wait = self._base.hostname or "", self._base.port, self._connect_timeout
        if self._base.scheme == "http":
            return HTTPConnection(host, port, timeout=wait)
        proxy = "" if proxy_bypass(host) else getproxies().get("https", "")
        if not proxy:
            return HTTPSConnection(host, port, timeout=wait, context=self._context)
        via = urlsplit(proxy if "://" in proxy else "//" + proxy)
        connection = HTTPSConnection(via.hostname or "", via.port or 80, timeout=wait, context=self._context)
        login = f"{unquote(via.username or '')}:{unquote(via.password or '')}"
        greeting = {"Proxy-Authorization": "Basic " + b64encode(login.encode()).decode()} if via.username else {}
        connection.set_tunnel(host, port or 443, headers=greeting)
        return connection

    def _exchange(
        self, connection: HTTPConnection, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Response:
        """Ask and read the answer. From the first byte on, Twilio may have acted whatever we hear."""
        deadline = Timer(self._read_timeout, _hang_up, (connection.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            connection.request(method, target, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read(_LONGEST_ANSWER + 1)
        except (OSError, HTTPException) as error:
            raise DeliveryFailed(f"Twilio did not answer ({type(error).__name__}).", ambiguous=True) from error
        finally:
            deadline.cancel()
        if len(content) > _LONGEST_ANSWER:
            raise DeliveryFailed("Twilio's answer was too long to be one.", ambiguous=True)
        text = content.decode("utf-8", "replace")
        if not 200 <= answer.status < 300:
            raise refusal(answer.status, answer.headers.get("Retry-After"), text)
        return Response(answer.status, text, dict(answer.headers))


def refusal(status: int, retry_after: str | None, text: str) -> DeliveryFailed:
    """Say what an answer other than 2xx means for the text.

    ``status`` is HTTP's, ``retry_after`` the header in seconds, ``text`` the body. Twilio's own words are left out of
    the message: they repeat the phone number, and messages of errors end in logs.
    """
    code = _error_code(text)
    said = f"Twilio refused with HTTP {status}" + (f", error {code}." if code else ".")
    if status == 429 or code == _TOO_MANY_REQUESTS:
        return DeliveryFailed(said, code=code, retry_after=_seconds(retry_after))
    if 400 <= status < 500 and status != 408 and code not in _SERVER_ERRORS:
        # Without an error code of Twilio's it was something in between that refused: a proxy, a wrong address.
        # Refused because of our account or sender, the same text can go once that is in order.
        permanent = code is not None and trouble_of(code) not in HOLDS_SENDER
        return DeliveryFailed(said, permanent=permanent, code=code, retry_after=_seconds(retry_after))
    return DeliveryFailed(said, ambiguous=True, code=code, retry_after=_seconds(retry_after))


def _error_code(text: str) -> int | None:
    try:
        code = json.loads(text)["code"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    # Twilio's codes have five digits; a smaller one is somebody else's, such as a proxy repeating the HTTP status.
    return code if isinstance(code, int) and code >= 10_000 else None


def _seconds(value: str | None) -> float | None:
    if value is None or not (value.strip().isascii() and value.strip().isdigit()):
        return None
    return min(float(value), _LONGEST_WAIT)


def _trusted_authorities() -> ssl.SSLContext:
    context = ssl.create_default_context()  # the machine's own: a hospital's proxy may have one
    context.load_verify_locations(certifi.where())  # and the public ones, which a small image may lack
    return context


def _hang_up(line: socket.socket) -> None:
    """End a call that takes too long; the thread that waits for it then sees the line closed."""
    try:
        # The plain socket's: the one of a TLS socket would take the object apart under the thread that reads it.
        socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        return  # already over
