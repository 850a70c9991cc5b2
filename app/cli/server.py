"""The web server: waitress, which here also ends in good order."""

import threading
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from app.clock import Clock

_LOOK_EVERY = 0.5
_ANSWER_WITHIN = 15.0


class Server:
    """Listens from the moment it is made; slow phones cannot fill it up: each holds a connection, not a thread."""

    def __init__(self, app: Flask, clock: Clock, *, host: str, port: int, threads: int) -> None:
        self._clock = clock
        self._stopping = threading.Event()
        # Everything that waitress watches: what listens, and one channel for each connection.
        self._watched: dict[int, Any] = {}
        self._server: Any = create_server(
            app,
            map=self._watched,
            host=host,
            port=port,
            threads=threads,
            connection_limit=2000,
            channel_timeout=20,
            max_request_body_size=1024 * 1024,
            clear_untrusted_proxy_headers=True,
            ident="bedside",
        )

    @property
    def address(self) -> tuple[str, str]:
        """Host and port; the first of them where the name stands for several (IPv4 and IPv6)."""
        several = getattr(self._server, "effective_listen", None)
        host, port = several[0] if several else (self._server.effective_host, self._server.effective_port)
        return str(host), str(port)

    def run(self) -> None:
        """Serve until ``close`` is called, or a signal raises ``SystemExit``; then answer what is under way (15 s)."""
        with suppress(SystemExit, KeyboardInterrupt):
            while not self._stopping.is_set():
                self._look(_LOOK_EVERY)
        self._look(0)  # take in who is at the door
        self._stop_listening()
        deadline = self._clock.elapsed() + _ANSWER_WITHIN
        while self._close_idle() and self._clock.elapsed() < deadline:
            self._look(0.05)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._watched)

    def close(self) -> None:
        """Ask the server to end; any thread may."""
        # Waitress's own close shuts sockets that its loop is just waiting on: one time in three that loop then failed.
        self._stopping.set()

    def _look(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._watched, count=1)

    def _stop_listening(self) -> None:
        for listener in list(self._watched.values()):
            if getattr(listener, "accepting", False):
                wasyncore.dispatcher.close(listener)

    def _close_idle(self) -> bool:
        """Close the connections on which nothing is asked or still to be said; tell whether any is left."""
        channels = [each for each in self._watched.values() if isinstance(each, HTTPChannel)]
        for channel in channels:
            if not (channel.request or channel.requests or channel.total_outbufs_len):
                channel.will_close = True
        return bool(channels)
