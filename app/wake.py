"""How a committed transaction wakes the worker, so that a page does not wait for the next poll.

Missing a signal costs at most one poll: the due rows are in the database.
"""

import threading
from typing import Protocol

import psycopg

_CHANNEL = "bedside_work"


class Wake(Protocol):
    """A bell between whoever commits work and the worker."""

    def ring(self) -> None:
        """Say that there is work."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait until the bell rings, ``seconds`` at most; tell whether it rang."""
        ...

    def close(self) -> None:
        """Let go of what it holds; it may still be rung afterwards."""
        ...


class LocalWake:
    """For web and worker in one process."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Say that there is work."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait until the bell rings, ``seconds`` at most; tell whether it rang."""
        rang = self._event.wait(seconds)
        self._event.clear()
        return rang

    def close(self) -> None:
        """Let go of what it holds: nothing."""


class PostgresWake:
    """LISTEN and NOTIFY, for any number of processes.

    The notice is sent after the commit on a connection of its own: inside the transaction it would make PostgreSQL
    commit one transaction at a time.
    """

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._lock = threading.Lock()
        self._ringer: psycopg.Connection | None = None
        self._listener: psycopg.Connection | None = None
        self._local = threading.Event()

    def ring(self) -> None:
        """Say that there is work; a lost connection is opened again at the next ring."""
        with self._lock:
            try:
                if self._ringer is None or self._ringer.closed:
                    self._ringer = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
                self._ringer.execute(f"NOTIFY {_CHANNEL}")
            except psycopg.Error:
                self._ringer = None

    def wait(self, seconds: float) -> bool:
        """Wait until the bell rings, ``seconds`` at most; tell whether it rang."""
        try:
            if self._listener is None or self._listener.closed:
                self._listener = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
                self._listener.execute(f"LISTEN {_CHANNEL}")
            for _ in self._listener.notifies(timeout=seconds, stop_after=1):
                return True
        except psycopg.Error:
            self._listener = None
            self._local.wait(seconds)
        return False

    def close(self) -> None:
        """Close its connections."""
        with self._lock:
            for connection in (self._ringer, self._listener):
                if connection is not None:
                    connection.close()
            self._ringer = self._listener = None
