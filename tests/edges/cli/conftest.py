"""Commands, run in this process on a database of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.config import Settings
from app.factory import parts
from tests.conftest import KEYS
from tests.running_clinic import RunningClinic, furnish
from tests.wiring import application

PASSWORD = "four plain words together"


@dataclass
class Cli:
    """A terminal."""

    app: Flask

    def run(self, *arguments: str, stdin: str = "") -> Result:
        """Call a command; what it printed and its exit code."""
        return self.app.test_cli_runner().invoke(args=list(arguments), input=stdin)

    def succeed(self, *arguments: str, stdin: str = "") -> str:
        """Call a command that must succeed; its last line of output."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 0, f"{arguments}: {result.stderr}\n{result.exception!r}"
        return str((result.stdout.strip().splitlines() or [""])[-1])

    def refuse(self, *arguments: str, stdin: str = "") -> list[str]:
        """Call a command that must exit with 1; the lines on standard error."""
        result = self.run(*arguments, stdin=stdin)
        assert result.exit_code == 1, f"{arguments} exited with {result.exit_code}: {result.output}"
        assert isinstance(result.exception, SystemExit), f"{result.exception!r}"
        return [line for line in result.stderr.splitlines() if "level" not in line and "[error" not in line]


def make_cli(url: str, folder: Path, **settings: object) -> Iterator[Cli]:
    environ = {**KEYS, "DATABASE_URL": url, **{name: str(value) for name, value in settings.items()}}
    with application(Settings.from_environ(environ, instance=folder)) as app:
        yield Cli(app)


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Cli]:
    """A terminal before anything was set up."""
    yield from make_cli(f"sqlite:///{tmp_path / 'blank.db'}", tmp_path)


@pytest.fixture
def cli(sqlite_url: str, tmp_path: Path) -> Iterator[Cli]:
    """A terminal on a migrated, empty database."""
    yield from make_cli(sqlite_url, tmp_path)


@pytest.fixture
def clinic(cli: Cli) -> RunningClinic:
    """A clinic with content, Nora and Omar, in ``cli``'s database."""
    return furnish(parts(cli.app).service)
