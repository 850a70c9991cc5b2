"""The service's own processes, started as in production and stopped in good order, with the CPU that they used."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.config import ROOT

_TICKS = os.sysconf("SC_CLK_TCK")
_WORKER = ("-m", "flask", "--app", "wsgi", "worker")


class Process:
    """One running process; ``port`` is 0 where it listens to nobody."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], port: int = 0) -> None:
        self.port = port
        self._process = subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **environ}, cwd=ROOT, stdout=subprocess.DEVNULL
        )

    def wait_until_it_listens(self) -> None:
        """Return once the port answers; ``RuntimeError`` when it does not within a minute."""
        for _ in range(1200):
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("a process of the service did not start")

    @property
    def pid(self) -> int:
        """The number by which the system knows it."""
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """Memory that it holds now, in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """Processor time used so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def serving(environ: Mapping[str, str], webs: int) -> Iterator[list[Process]]:
    """``webs`` web processes on ports of their own."""
    running = []
    try:
        for _ in range(webs):
            port = free_port()
            running.append(
                Process(["-m", "flask", "--app", "benchmarks.bare", "web", "--port", str(port)], environ, port)
            )
        for process in running:
            process.wait_until_it_listens()
        yield running
    finally:
        for process in running:
            process.stop()


@contextmanager
def working(environ: Mapping[str, str], workers: int) -> Iterator[list[Process]]:
    """``workers`` worker processes."""
    running: list[Process] = []
    try:
        for _ in range(workers):
            running.append(Process(_WORKER, environ))
        yield running
    finally:
        for process in running:
            process.stop()


@contextmanager
def web_and_worker(environ: Mapping[str, str], *, together: bool) -> Iterator[Process]:
    """A web process with a worker, in one process or beside it; gives the one that serves.

    Its own address is ``PUBLIC_URL``, so that the provider's reports reach it.
    """
    port = free_port()
    environ = {**environ, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    if together:
        running = [Process(["-m", "benchmarks.bare", str(port)], environ, port)]
    else:
        running = [
            Process(["-m", "flask", "--app", "wsgi", "web", "--port", str(port)], environ, port),
            Process(_WORKER, environ),
        ]
    try:
        running[0].wait_until_it_listens()
        yield running[0]
    finally:
        for process in running:
            process.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])
