"""What the fault tests play on: a clinic, a telephone network, and processes that may die at any moment."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.factory import make_gateway
from app.jobs.worker import Worker
from tests.faults.nursery import Child, Nursery
from tests.phone_network import PhoneNetwork
from tests.phone_network.faults import Fault
from tests.phone_network.records import Text
from tests.processes import PATIENTS_SENDER, environment, free_port
from tests.running_clinic import RunningClinic, content_with, open_clinic

SMS = "/webhooks/twilio/sms"


class DeadlyNetwork(PhoneNetwork):
    """A network during whose calls the caller may die: as its text is asked for, or when it is taken, unanswered."""

    _aim: tuple[str, int, Child] | None = None

    def aim(self, moment: str, passage: int, victim: Child) -> None:
        """Kill ``victim`` at the n-th text that is ``asked`` for, or ``taken``."""
        self._aim = (moment, passage, victim)

    def next_fault(self, to: str) -> Fault | None:
        """A text is asked for."""
        self._pass("asked")
        return super().next_fault(to)

    def keep(self, text: Text) -> None:
        """A text is taken; its sender has no answer yet."""
        super().keep(text)
        self._pass("taken")

    def _pass(self, moment: str) -> None:
        with self.changed:
            if self._aim is None or self._aim[0] != moment:
                return
            name, left, victim = self._aim
            self._aim = (name, left - 1, victim)
            if left == 1:
                with suppress(ProcessLookupError):
                    os.kill(victim.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Stage:
    """All that a fault test needs. ``port`` is the one that the network, and the address in callbacks, know."""

    url: str
    clinic: RunningClinic
    network: DeadlyNetwork
    nursery: Nursery
    port: int

    def text_in(self, sid: str, sender: str, body: str) -> dict[str, str]:
        """The form in which a text comes in."""
        return {"MessageSid": sid, "From": sender, "To": PATIENTS_SENDER, "Body": body, "NumMedia": "0"}

    def post(self, form: Mapping[str, str], *, port: int | None = None, path: str = SMS) -> str:
        """Post a form as the network would, signed for the public address; the answer's status, or what went wrong."""
        signature = self.network.sign(f"http://127.0.0.1:{self.port}{path}", dict(form))
        return self.post_raw(form, {"X-Twilio-Signature": signature}, port=port, path=path)

    def post_raw(
        self, form: Mapping[str, str], headers: Mapping[str, str], *, port: int | None = None, path: str = SMS
    ) -> str:
        """Post a form with just these headers."""
        connection = HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        try:
            all_headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            connection.request("POST", path, urlencode(form), all_headers)
            return str(connection.getresponse().status)
        except (OSError, HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def drain(self) -> None:
        """Do, in this process, all the work that dead ones left behind."""
        self.clinic.let_leases_lapse()
        gateway = make_gateway(self.clinic.service.settings)
        Worker(self.clinic.service, gateway).run_once()
        assert self.network.idle(60)


@contextmanager
def set_stage(database_url: str, folder: Path, **settings: Any) -> Iterator[Stage]:
    """Make all of it, in a migrated, empty database; a red alert goes to the backup after an hour."""
    port = free_port()
    content = content_with(folder / "content", backup_after="PT1H")
    with DeadlyNetwork(webhook_url=f"http://127.0.0.1:{port}{SMS}") as network:
        environ = environment(database_url, network=network, port=port, CONTENT_ROOT=content, **settings)
        clinic = open_clinic(environ)
        try:
            with Nursery(environ) as nursery:
                yield Stage(database_url, clinic, network, nursery, port)
        finally:
            clinic.close()
