"""The service as Twilio sees it, in this process: posts signed forms, and shows what became of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app.config import Settings
from app.db import all_sites
from app.factory import parts
from app.jobs.worker import Worker
from app.messaging.gateway import Departure
from tests.conftest import KEYS
from tests.fakes import FixedClock, RecordingGateway
from tests.running_clinic import ANA, RunningClinic, furnish
from tests.wiring import application

PUBLIC_URL = "https://bedside.example"
SMS = "/webhooks/twilio/sms"
TOKEN, OLD_TOKEN = "token-of-today", "token-of-yesterday"


@dataclass
class Door:
    """A client that speaks as Twilio does. Ana is a patient; Nora is on call and Omar is her backup."""

    client: FlaskClient
    clinic: RunningClinic
    gateway: RecordingGateway
    clock: FixedClock
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def invite(self) -> None:
        """Register Ana, ask her, and let it leave."""
        (patient_id,) = self.clinic.add_patients(ANA)
        self.clinic.issue(patient_id)
        self.work()

    def work(self) -> None:
        """Do all that is due now."""
        Worker(self.clinic.service, self.gateway).run_once()

    def form(self, body: str, *, sid: str | None = None, **fields: str) -> dict[str, str]:
        """The form in which a text of Ana's comes."""
        sid = sid or f"SM{next(self.numbers):032x}"
        return {"MessageSid": sid, "From": ANA, "To": "+15550100001", "Body": body, "NumMedia": "0", **fields}

    def sign(self, form: Mapping[str, str], *, url: str = PUBLIC_URL + SMS, token: str = TOKEN) -> str:
        """The signature of a form posted to ``url``."""
        return str(RequestValidator(token).compute_signature(url, dict(form)))

    def post(self, form: Mapping[str, str], *, signature: str | None, path: str = SMS) -> TestResponse:
        """Post a form."""
        headers = {} if signature is None else {"X-Twilio-Signature": signature}
        return self.client.post(path, data=dict(form), headers=headers)

    def text(self, body: str, *, sid: str | None = None, **fields: str) -> TestResponse:
        """Let Ana text, and whatever follows leave."""
        form = self.form(body, sid=sid, **fields)
        answer = self.post(form, signature=self.sign(form))
        self.work()
        return answer

    def report(self, departure: Departure, sid: str, status: str, code: int | None = None) -> TestResponse:
        """Report what became of a text that left."""
        form = {"MessageSid": sid, "MessageStatus": status, "SmsStatus": status}
        if code is not None:
            form["ErrorCode"] = str(code)
        url = str(departure.callback_url)
        return self.post(form, signature=self.sign(form, url=url), path=url.removeprefix(PUBLIC_URL))

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.clinic.service.db.reading(all_sites()) as session:
            return list(session.scalars(select(table)))

    def texts_to(self, phone: str, containing: str = "") -> list[Departure]:
        """What left for a number, oldest first."""
        return [d for d in self.gateway.departures if d.recipient == phone and containing in d.body]


@contextmanager
def open_door(database_url: str, clock: FixedClock) -> Iterator[Door]:
    """Wire the application to a migrated, empty database, and furnish it."""
    environ = KEYS | {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": PUBLIC_URL,
        "SMS_GATEWAY": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
        "TWILIO_AUTH_TOKENS": f"{TOKEN},{OLD_TOKEN}",
        "TWILIO_FROM_NUMBERS": "+15550100001",
    }
    gateway = RecordingGateway()
    with application(Settings.from_environ(environ), clock=clock, gateway=gateway) as app:
        yield Door(app.test_client(), furnish(parts(app).service), gateway, clock)
