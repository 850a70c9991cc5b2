"""``web`` and ``worker``: the two kinds of process that production runs."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import click
from flask import Flask, current_app

from app.cli.common import console, handled, service, worker
from app.cli.server import Server
from app.logs import get_logger

log = get_logger()


@click.command("web")
@click.option("--host", help="Address to listen on; HOST without it.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; PORT without it.")
@click.option("--threads", type=click.IntRange(1, 64), default=16, show_default=True)
@handled
def web(host: str | None, port: int | None, threads: int) -> None:
    """Serve pages, webhooks and the API until SIGTERM. Any number of these may run on PostgreSQL; one on SQLite.

    Example: flask --app wsgi web --host 0.0.0.0 --port 8000
    """
    settings = service().settings
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    server = make_server(app, host or settings.host, settings.port if port is None else port, threads)
    stop_on_signals(server.close)
    log.info("web_started", host=server.address[0], port=server.address[1])
    server.run()
    log.info("web_stopped")


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all the work that is due now, then exit.")
@handled
def worker_(once: bool) -> None:
    """Issue check-ins, escalate alerts and send texts until SIGTERM. Any number of these may run on PostgreSQL.

    Example: flask --app wsgi worker
    """
    runner = worker()
    if once:
        console.print(f"{runner.run_once()} things done.")
        return
    stop_on_signals(runner.stop)
    runner.run()


def make_server(app: Flask, host: str, port: int, threads: int) -> Server:
    """A web server that listens already; ``run`` it."""
    return Server(app, service().clock, host=host, port=port, threads=threads)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call ``stop`` in a thread of its own when the process is asked to end: a signal must not wait for a lock."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=stop, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
