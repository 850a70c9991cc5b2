"""One text of one person while it is handled: who wrote what, where their check-in stands, and the one reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.alerts.rules import Finding
from app.checkins.models import Checkin, Enrolment
from app.checkins.store import checkins
from app.codes import Tier
from app.db import Session, scope_of
from app.logs import get_logger
from app.messaging.models import InboundMessage
from app.messaging.store import inbox
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.answer_question import Dialogue, load_dialogue
from app.workflows.ask import red_instruction, reply
from app.workflows.person import Person
from app.workflows.service import Service

log = get_logger()

# Two machines that answer each other would never end: after so many texts in a row that led nowhere, we fall silent.
_PASSIVE_AT_MOST = 5
_IN_A_ROW_WITHIN = timedelta(hours=1)
_CLOCKS_DIFFER_BY = timedelta(minutes=5)
PASSIVE = frozenset(
    {"message", "help", "not_understood", "no_pictures", "nothing_open", "unknown_sender", "ambiguous_sender",
     "automatic", "encoded", "who_is_writing", "silenced"}
)  # fmt: skip
"""What a text can be taken for without anything having come of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One text of a person whose row is locked, in a session confined to their site.

    ``checkin`` is the one that is open for answers, if any. ``silent`` takes the text in without replying: somebody
    else handed it to us for that person.
    """

    service: Service
    session: Session
    site: Site
    person: Person
    inbound: InboundMessage
    checkin: Checkin | None
    enrolment: Enrolment | None
    silent: bool = False

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.service.clock.now()

    @property
    def language(self) -> str:
        """The language this person is written to in."""
        return self.person.language

    def words(self, message: str, **variables: Any) -> str:
        """One of our messages in the person's language."""
        return self.service.renderer.render(message, self.language, **variables)

    def readers(self) -> str:
        """Who reads answers here, and when."""
        return wording.readers(self.service, self.site, self.language)

    def safety(self) -> dict[str, str]:
        """Whom to call now, and in an emergency."""
        return wording.safety(self.site, self.person.patient.intent)

    def say(self, *parts: str, passive: bool = False) -> None:
        """Queue the reply, one to each text; ``passive`` ones end after five in a row that led nowhere."""
        body = "\n".join(part for part in parts if part)
        if not body or self.silent:
            return
        if passive and leads_nowhere(self.session, self.inbound, self.now):
            log.warning("reply_withheld", message_sid=self.inbound.message_sid)
            return
        reply(self.session, self.person, body, inbound_id=self.inbound.id, now=self.now)

    def instruction(self, findings: Sequence[Finding]) -> str:
        """What to do now, if any of the findings is red."""
        return red_instruction(self.service, self.session, self.site, self.person, findings)

    def dialogue(self) -> Dialogue | None:
        """The open check-in as far as it has come."""
        if self.checkin is None:
            return None
        with self.session.no_autoflush:
            return load_dialogue(self.session, self.person, self.checkin, self.enrolment)


def begin(service: Service, session: Session, person: Person, inbound: InboundMessage, *, silent: bool = False) -> Turn:
    """Look up where a person's conversation stands."""
    with session.no_autoflush:  # nothing that these read was changed yet
        site = staff.get_site(session, site_id=scope_of(session))
        checkin, enrolment = checkins.find_open_dialogue(
            session, patient_id=person.patient.id, related_person_id=person.related_id
        )
    if checkin is not None and (checkin.window_ends_at <= service.clock.now() or _unseen(checkin, inbound)):
        checkin = enrolment = None
    return Turn(service, session, site, person, inbound, checkin, enrolment, silent)


def _unseen(checkin: Checkin, inbound: InboundMessage) -> bool:
    """Whether a text that reached its person late was written before they were asked."""
    return checkin.issued_at is not None and checkin.issued_at - inbound.received_at > _CLOCKS_DIFFER_BY


def leads_nowhere(session: Session, inbound: InboundMessage, now: datetime) -> bool:
    """Whether the last texts of a number all came to nothing, one right after the other."""
    results = inbox.list_last_results(
        session, sender_index=inbound.sender_index, since=now - _IN_A_ROW_WITHIN, but=inbound.id,
        limit=_PASSIVE_AT_MOST,
    )  # fmt: skip
    return len(results) == _PASSIVE_AT_MOST and PASSIVE.issuperset(results)


def newly_red(dialogue: Dialogue, findings: Sequence[Finding]) -> list[Finding]:
    """The red findings that this text brought: what to do now is said once, not after every further answer."""
    told = set(dialogue.checkin.told_subjects)
    new = [f for f in findings if f.tier is Tier.RED and f.subject not in told]
    dialogue.checkin.told_subjects = sorted(told | {f.subject for f in new})
    return new
