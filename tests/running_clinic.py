"""A clinic for tests of the running service: made through the flows, in the database that real processes work on."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app.clock import Clock, SystemClock
from app.config import ROOT, Settings
from app.content.loader import ContentBundle, load
from app.content.templates import load_templates
from app.db import Database, all_sites
from app.keyring import Keyring
from app.messaging.rendering import Renderer
from app.tables import Alert, Checkin, CheckinPlan, OutboundMessage
from app.wake import LocalWake
from app.workflows.enrol_patient import PatientDetails, add_patients
from app.workflows.issue_checkins import issue_checkin
from app.workflows.manage_staff import StaffDetails, add_staff
from app.workflows.plan_shifts import ShiftDetails, add_schedule, add_shift
from app.workflows.prepare_site import SiteDetails, prepare_default_site, set_up_site
from app.workflows.publish_content import Publishable, publish_content
from app.workflows.service import Service

ANA, ROSA, NORA, OMAR, STRANGER = "+15550101001", "+15550101002", "+15550102001", "+15550102002", "+15550109999"
SWITCHBOARD = "+15550108002"
AGENT = "test"
PROGRAM = "advanced-cancer"
_SHIPPED_RED = "steps: [{page: on_call}, {after: PT15M, page: backup}, {after: PT15M, page: everyone}], repeat: PT15M"


@dataclass(frozen=True)
class RunningClinic:
    """A site with Nora on call and Omar as her backup."""

    service: Service
    site_id: str
    nora_id: str
    omar_id: str

    def add_patients(self, *phones: str, zone: str = "America/New_York") -> list[str]:
        """Register a patient for each number, enrolled, and welcomed already; their ids."""
        details = [
            PatientDetails(
                given_name="Ana", family_name="Flores", birth_date=date(1955, 3, 21), phone=phone, time_zone=zone,
                language="en", program=PROGRAM,
            )
            for phone in phones
        ]  # fmt: skip
        ids = add_patients(self.service, site_id=self.site_id, rows=details, agent=AGENT)
        self.change(OutboundMessage, OutboundMessage.kind == "welcome", state="cancelled")
        return ids

    def issue(self, patient_id: str, name: str = "daily") -> str:
        """Ask a patient now; the check-in's id."""
        return issue_checkin(self.service, site_id=self.site_id, patient_id=patient_id, name=name, agent=AGENT)[0]

    def make_plans_due(self, name: str = "daily") -> None:
        """Let the next slot of everybody's plan be a minute ago."""
        now = self.service.clock.now()
        self.change(CheckinPlan, CheckinPlan.name == name, next_slot_at=now - timedelta(minutes=1))

    def make_alerts_due(self) -> None:
        """Let the first page of every open alert be long ago, so that the next step is due."""
        now = self.service.clock.now()
        waiting = (Alert.status == "triggered", Alert.step == 1)
        self.change(Alert, *waiting, last_step_at=now - timedelta(days=1), next_action_at=now)

    def let_leases_lapse(self) -> int:
        """Let the time pass after which texts that a dead worker held, or that are in doubt, are looked up."""
        now, state = self.service.clock.now(), OutboundMessage.state
        self.change(OutboundMessage, state == "unknown", next_attempt_at=now)
        self.change(OutboundMessage, state == "pending", OutboundMessage.attempt > 0, next_attempt_at=now)
        return self.change(OutboundMessage, state == "leased", lease_expires_at=now)

    def change(self, table: type[Any], *where: Any, **values: Any) -> int:
        """Change rows behind the service's back; how many."""
        with self.service.db.transaction(all_sites()) as session:
            result: Any = session.execute(update(table).where(*where).values(**values))
            return int(result.rowcount)

    def rows(self, table: type[Any], *where: Any) -> list[Any]:
        """Rows of a table, for looking at."""
        with self.service.db.reading(all_sites()) as session:
            return list(session.scalars(select(table).where(*where)))

    def alerts(self, patient_id: str) -> list[Any]:
        """A patient's alerts."""
        return self.rows(Alert, Alert.patient_id == patient_id)

    def asked(self, patient_id: str) -> list[str]:
        """What a patient's open check-in asked last."""
        (checkin,) = self.rows(Checkin, Checkin.patient_id == patient_id, Checkin.status.in_(("issued", "started")))
        return list(checkin.asked)

    def close(self) -> None:
        """Leave the database."""
        self.service.db.close()


def open_clinic(environ: Mapping[str, str], clock: Clock | None = None) -> RunningClinic:
    """Set up a clinic in the migrated, empty database that ``environ`` names."""
    settings = Settings.from_environ(environ)
    database = Database(settings.database_url, Keyring(settings.field_keys, settings.index_keys))
    renderer = Renderer(load_templates(settings.content_root))
    return furnish(Service(settings, database, clock or SystemClock(), renderer, LocalWake()))


def furnish(service: Service) -> RunningClinic:
    """Publish the content and put Nora and Omar on call."""
    details = SiteDetails(public_name="Riverside Clinic", after_hours_phone="+15550108001", fallback_phone=SWITCHBOARD)
    site_id = set_up_site(service, details, site_id=prepare_default_site(service))
    _publish(service)
    nora, omar = (
        add_staff(
            service,
            site_id=site_id,
            agent=AGENT,
            details=StaffDetails(name=name, email=f"{name}@clinic.example", role="nurse", phone=phone),
        )
        for name, phone in (("Nora", NORA), ("Omar", OMAR))
    )
    rota = add_schedule(service, site_id=site_id, name="Triage", time_zone="America/New_York", agent=AGENT)
    starts = service.clock.now() - timedelta(hours=1)
    for person, role in ((nora, "on_call"), (omar, "backup")):
        shift = ShiftDetails(staff=person, role=role, starts_at=starts, ends_at=starts + timedelta(days=30))
        add_shift(service, site_id=site_id, schedule_id=rota, details=shift, agent=AGENT)
    return RunningClinic(service, site_id, nora, omar)


def _publish(service: Service) -> None:
    content = _content(service.settings.content_root)
    publish_content(
        service,
        instruments=[Publishable(n, dict(i.data), i.fingerprint) for n, i in content.instruments.items()],
        programs=[Publishable(n, dict(p.data), p.fingerprint) for n, p in content.programs.items()],
        agent=AGENT,
    )


@cache
def _content(root: Path) -> ContentBundle:
    """What is shipped, read once: it takes most of a second."""
    return load(root)


def content_with(folder: Path, *, backup_after: str) -> Path:
    """A copy of the shipped content in which a red alert goes to the backup after that time, and then rests."""
    for name in ("instruments", "programs", "sms_templates"):
        shutil.copytree(ROOT / name, folder / name)
    program = folder / "programs" / f"{PROGRAM}.yaml"
    text = program.read_text(encoding="utf-8")
    assert _SHIPPED_RED in text
    quick = f"steps: [{{page: on_call}}, {{after: {backup_after}, page: backup}}], repeat: PT1H"
    program.write_text(text.replace(_SHIPPED_RED, quick), encoding="utf-8")
    return folder


def zone_by_day() -> str:
    """A zone in which it is between nine and six now: invitations do not wait for the morning there."""
    zones = ("America/New_York", "Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "Pacific/Honolulu")
    now = SystemClock().now()
    return next(zone for zone in zones if 9 <= now.astimezone(ZoneInfo(zone)).hour < 18)


def phones(count: int, first: int = 0) -> list[str]:
    """So many different patients' numbers."""
    return [f"+1555020{number:04d}" for number in range(first, first + count)]
