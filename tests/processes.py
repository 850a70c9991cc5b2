"""The service as real processes: start them with an environment of their own, wait for them, end them."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self, TypeVar

from tests.conftest import KEYS
from tests.phone_network import PhoneNetwork

T = TypeVar("T")

PROJECT = Path(__file__).resolve().parents[1]
PATIENTS_SENDER, STAFF_SENDER = "+15550100001", "+15550100002"
_ASK_TO_DIE_WITH_PARENT = 1  # prctl(2), PR_SET_PDEATHSIG
_PATIENCE = 60.0  # the machine may be busy with other tests


def environment(
    database_url: str, *, network: PhoneNetwork | None = None, port: int = 0, **settings: object
) -> dict[str, str]:
    """What a process of the service is started with; nothing of the tester's own settings comes along.

    With a ``network`` texts go to it by way of the real SDK. ``settings`` are more variables, by name.
    """
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "PYTHONPATH")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= KEYS | {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port or 8000}",
        "PORT": str(port or 8000),
        "LOG_FORMAT": "json",
        "WORKER_POLL_SECONDS": "0.1",
        "PYTHONUNBUFFERED": "1",
        # Dozens of processes start here; none should have to compile the code again.
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"bedside-pycache-{os.getuid()}"),
    }
    if network is not None:
        environ |= {
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": network.account_sid,
            "TWILIO_AUTH_TOKENS": network.auth_token,
            "TWILIO_API_URL": network.url,
            "TWILIO_FROM_NUMBERS": PATIENTS_SENDER,
            "TWILIO_ALERT_FROM_NUMBERS": STAFF_SENDER,
            "SENDER_MPS": "100000",
        }
    return environ | {name: str(value) for name, value in settings.items()}


def flask_command(*arguments: str) -> list[str]:
    """How a command of the service is called."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def run(environ: Mapping[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        flask_command(*arguments),
        cwd=PROJECT,
        env=dict(environ),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )


def succeed(environ: Mapping[str, str], *arguments: str, stdin: str = "") -> str:
    """Run one command that must succeed; its last line of output."""
    done = run(environ, *arguments, stdin=stdin)
    assert done.returncode == 0, f"{' '.join(arguments)} exited with {done.returncode}:\n{done.stderr[-3000:]}"
    return (done.stdout.strip().splitlines() or [""])[-1]


def wait_until(condition: Callable[[], T], what: str, timeout: float = _PATIENCE) -> T:
    """Wait until ``condition`` gives something true, and return that. Fails naming ``what`` did not come about."""
    pause, deadline = threading.Event(), time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {timeout:.0f} s: {what}"
        pause.wait(0.02)


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process of the service, such as ``Process(environ, "worker")``; use it as a context manager."""

    def __init__(self, environ: Mapping[str, str], *arguments: str) -> None:
        self.environ, self.arguments = dict(environ), arguments
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed in stop
        self._process = subprocess.Popen(
            flask_command(*arguments),
            cwd=PROJECT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            preexec_fn=_die_with_parent,
        )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def log(self) -> str:
        """All that it has written."""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def wait_for_log(self, text: str) -> Self:
        """Wait until it has written ``text``."""
        wait_until(lambda: text in self.log() or not self.alive, f"{text} in the log of {self.arguments}")
        assert text in self.log(), f"{self.arguments} ended:\n{self.log()[-3000:]}"
        return self

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait(self, timeout: float = _PATIENCE) -> int:
        """Wait for its end; the exit code."""
        return self._process.wait(timeout)

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL)."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it, if it still runs, and forget its log."""
        if self.alive:
            self.signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.wait(30)
        self.kill()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


class Web(Process):
    """A web process that answers by the time it is made."""

    def __init__(self, environ: Mapping[str, str], *arguments: str) -> None:
        super().__init__(environ, "web", *arguments)
        self.port = int(environ["PORT"])
        wait_until(lambda: answers(self.port) or not self.alive, "web answers /healthz")
        assert self.alive, f"web ended:\n{self.log()[-3000:]}"


def worker(environ: Mapping[str, str]) -> Process:
    """A worker that has begun its rounds."""
    return Process(environ, "worker").wait_for_log("worker_started")


def answers(port: int) -> bool:
    """Whether a web process on this port is well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _die_with_parent() -> None:
    """Ask Linux to end the process if the test run is killed; elsewhere ``stop`` alone has to do it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_ASK_TO_DIE_WITH_PARENT, signal.SIGKILL)
