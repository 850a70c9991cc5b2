"""A provider that takes its time: the real SDK talks to it over HTTP, and it answers each text after 150 ms."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SECONDS_A_TEXT = 0.15


class Provider:
    """Takes texts; ``wait_for`` tells when one to some number was handed over."""

    def __init__(self) -> None:
        self.taken = 0
        self._arrivals: dict[str, list[float]] = {}
        self._changed = threading.Condition()
        self._sids = itertools.count(1)

    def take(self, recipient: str) -> bytes:
        """Note a text; returns the answer."""
        with self._changed:
            self.taken += 1
            self._arrivals.setdefault(recipient, []).append(time.perf_counter())
            self._changed.notify_all()
            sid = f"SM{next(self._sids):032x}"
        return json.dumps({"sid": sid, "status": "queued", "to": recipient}).encode()

    def count(self, recipient: str) -> int:
        """How many texts to a number were handed over."""
        with self._changed:
            return len(self._arrivals.get(recipient, ()))

    def wait_for(self, recipient: str, number: int, seconds: float) -> float:
        """When text ``number`` (from 0 on) to a number was handed over; ``TimeoutError`` if it is not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._arrivals.get(recipient, ())) > number, seconds):
                raise TimeoutError(f"no page within {seconds:.0f} s")
            return self._arrivals[recipient][number]


@contextmanager
def listening() -> Iterator[tuple[Provider, str]]:
    """A provider and its address."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            answer = provider.take(parse_qs(content.decode())["To"][0])
            time.sleep(SECONDS_A_TEXT)
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
