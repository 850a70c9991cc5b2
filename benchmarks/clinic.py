"""A clinic to measure on: its site, content, nurse on call, and as many patients as are wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select, text, update

from app.checkins.models import CheckinPlan, Enrolment
from app.checkins.store import programs as program_store
from app.clock import SystemClock
from app.config import ROOT, Settings
from app.content.loader import load
from app.db import all_sites, site_scope
from app.factory import make_service
from app.messaging.models import InboundMessage, OutboundMessage
from app.patients import store as patients
from app.patients.models import Consent, ContactPoint, Patient
from app.questionnaires import store as questionnaires
from app.staff import store as staff
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.prepare_site import prepare_default_site
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.service import Service
from app.zones import wall_clock

ACCOUNT = "AC" + "0" * 32
TOKEN = "token-that-signs-in-benchmarks"
PUBLIC_URL = "http://bedside.test"
OURS, PAGES_FROM, NURSE = "+15550100001", "+15550100002", "+15550100110"
_AGENT, _CHUNK = "benchmark", 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A patient with a number, who is or will be asked."""

    id: str
    phone: str


class Clinic:
    """One clinic in a migrated, empty database."""

    def __init__(self, database_url: str, provider_url: str = "http://127.0.0.1:9") -> None:
        self.environ = {
            "DATABASE_URL": database_url, "PUBLIC_URL": PUBLIC_URL, "LOG_LEVEL": "ERROR",
            "SECRET_KEYS": "s" * 32, "FIELD_KEYS": "f" * 32, "INDEX_KEYS": "i" * 32,
            "SMS_GATEWAY": "twilio", "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKENS": TOKEN,
            "TWILIO_API_URL": provider_url, "TWILIO_FROM_NUMBERS": OURS, "TWILIO_ALERT_FROM_NUMBERS": PAGES_FROM,
            "SENDER_MPS": "100000",
        }  # fmt: skip
        self.service: Service = make_service(Settings.from_environ(self.environ), SystemClock())
        self.site_id = prepare_default_site(self.service)
        self._patients = 0
        self._publish()
        self._put_nora_on_call()

    @cached_property
    def time_zone(self) -> str:
        """A zone where it is about noon now, so that no invitation waits for the morning."""
        ahead = 12 - datetime.now(UTC).hour
        return f"Etc/GMT{-ahead:+d}"

    def add_patients(self, count: int) -> list[Asked]:
        """Patients who follow the shipped program and agreed to be texted; nothing of them is due yet."""
        added: list[Asked] = []
        while len(added) < count:
            added += self._add(min(_CHUNK, count - len(added)))
        with self.service.db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))  # autovacuum would, within a minute
            connection.commit()
        return added

    def make_due(self, people: Sequence[Asked]) -> None:
        """Let the daily check-in of some patients be due since a minute."""
        now = self.service.clock.now()
        local = wall_clock(now, self.time_zone)
        values = {
            "next_slot_at": now - timedelta(minutes=1), "next_local_date": local.date(),
            "next_local_time": local.time().isoformat("seconds"),
        }  # fmt: skip
        for part in _parts([person.id for person in people]):
            with self.service.db.transaction(all_sites()) as session:
                for plan in session.scalars(select(CheckinPlan).where(CheckinPlan.patient_id.in_(part))):
                    for name, value in values.items():
                        setattr(plan, name, value)

    def count_inbound(self, result: str | None = None) -> int:
        """How many texts were taken in, with a result or all."""
        wanted = select(func.count()).select_from(InboundMessage)
        return self._count(wanted if result is None else wanted.where(InboundMessage.result == result))

    def count_outbound(self, kind: str, state: str | None = None) -> int:
        """How many texts of a kind are in the outbox, in one state or all."""
        wanted = select(func.count()).select_from(OutboundMessage).where(OutboundMessage.kind == kind)
        return self._count(wanted if state is None else wanted.where(OutboundMessage.state == state))

    def empty_outbox(self) -> None:
        """Call off what waits, so that the next measurement starts with an empty queue."""
        with self.service.db.transaction(all_sites()) as session:
            session.execute(update(OutboundMessage).where(OutboundMessage.state == "pending").values(state="cancelled"))

    def close(self) -> None:
        """Close the database."""
        self.service.db.close()

    def _count(self, wanted: object) -> int:
        with self.service.db.reading(all_sites()) as session:
            return int(session.scalar(wanted) or 0)  # type: ignore[call-overload]

    def _publish(self) -> None:
        bundle = load(ROOT)
        publish_content(
            self.service, agent=_AGENT,
            instruments=[Publishable(n, dict(i.data), i.fingerprint) for n, i in bundle.instruments.items()],
            programs=[Publishable(n, dict(i.data), i.fingerprint) for n, i in bundle.programs.items()],
        )  # fmt: skip

    def _put_nora_on_call(self) -> None:
        details = StaffDetails(name="Nora Lindqvist", email="nora@bedside.test", role="nurse", phone=NURSE)
        nora = add_staff(self.service, site_id=self.site_id, details=details, agent=_AGENT)
        rota = add_schedule(
            self.service, site_id=self.site_id, name="Triage", time_zone="America/New_York", agent=_AGENT
        )
        now = self.service.clock.now()
        shift = ShiftDetails(
            staff=nora, role="on_call", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2)
        )
        add_shift(self.service, site_id=self.site_id, schedule_id=rota, details=shift, agent=_AGENT)

    def _add(self, count: int) -> list[Asked]:
        now, people = self.service.clock.now(), []
        with self.service.db.transaction(site_scope(self.site_id)) as session:
            program = program_store.find_site_program(session, name="advanced-cancer")
            questionnaire = questionnaires.find_questionnaire(session, name="core-daily")
            assert program is not None and questionnaire is not None
            staff.get_site(session, site_id=self.site_id)
            rows: list[Patient] = []
            for _ in range(count):
                self._patients += 1
                rows.append(_patient(self._patients, self.time_zone, now))
                people.append(Asked(rows[-1].id, f"+1555{2_000_000 + self._patients}"))
            session.add_all(rows)
            session.flush()
            index = self.service.db.keyring.index
            for person in people:
                session.add_all(_reach(person, index(patients.PHONE, person.phone), now))
            enrolments = [_enrolment(person.id, program.id, now) for person in people]
            session.add_all(enrolments)
            session.flush()
            session.add_all(_plan(e, questionnaire.id, self.time_zone) for e in enrolments)
        return people


def _patient(number: int, time_zone: str, now: datetime) -> Patient:
    row = Patient(
        birth_date="1955-03-21", mrn=None, mrn_index=None, time_zone=time_zone, language="en",
        preferred_channel="sms", status="active", setting="home", created_at=now,
    )  # fmt: skip
    row.given_name, row.family_name = "Ana", f"Flores {number}"
    return row


def _reach(person: Asked, phone_index: str, now: datetime) -> tuple[ContactPoint, Consent]:
    contact = ContactPoint(
        patient_id=person.id, related_person_id=None, system="phone", value=person.phone, value_index=phone_index,
        status="active", created_at=now,
    )  # fmt: skip
    consent = Consent(
        patient_id=person.id, related_person_id=None, method="written", text_version="1", given_at=now,
        recorded_by=_AGENT, withdrawn_at=None, withdrawn_by=None,
    )  # fmt: skip
    return contact, consent


def _enrolment(patient_id: str, program_id: str, now: datetime) -> Enrolment:
    return Enrolment(
        patient_id=patient_id, program_id=program_id, program="advanced-cancer", status="active", enrolled_at=now,
        ended_at=None,
    )  # fmt: skip


def _plan(enrolment: Enrolment, questionnaire_id: str, time_zone: str) -> CheckinPlan:
    return CheckinPlan(
        enrolment_id=enrolment.id, patient_id=enrolment.patient_id, related_person_id=None, name="daily",
        questionnaire_id=questionnaire_id, program_id=enrolment.program_id, time_zone=time_zone, next_slot_at=None,
        next_local_date=None, next_local_time=None,
    )  # fmt: skip


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
