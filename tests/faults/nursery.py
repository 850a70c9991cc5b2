"""Processes of the service that start in a blink, and die where they are told.

Run as ``python -m tests.faults.nursery`` it loads the code once. For each order (a JSON object, one a line) it forks a
process that does what ``flask --app wsgi <arguments>`` does, and that is killed with SIGKILL at the point it was told,
such as ``{"statement": 7}``: just before its seventh SQL statement, whatever thread that is in.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.processes import PROJECT, answers, wait_until

POINTS = ("statement", "commit", "committed")
"""Before the n-th SQL statement, before the n-th commit, and after it was made, before anything else is done."""
_ASK_TO_DIE_WITH_PARENT = 1  # prctl(2), PR_SET_PDEATHSIG


class Child:
    """One process out of the nursery."""

    def __init__(self, pid: int, folder: Path) -> None:
        self.pid, self._folder = pid, folder

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def output(self) -> str:
        """What it has written to standard output."""
        return (self._folder / "output").read_text(errors="replace")

    @property
    def code(self) -> int | None:
        """The exit code; ``None`` while it runs, and for ever if it was killed."""
        end = self._folder / "code"
        return int(end.read_text()) if end.exists() else None

    def log(self) -> str:
        """All that it has written."""
        return self.output + (self._folder / "errors").read_text(errors="replace")

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self, timeout: float = 60.0) -> Self:
        """Wait for its end."""
        wait_until(lambda: not self.alive, f"process {self.pid} ends; it wrote:\n{self.log()[-2000:]}", timeout)
        return self


class Nursery:
    """Forks children on demand; use it as a context manager. Children die with it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._folder = tempfile.TemporaryDirectory()
        self._numbers = count(1)
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=PROJECT,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *exc: object) -> None:
        for child in self._children:
            if child.alive:
                child.kill()
        self._process.communicate("", timeout=30)
        self._folder.cleanup()

    def start(self, *arguments: str, die_at: Mapping[str, int] | None = None, stdin: str = "") -> Child:
        """Start one process; ``die_at`` maps one of ``POINTS`` to the passage at which it is killed."""
        folder = Path(self._folder.name) / str(next(self._numbers))
        folder.mkdir()
        for name, text in (("input", stdin), ("output", ""), ("errors", "")):
            (folder / name).write_text(text)
        order = {"arguments": arguments, "folder": str(folder), "die_at": dict(die_at or {})}
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the nursery is gone"
        self._children.append(Child(int(answer), folder))
        return self._children[-1]

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run one command that must succeed, to its end; the last line of its output."""
        child = self.start(*arguments, stdin=stdin).wait()
        assert child.code == 0, f"{' '.join(arguments)} exited with {child.code}:\n{child.log()[-3000:]}"
        return (child.output.strip().splitlines() or [""])[-1]

    def web(self, port: int, *arguments: str, die_at: Mapping[str, int] | None = None) -> Child:
        """Start a web process and wait until it answers."""
        child = self.start("web", "--port", str(port), *arguments, die_at=die_at)
        wait_until(lambda: answers(port) or not child.alive, "web answers /healthz")
        assert child.alive, f"web ended:\n{child.log()[-3000:]}"
        return child


# --- what runs in the nursery itself ---


def _run() -> None:
    import app.factory  # noqa: F401  loaded once, for all children

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the system buries them
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _live(json.loads(line))
        print(pid, flush=True)


def _live(order: dict[str, Any]) -> None:
    """Be one process of the service, from here to the end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_ASK_TO_DIE_WITH_PARENT, signal.SIGKILL)
    folder = Path(order["folder"])
    for number, name in enumerate(("input", "output", "errors")):
        os.dup2(os.open(folder / name, os.O_RDWR | os.O_APPEND), number)
    for point, passage in order["die_at"].items():
        _die_at(point, passage)
    from flask.cli import main

    sys.argv = ["flask", "--app", "wsgi", *order["arguments"]]
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    (folder / "code.new").write_text(str(code))
    (folder / "code.new").rename(folder / "code")
    os._exit(code)


def _die_at(point: str, passage: int) -> None:
    from sqlalchemy import Engine, Pool, event

    passages, lock = count(1), threading.Lock()

    def pass_by(*_: Any) -> None:
        with lock:
            if next(passages) == passage:
                os.kill(os.getpid(), signal.SIGKILL)

    if point == "statement":
        event.listen(Engine, "before_cursor_execute", pass_by)
    elif point == "commit":
        event.listen(Engine, "commit", pass_by)
    else:
        _after_commit(Engine, Pool, pass_by)


def _after_commit(engine: Any, pool: Any, pass_by: Any) -> None:
    """SQLAlchemy tells of a commit before it is made; made it is by the time its connection goes back to the pool."""
    from sqlalchemy import event

    here = threading.local()

    def committing(_connection: Any) -> None:
        here.committed = True

    def returned(*_: Any) -> None:
        if getattr(here, "committed", False):
            here.committed = False
            pass_by()

    event.listen(engine, "commit", committing)
    event.listen(pool, "checkin", returned)


if __name__ == "__main__":
    _run()
