"""``web``, ``worker`` and ``demo serve`` as people start them: real processes, ended by a signal."""

import signal
import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.processes import Process, Web, answers, environment, free_port, run, wait_until, worker


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_web_and_worker_run_until_they_are_asked_to_end(sqlite_url: str, number: signal.Signals) -> None:
    environ = environment(sqlite_url, port=free_port())
    with Web(environ) as web, worker(environ) as work:
        for process in (web, work):
            process.signal(number)
        assert (web.wait(20), work.wait(20)) == (0, 0), web.log() + work.log()
        assert "web_stopped" in web.log()
        assert "worker_stopped" in work.log()


def test_web_ends_though_somebody_holds_a_connection(sqlite_url: str) -> None:
    environ = environment(sqlite_url, port=free_port())
    with Web(environ) as web, socket.create_connection(("127.0.0.1", web.port)):
        kept = HTTPConnection("127.0.0.1", web.port)
        kept.request("GET", "/healthz", headers={"Connection": "keep-alive"})
        assert kept.getresponse().read()
        web.signal(signal.SIGTERM)
        assert web.wait(20) == 0
        kept.close()


def test_the_demo_runs_in_one_process(tmp_path: Path) -> None:
    port = free_port()
    environ = environment(f"sqlite:///{tmp_path / 'demo.db'}", port=port)
    assert run(environ, "db", "upgrade").returncode == 0
    assert run(environ, "demo", "load").returncode == 0
    with Process(environ, "demo", "serve") as demo:
        wait_until(lambda: answers(port) or not demo.alive, "the demo answers")
        said = demo.log()
        assert f"http://127.0.0.1:{port}" in said and "/phones" in said and "nora@riverside.example" in said
        demo.signal(signal.SIGINT)
        assert demo.wait(20) == 0
        assert "Stopped." in demo.log()


def test_wrong_settings_are_all_named_and_nothing_starts(tmp_path: Path) -> None:
    wrong = {"BEDSIDE_ENV": "production", "PORT": "many", "SMS_GATEWAY": "pigeon", "DATABASE_URL": "mysql://x"}
    done = run(environment(f"sqlite:///{tmp_path / 'x.db'}") | wrong, "web")
    assert done.returncode == 1
    named = {line.strip().split(":")[0] for line in done.stderr.splitlines()}
    assert {"PORT", "SMS_GATEWAY", "DATABASE_URL", "PUBLIC_URL"} <= named
    assert "Traceback" not in done.stderr
