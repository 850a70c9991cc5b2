"""The network's port: Twilio's REST API, the control API for tests, and the page of handsets."""

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.phone_network import faults, page, rest
from tests.phone_network.journey import launch
from tests.phone_network.records import Text

if TYPE_CHECKING:
    from tests.phone_network.network import PhoneNetwork

_MESSAGES = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages(?:/([^/]+))?\.json")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    network: "PhoneNetwork"


def serve(network: "PhoneNetwork", address: tuple[str, int]) -> ThreadingHTTPServer:
    """Listen in a thread. The caller shuts the server down."""
    server = _Server(address, _Handler)
    server.network = network
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    connection: socket.socket

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the ledger has it."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._dispatch()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._dispatch()

    def _dispatch(self) -> None:
        self.network = self.server.network
        self.content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        messages = _MESSAGES.fullmatch(parts.path)
        try:
            if messages:
                self._messages(messages[1], messages[2], dict(parse_qsl(parts.query)))
            elif parts.path.startswith("/_control/"):
                self.send(self._control(parts.path.removeprefix("/_control/")))
            else:
                query = {**parse_qs(parts.query), **parse_qs(self.content.decode())}
                self.send(page.answer(self.network, self.command, parts.path, query))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client did not wait for the answer

    # -- Twilio's API -------------------------------------------------------------------------------------------------

    def _messages(self, account_sid: str, sid: str | None, query: dict[str, str]) -> None:
        form = dict(parse_qsl(self.content.decode(), keep_blank_values=True))
        self.network.record.add("request", method=self.command, path=self.path, form=form)
        try:
            rest.check_login(self.network, account_sid, self.headers.get("Authorization", ""))
            if self.command == "POST" and not sid:
                self._create(form)
            elif sid:
                self.send(rest.as_json(200, self._fetch(sid)))
            else:
                self.send(rest.as_json(200, rest.list_page(self.network, query)))
        except rest.Refused as refused:
            self.network.record.add("refused", code=refused.code, to=form.get("To"))
            self.send(rest.refusal(refused.status, refused.code, refused.message))

    def _fetch(self, sid: str) -> dict[str, Any]:
        for text in self.network.newest_first():
            if text.sid == sid:
                return text.as_twilio(self.network.account_sid)
        raise rest.Refused(20404, f"The requested resource {self.path} was not found", 404)

    def _create(self, form: dict[str, str]) -> None:
        fault = self.network.next_fault(form.get("To", ""))
        if fault:
            self.network.record.add("fault", kind=fault.kind, to=form.get("To"))
            faults.KINDS[fault.kind](_Call(self, form), fault.options)
            return
        text = rest.create(self.network, form)
        answer, answered = self._created(text), threading.Event()
        self.network.keep(text)
        launch(self.network, text, answered)
        try:
            self.send(answer)
        finally:
            answered.set()

    def _created(self, text: Text) -> rest.Answer:
        return rest.as_json(201, text.as_twilio(self.network.account_sid))

    # -- control ------------------------------------------------------------------------------------------------------

    def _control(self, operation: str) -> rest.Answer:
        try:
            return rest.as_json(200, self.network.call(operation, **json.loads(self.content or b"{}")))
        except AssertionError as error:
            return rest.as_json(409, {"error": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            return rest.as_json(400, {"error": f"{type(error).__name__}: {error}"})

    def send(self, answer: rest.Answer) -> None:
        """Write a whole answer."""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)


class _Call:
    """A create request that meets a fault; what ``faults`` needs of it."""

    def __init__(self, handler: _Handler, form: dict[str, str]) -> None:
        self._handler, self._form, self._network = handler, form, handler.network

    def accept(self) -> rest.Answer:
        text = rest.create(self._network, self._form)
        answer = self._handler._created(text)
        self._network.keep(text)
        launch(self._network, text)
        return answer

    def send(self, answer: rest.Answer) -> None:
        self._handler.send(answer)

    def drip(self, answer: rest.Answer, seconds: float) -> None:
        head = f"HTTP/1.1 {answer.status} Created\r\nContent-Length: {len(answer.body)}\r\n\r\n".encode()
        for byte in head + answer.body:
            self._handler.wfile.write(bytes([byte]))
            self.wait(seconds)
        self._handler.close_connection = True

    def close(self) -> None:
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        self._network.stopping.wait(seconds)

    def settle(self) -> None:
        self._network.idle()
