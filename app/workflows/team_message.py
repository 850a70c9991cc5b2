"""What a person wrote, for the care team: red-flag words that need a nurse now, and messages for the daily list."""

from app.alerts.logic import Basis
from app.alerts.red_flags import RedFlag, find
from app.alerts.rules import Finding
from app.checkins.store import programs as program_store
from app.codes import Tier
from app.db import Session
from app.messaging.models import InboundMessage
from app.workflows.concern import Concern, concerns_of
from app.workflows.definitions import Program, load_program
from app.workflows.person import Person
from app.workflows.raise_alerts import raise_alerts, raise_concern
from app.workflows.service import Service


def screen(
    service: Service, session: Session, person: Person, inbound: InboundMessage, text: str | None = None
) -> list[Finding]:
    """Look for red-flag words in a text that is no answer, and raise what they need a person for.

    ``text`` is what to look at where the stored body cannot be read as it is.
    """
    said = inbound.body if text is None else text
    findings = [flag_finding(flag, person.writes) for flag in find(said, person.language)]
    concerns = concerns_of(
        findings, patient=person.patient, inbound_id=inbound.id, respondent=person.respondent,
        program=program_of(session, person),
    )  # fmt: skip
    raise_alerts(service, session, concerns)
    return findings


def flag_finding(flag: RedFlag, by: str = "") -> Finding:
    """The finding of red-flag words in a text; ``by`` begins the reason where a helper wrote them."""
    said = flag.flag.replace("_", " ")
    return Finding(
        rule_id="red-flag-words", tier=Tier.RED, subject=f"words:{flag.flag}",
        reason=f"{by}Red-flag words, {said}: “{flag.phrase}”", values={"flag": flag.flag},
        basis=frozenset({Basis.WORDS}),
    )  # fmt: skip


def tell_team(
    service: Service,
    session: Session,
    person: Person,
    inbound: InboundMessage,
    reason: str | None = None,
    *,
    kind: str = "review",
    subject: str = "message",
    tier: str = "watch",
) -> None:
    """Put something that a person wrote on the team's list, by default as a message outside a check-in."""
    if reason is None:
        files = f" ({inbound.media} pictures or files)" if inbound.media else ""
        reason = f"{person.writes}A message outside a check-in: {inbound.body[:300] or 'no words'}{files}"
    raise_concern(
        service, session,
        Concern(
            kind=kind, subject=subject, tier=tier, patient=person.patient, inbound_id=inbound.id,
            respondent=person.respondent, program=program_of(session, person), reason=reason,
        ),
    )  # fmt: skip


def program_of(session: Session, person: Person) -> Program | None:
    """The program that a patient follows now."""
    enrolments = program_store.list_enrolments(session, patient_id=person.patient.id)
    return load_program(session, enrolments[-1].program_id) if enrolments else None
