"""How tests talk to the network: the same words whether it runs in this process or in one of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tests.phone_network.records import Text

_PROJECT = Path(__file__).resolve().parents[2]
_OPENER = build_opener(ProxyHandler({}))  # this machine needs no proxy


@dataclass(frozen=True)
class Inbound:
    """A text that a handset sent: its id and what the webhook answered to each copy (``"200"`` or what went wrong)."""

    sid: str
    answers: list[str]


class Line:
    """What a test may ask of the network; ``call`` carries it there."""

    url: str

    def call(self, operation: str, **arguments: Any) -> Any:
        """Do one operation."""
        raise NotImplementedError

    def start(self) -> Self:
        """Begin."""
        return self

    def stop(self) -> None:
        """End."""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def handset(self, number: str) -> "Handset":
        """Somebody's phone."""
        return Handset(self, number)

    def texts(self) -> list[Text]:
        """What all handsets show, oldest first."""
        return [Text(**text) for text in self.call("texts")]

    def unexpected(self) -> list[Text]:
        """Texts on any handset that no ``expect`` asked for."""
        return [Text(**text) for text in self.call("unexpected")]

    def all_texts(self) -> list[Text]:
        """Every text in and out, whether it arrived or not."""
        return [Text(**text) for text in self.call("all")]

    def fault(self, kind: str, times: int = 1, to: str | None = None, **options: Any) -> None:
        """Let the next create requests go wrong; see ``faults.KINDS`` for the kinds and their options."""
        self.call("fault", kind=kind, times=times, to=to, **options)

    def clear_faults(self) -> None:
        """Be healthy again."""
        self.call("clear_faults")

    def refuse(self, number: str, code: int) -> None:
        """Refuse every text to a number with an error code; 0 takes that back."""
        self.call("refuse", number=number, code=code)

    def fail(self, number: str, code: int, status: str = "undelivered") -> None:
        """Accept texts to a number and report later that they failed; code 0 takes that back."""
        self.call("fail", number=number, code=code, status=status)

    def callbacks(self, **plan: Any) -> None:
        """Say how fates are reported: statuses, delay, loss, duplicates, shuffle."""
        self.call("callbacks", **plan)

    def change(self, **values: Any) -> None:
        """Change one of ``network.CHANGEABLE``."""
        self.call("configure", **values)

    def idle(self, timeout: float = 10.0) -> bool:
        """Wait until every accepted text has arrived and been reported; false if some has not."""
        return bool(self.call("wait_idle", timeout=timeout))

    def ledger(self) -> list[dict[str, Any]]:
        """Everything that happened, in order."""
        entries: list[dict[str, Any]] = self.call("ledger")
        return entries


@dataclass(frozen=True)
class Handset:
    """Somebody's phone."""

    line: Line
    number: str

    def text(self, body: str, *, to: str | None = None, copies: int = 1, lost: bool = False, **params: str) -> Inbound:
        """Text the service, by default to the number heard last. Returns when the webhook has answered.

        ``copies`` posts the same text so many times at once; ``lost`` keeps it from the webhook though the network has
        it; ``params`` replace or add form fields.
        """
        return Inbound(
            **self.line.call("text", number=self.number, body=body, to=to, copies=copies, lost=lost, **params)
        )

    def expect(self, containing: str = "", timeout: float = 10.0) -> Text:
        """Wait for a text that was not expected before; ``AssertionError`` lists what is there instead."""
        return Text(**self.line.call("expect", number=self.number, containing=containing, timeout=timeout))

    def texts(self) -> list[Text]:
        """What this handset shows, oldest first."""
        return [Text(**text) for text in self.line.call("texts", number=self.number)]

    def unexpected(self) -> list[Text]:
        """Texts here that no ``expect`` asked for."""
        return [Text(**text) for text in self.line.call("unexpected", number=self.number)]


class RemotePhoneNetwork(Line):
    """A network in another process, reached through ``/_control``."""

    def __init__(self, url: str, process: "subprocess.Popen[str] | None" = None) -> None:
        self.url = url
        self._process = process

    @classmethod
    def spawn(cls, *arguments: str) -> "RemotePhoneNetwork":
        """Start ``python -m tests.phone_network`` with these arguments on a free port; ``stop`` ends it."""
        command = [sys.executable, "-m", "tests.phone_network", "--port", "0", *arguments]
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, cwd=_PROJECT, env=environ, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        first = process.stdout.readline()
        if "http" not in first:
            raise RuntimeError(f"the phone network did not start: {first!r}")
        return cls(first.split()[-1], process)

    def call(self, operation: str, **arguments: Any) -> Any:
        """Ask the other process; what it found wrong is raised here."""
        body = json.dumps(arguments).encode()
        request = Request(f"{self.url}/_control/{operation}", body, {"Content-Type": "application/json"})
        try:
            with _OPENER.open(request, timeout=arguments.get("timeout", 0) + 60) as answer:
                return json.load(answer)
        except HTTPError as error:
            message = json.load(error)["error"]
            raise (AssertionError if error.code == 409 else ValueError)(message) from None

    def stop(self) -> None:
        """End the process, if it is ours."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            if self._process.stdout:
                self._process.stdout.close()
