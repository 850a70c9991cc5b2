"""E-mail to staff: the second channel, for when a text does not leave or nobody's telephone takes it."""

import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate
from threading import Timer
from urllib.parse import parse_qs, unquote, urlsplit

import certifi

from app.errors import DeliveryFailed
from app.messaging.gateway import Accepted, Departure

_STEP = 10.0
# All of it together must stay below the lease of a message: sixteen are claimed at a time and eight sent at once.
_LONGEST_CALL = 25.0
_HERE = ("localhost", "127.0.0.1", "::1")


class EmailGateway:
    """Hands messages to a mail server; implements ``messaging.gateway.WayOut``. Threads may share it.

    ``url`` is ``smtp://user:password@host:587?from=bedside@example.org`` or ``smtps://…``. With ``smtp`` the line is
    encrypted where the server can; ``starttls=1`` insists on that, ``starttls=0`` does not ask. A password is never
    sent in the clear to another machine.
    """

    paced = False

    def __init__(self, url: str, *, step_timeout: float = _STEP, call_timeout: float = _LONGEST_CALL) -> None:
        parts = urlsplit(url)
        given = parse_qs(parts.query)
        self._encrypted = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "", parts.port or (465 if self._encrypted else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._starttls = given.get("starttls", [""])[0]
        own = self._user if "@" in self._user else f"bedside@{self._host}"
        self._from = given.get("from", [own])[0]
        self._step, self._longest = step_timeout, call_timeout
        self._context = ssl.create_default_context()
        self._context.load_verify_locations(certifi.where())

    def senders(self, pool: str) -> tuple[str, ...]:
        """One: mail servers are not paced by sender."""
        return ("email",)

    def send(self, departure: Departure) -> Accepted:
        """Hand over one message. Raises ``DeliveryFailed``: permanent when the server refuses it for good.

        Everything else is safe to try again: a second copy of an e-mail does less harm than none.
        """
        try:
            self._deliver(self._message(departure))
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            raise _failure(code) from refused
        except smtplib.SMTPResponseException as refused:
            raise _failure(refused.smtp_code) from refused
        except (smtplib.SMTPException, OSError, UnicodeError, ValueError) as error:
            raise DeliveryFailed(f"The mail server did not take it ({type(error).__name__}).") from error
        return Accepted(departure.message_id[:40], "sent")

    def _deliver(self, message: EmailMessage) -> None:
        server = self._connect()
        deadline = Timer(self._longest, lambda: _hang_up(server.sock))
        deadline.daemon = True
        deadline.start()
        try:
            self._prepare(server)
            server.send_message(message)
            with suppress(smtplib.SMTPException, OSError):  # it has the message: how it takes leave is its own affair
                server.quit()
        finally:
            deadline.cancel()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        if self._encrypted:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._step, context=self._context)
        return smtplib.SMTP(self._host, self._port, timeout=self._step)

    def _prepare(self, server: smtplib.SMTP) -> None:
        """Encrypt the line and sign in, as far as the settings ask for it."""
        server.ehlo()
        encrypted = self._encrypted
        if not encrypted and self._starttls != "0" and (self._starttls == "1" or server.has_extn("starttls")):
            server.starttls(context=self._context)
            server.ehlo()
            encrypted = True
        if self._password:
            if not encrypted and self._host not in _HERE:
                raise DeliveryFailed("The mail server wants the password in the clear.")
            server.login(self._user, self._password)

    def _message(self, departure: Departure) -> EmailMessage:
        """The message; its subject is its first sentence: tier and code."""
        message = EmailMessage()
        message["From"], message["To"] = self._from, departure.recipient
        message["Subject"] = " ".join(departure.body.split(". ", 1)[0].split())
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{departure.message_id}@bedside.invalid>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(departure.body)
        return message


def _failure(code: int) -> DeliveryFailed:
    """What an answer of the server's means: 5xx is final, except that it does not let us in."""
    final = 500 <= code < 600 and code not in (530, 534, 535, 538)
    return DeliveryFailed(f"The mail server answered {code}.", permanent=final, code=code)


def _hang_up(line: socket.socket | None) -> None:
    """End a call that takes too long; the thread that waits for it then sees the line closed."""
    try:
        if line is not None:
            socket.socket.shutdown(line, socket.SHUT_RDWR)
    except OSError:
        return  # already over
