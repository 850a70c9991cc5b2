"""A clinic to play with: the flows over a real database, a clock that a test moves, and a way out that remembers."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.alerts.models import Alert, AlertEvent
from app.checkins.models import Checkin, PublishedProgram
from app.db import Database, all_sites
from app.escalation.models import Page
from app.messaging.models import InboundMessage, OutboundMessage
from app.questionnaires.models import Answer, QuestionnaireResponse
from app.staff.models import Practitioner, Site
from app.workflows import definitions
from app.workflows.close_windows import close_windows
from app.workflows.deliver_outbox import deliver_outbox, settle_unknown
from app.workflows.escalate_alerts import escalate_alerts, sweep_alerts
from app.workflows.issue_checkins import issue_checkin, issue_due_checkins
from app.workflows.reassess import reassess
from app.workflows.receive_sms import InboundSms, receive_sms
from app.workflows.service import Service
from app.workflows.shared_number import expire_questions
from app.zones import instant, wall_clock
from tests.factories import AGENT, ANA, NEW_YORK, create_shift
from tests.fakes import FixedClock, RecordingGateway

OUR_NUMBER = "+15550100001"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CALM = {"fever": "2", "function": "1", "urgency": "3"}
_sids = count(1)

T = TypeVar("T")


@dataclass(frozen=True)
class AlertSeen:
    """One alert as it stood when a test looked."""

    id: str
    code: str
    kind: str
    tier: str
    subject: str
    status: str
    reason: str
    patient_id: str | None
    site_id: str
    acknowledged_by: str | None
    next_action_at: datetime | None
    contacted_at: datetime | None
    exhausted: bool
    outcome: str | None
    events: tuple[tuple[str, str], ...]

    def happened(self, type: str) -> list[str]:
        """What its history says of one type of event."""
        return [detail for kind, detail in self.events if kind == type]


class Clinic:
    """Riverside Clinic in New York, with the shipped content, Nora, Omar and Tess; run by its own worker."""

    def __init__(self, service: Service, gateway: RecordingGateway, clock: FixedClock, senders: ThreadPoolExecutor):
        self.service, self.gateway, self.clock, self.db = service, gateway, clock, service.db
        self._senders = senders
        with self.reading() as session:
            self.site_id = session.scalars(select(Site)).one().id
            staff = {person.name.split()[0]: person.id for person in session.scalars(select(Practitioner))}
        self.nora, self.omar, self.tess = staff["Nora"], staff["Omar"], staff["Tess"]

    # --- acting ---

    def staffed(self) -> "Clinic":
        """With Nora on call and Omar as her backup, for a year."""
        create_shift(self.service, site_id=self.site_id, staff=self.nora)
        create_shift(self.service, site_id=self.site_id, staff=self.omar, role="backup")
        return self

    def tick(self) -> None:
        """Do all the work that is due now, as the worker does; whatever a stage raises reaches the test."""
        for _ in range(100):
            done = escalate_alerts(self.service) + self.deliver() + issue_due_checkins(self.service)
            done += close_windows(self.service) + settle_unknown(self.service, self.gateway)
            done += reassess(self.service) + expire_questions(self.service)
            if not done + sweep_alerts(self.service):
                return
        raise AssertionError("the worker never comes to rest")

    def hurry(self) -> None:
        """Do what the worker does as soon as somebody rings: page, and send."""
        while escalate_alerts(self.service) + self.deliver():
            pass

    def deliver(self) -> int:
        """Send one batch."""
        return deliver_outbox(self.service, self.gateway, self._senders)

    def receive(self, sender: str, body: str, *, sid: str | None = None, **sms: Any) -> str:
        """Take in a text, without letting the worker answer it yet; returns what was done with it."""
        said = {"message_sid": sid or f"SM{next(_sids):032x}", "recipient": OUR_NUMBER, **sms}
        return receive_sms(self.service, InboundSms(sender=sender, body=body, **said))

    def text(self, sender: str, body: str, **sms: Any) -> str:
        """Take in a text and let the worker answer it at once."""
        result = self.receive(sender, body, **sms)
        self.hurry()
        return result

    def ask(self, patient_id: str, name: str = "daily") -> list[str]:
        """Issue a check-in by hand and let it leave."""
        ids = issue_checkin(self.service, site_id=self.site_id, patient_id=patient_id, name=name, agent=AGENT)
        self.hurry()
        return ids

    def later(self, by: timedelta = timedelta(), /, **parts: float) -> None:
        """Let time pass and the worker run."""
        self.clock.advance(by, **parts)
        self.tick()

    def at(self, moment: str, zone: str = NEW_YORK) -> None:
        """Go on to the next time that a wall clock shows ``"tue 06:00"`` or ``"06:00"``, and let the worker run."""
        *day, time = moment.lower().split()
        local = wall_clock(self.clock.now(), zone)
        hour, minute = map(int, time.split(":"))
        wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        while wanted < local or (day and _WEEKDAYS[wanted.weekday()] != day[0][:3]):
            wanted += timedelta(days=1)
        self.clock.set(instant(wanted, zone))
        self.tick()

    def damage(self, model: type[Any], having: Mapping[str, Any] | None = None, **values: Any) -> None:
        """Overwrite columns as no flow can, to see what happens then."""
        with self.db.transaction(all_sites()) as session:
            for row in session.scalars(select(model).filter_by(**(having or {}))):
                for name, value in values.items():
                    setattr(row, name, value)
        definitions._PROGRAMS.clear()

    def break_program(self, name: str) -> None:
        """Whatever needs this program fails from now on."""
        self.damage(PublishedProgram, {"name": name}, definition={})

    def finish(self, patient_id: str, number: str = ANA) -> None:
        """Answer whatever is still asked of a patient with the calmest numbers."""
        for _ in range(20):
            if not self.checkins(patient_id=patient_id, status="started"):
                self.hurry()
                return
            asked = self.checkins(patient_id=patient_id, status="started")[0].asked
            self.receive(number, " ".join(_CALM.get(item, "0") for item in asked))
        raise AssertionError("the check-in never ends")

    # --- looking ---

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A look at every row."""
        with self.db.reading(all_sites()) as session:
            yield session

    def alerts(self, **having: Any) -> list[AlertSeen]:
        """Alerts whose fields equal ``having``, oldest first."""
        with self.reading() as session:
            rows = session.scalars(select(Alert).filter_by(**having).order_by(Alert.opened_at, Alert.code)).all()
            return [_seen(session, row) for row in rows]

    def alert(self, **having: Any) -> AlertSeen:
        """The one alert whose fields equal ``having``."""
        found = self.alerts(**having)
        assert len(found) == 1, f"{len(found)} alerts are {having}; there are {self.alerts()}"
        return found[0]

    def rows(self, model: type[T], **having: Any) -> list[T]:
        """Rows of a table, oldest first; what is sealed in them stays closed."""
        with self.reading() as session:
            table: Any = model
            return list(session.scalars(select(model).filter_by(**having).order_by(table.id)).all())

    def definition(self, program: str) -> dict[str, Any]:
        """A published program as it is stored."""
        return self.rows(PublishedProgram, name=program)[0].definition

    def checkins(self, **having: Any) -> list[Checkin]:
        """Check-ins, by the moment they were due."""
        return sorted(self.rows(Checkin, **having), key=lambda row: row.due_at)

    def answers(self) -> dict[str, float | str | None]:
        """Everything that was answered, by link id: the number, else the words; ``None`` where skipped."""
        with self.reading() as session:
            rows = session.scalars(select(Answer)).all()
            return {r.link_id: None if r.status == "skipped" else r.text if r.value is None else r.value for r in rows}

    def responses(self) -> list[QuestionnaireResponse]:
        """Responses, oldest first."""
        return sorted(self.rows(QuestionnaireResponse), key=lambda row: row.created_at)

    def texts(self, **having: Any) -> list[OutboundMessage]:
        """Texts of the outbox, oldest first."""
        return sorted(self.rows(OutboundMessage, **having), key=lambda row: row.created_at)

    def inbox(self) -> list[InboundMessage]:
        """Texts that came in."""
        return self.rows(InboundMessage)

    def paged(self, alert: AlertSeen) -> list[tuple[str, int]]:
        """Who was paged about an alert, and how many minutes after the first page."""
        names = {self.nora: "Nora", self.omar: "Omar", self.tess: "Tess", None: "switchboard"}
        pages = sorted(self.rows(Page, alert_id=alert.id), key=lambda page: (page.paged_at, page.sequence))
        start = pages[0].paged_at if pages else None
        return sorted(
            ((names[p.practitioner_id], round((p.paged_at - start).total_seconds() / 60)) for p in pages if start),
            key=lambda pair: (pair[1], pair[0]),
        )


@contextmanager
def counting(db: Database) -> Iterator[list[str]]:
    """The SQL statements that run meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's, which says it by hand
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _seen(session: Session, row: Alert) -> AlertSeen:
    events = session.scalars(select(AlertEvent).where(AlertEvent.alert_id == row.id).order_by(AlertEvent.at)).all()
    return AlertSeen(
        id=row.id, code=row.code, kind=row.kind, tier=row.tier, subject=row.subject, status=row.status,
        reason=row.reason, patient_id=row.patient_id, site_id=row.site_id, acknowledged_by=row.acknowledged_by,
        next_action_at=row.next_action_at, contacted_at=row.contacted_at, exhausted=row.exhausted, outcome=row.outcome,
        events=tuple((e.type, e.detail) for e in events),
    )  # fmt: skip
