"""A mail server for tests: takes what it is given, or answers as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class MailServer:
    """``answers`` replace the usual ones: by verb (``RCPT``, ``DATA``, ``.`` for the end of a message, ``AUTH``)."""

    host: str = "127.0.0.1"
    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    heard: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """For ``SMTP_URL``."""
        return f"smtp://{self.host}:{self.port}?from=bedside@riverside.example"

    def to(self, address: str) -> list[EmailMessage]:
        """What was taken for an address."""
        return [message for message in self.taken if message["To"] == address]


@contextmanager
def mail_server(**given: Any) -> Iterator[MailServer]:
    """A server on a port of its own."""
    state = MailServer(**given)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mail.test")
            while line := self.rfile.readline():
                verb = line.decode().strip().split(" ")[0].upper()
                state.heard.append(line.decode().strip())
                if state.silent.is_set():
                    continue
                if verb == "EHLO":
                    lines = ["mail.test", *state.extensions]
                    self.say(*(f"250{'-' if n < len(lines) else ' '}{said}" for n, said in enumerate(lines, 1)))
                elif verb == "DATA" and "DATA" not in state.answers:
                    self.say("354 go on")
                    self.take()
                else:
                    self.say(state.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))

        def take(self) -> None:
            lines = list(iter(self.rfile.readline, b".\r\n"))
            answer = state.answers.get(".", "250 taken")
            if answer.startswith("2"):
                state.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self.say(answer)

        def say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((state.host, 0), Handler) as server:
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield state
        server.shutdown()
