"""What commands share: the service, the site, and saying what is wrong."""

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Column, Table

from app.db import DATABASE_ERRORS
from app.errors import BedsideError, Rejected
from app.jobs.worker import Worker
from app.logs import get_logger
from app.messaging.gateway import Gateway
from app.workflows.prepare_site import find_site_id
from app.workflows.service import Service

P = ParamSpec("P")
R = TypeVar("R")

AGENT = "cli"
_DATABASE_HINT = "Is DATABASE_URL right, and was this run: flask --app wsgi db upgrade?"
_WIDEST = 10_000
log = get_logger()
console = Console(highlight=False, soft_wrap=True)


class Problems(click.ClickException):
    """Says each problem on a line of its own on standard error, and exits with 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))

    def show(self, file: Any = None) -> None:
        """Print them."""
        click.echo(self.message, err=True, file=file)


def service() -> Service:
    """The service of this application."""
    found: Service = current_app.extensions["bedside"].service
    return found


def gateway() -> Gateway:
    """The way out of this application."""
    found: Gateway = current_app.extensions["bedside"].gateway
    return found


def worker() -> Worker:
    """A worker over this application's parts."""
    found = current_app.extensions["bedside"]
    return Worker(found.service, found.gateway, found.heartbeat, found.email)


def site_option(command: Callable[P, R]) -> Callable[P, R]:
    """``--site CODE``, needed only where there are several."""
    return click.option("--site", metavar="CODE", help="The site; needed only where there are several.")(command)


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """``--json``, for programs that read the listing."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def site_id(code: str | None) -> str:
    """The id of the site that a command is about."""
    return find_site_id(service(), code)


def handled(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what went wrong into lines on standard error and exit code 1; runs inside the application."""

    @wraps(command)
    def safe(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Rejected as error:
            lines = [f"{name}: {text}" if name else text for name, texts in error.problems.items() for text in texts]
            raise Problems(lines) from None
        except BedsideError as error:
            raise Problems([str(error)]) from None
        except DATABASE_ERRORS as error:
            log.error("database_failed", exc_info=True)
            kind = type(getattr(error, "orig", None) or error).__name__
            raise Problems([f"The database cannot be used ({kind}). {_DATABASE_HINT}"]) from None

    return with_appcontext(safe)


def show(columns: Sequence[str], rows: Sequence[Sequence[object]], *, as_json: bool = False) -> None:
    """Print a listing as a table, or as JSON. On a terminal what is long folds; elsewhere a row is one line."""
    if as_json:
        keys = [c.lower().replace(" ", "_") for c in columns]
        click.echo(json.dumps([dict(zip(keys, map(_plain, row), strict=True)) for row in rows], indent=2))
        return
    table = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    out = console if console.is_terminal else Console(width=_WIDEST)
    out.print(table if rows else "None yet.", soft_wrap=False)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def progress_wanted() -> bool:
    """Whether a progress bar would be seen by anybody."""
    return sys.stderr.isatty()
