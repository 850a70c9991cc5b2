"""A text from a number that several people share: the carriers' words hold for all; else we ask who is writing."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from app.alerts.lifecycle import Outcome, Resolution
from app.alerts.red_flags import find
from app.alerts.store import alerts
from app.codes import Tier
from app.db import Session, all_sites, narrow
from app.messaging.delivery import MessageKind
from app.messaging.keywords import Keyword, classify, is_stop_request
from app.messaging.models import InboundMessage, SideQuestion
from app.messaging.store import inbox
from app.patients import store as patients
from app.patients.models import ContactPoint
from app.staff import store as staff
from app.workflows.ask import red_instruction
from app.workflows.change_consent import opt_in, opt_out
from app.workflows.person import load_person
from app.workflows.queue_text import new_text
from app.workflows.resolve_alert import close_alert
from app.workflows.review_inbound import review_ambiguous
from app.workflows.service import SYSTEM, Service
from app.workflows.side_question import WHO, ask_beside, find_question, read_choice
from app.workflows.team_message import flag_finding, screen

WAITING = "who_is_writing"
"""What a text is taken for while we wait to hear who wrote it."""
_ASKED_AT_MOST = 4

Who = tuple[str, str | None]
"""A patient's id, and a helper's where it is the helper who is meant."""


def handle_shared(
    service: Service, session: Session, inbound: InboundMessage, contacts: Sequence[ContactPoint]
) -> str | None:
    """Stop or start texting everybody on the number; ``None`` when the text is neither.

    Whoever says STOP wants this telephone to be quiet, and cannot know how many people we text there.
    """
    stopping = inbound.opt_out_type == "STOP" or is_stop_request(inbound.body, "en")
    starting = inbound.opt_out_type == "START" or any(
        classify(inbound.body, language) is Keyword.START for language in service.renderer.languages
    )
    if not stopping and not starting:
        return None
    session.flush()
    everybody = sorted(contacts, key=lambda c: (c.site_id != inbound.site_id, c.patient_id, c.related_person_id or ""))
    for place, contact in enumerate(everybody):
        narrow(session, contact.site_id)
        patient = patients.lock_patient(session, patient_id=contact.patient_id)
        person = load_person(session, patient=patient, related_person_id=contact.related_person_id, contact=contact)
        if stopping:
            in_own_words = inbound.opt_out_type != "STOP" and classify(inbound.body, "en") is not Keyword.STOP
            screen(service, session, person, inbound)
            opt_out(service, session, person, inbound_id=inbound.id, in_own_words=in_own_words, confirm=place == 0)
        else:
            opt_in(service, session, person, inbound_id=inbound.id, confirm=place == 0)
        session.flush()
    narrow(session, inbound.site_id)
    return "opt_out" if stopping else "opt_in"


def find_speaker(
    session: Session, inbound: InboundMessage, contacts: Sequence[ContactPoint], names: Sequence[str]
) -> tuple[ContactPoint | None, bool]:
    """Who writes, as far as they told us, and whether this very text is what tells it.

    ``names`` are what each of ``contacts`` is called. Whoever said who they are need not say it again for a while.
    """
    question = find_question(session, inbound, WHO)
    if question is None:
        return None, False
    people = {(contact.patient_id, contact.related_person_id): contact for contact in contacts}
    if question.settled_at is not None:
        if question.chosen is None:
            return None, False
        patient_id, related_id = question.choices[question.chosen]
        return people.get((patient_id, related_id)), False
    by_who = {(c.patient_id, c.related_person_id): name for c, name in zip(contacts, names, strict=True)}
    chosen = read_choice(inbound.body, [by_who.get((p, r), "") for p, r in question.choices])
    if chosen is None:
        return None, False
    question.chosen, question.settled_at = chosen, inbound.received_at
    patient_id, related_id = question.choices[chosen]
    return people.get((patient_id, related_id)), True


def in_order(session: Session, contacts: Sequence[ContactPoint]) -> tuple[list[ContactPoint], list[str]]:
    """The people on a number, patients first and then by name, and what each is called."""
    named = sorted(((_first_name(session, c), c) for c in contacts), key=lambda pair: _place(*pair))
    return [contact for _, contact in named], [name for name, _ in named]


def _place(name: str, contact: ContactPoint) -> tuple[bool, str, str]:
    return contact.related_person_id is not None, name.casefold(), contact.id


def _first_name(session: Session, contact: ContactPoint) -> str:
    patient = patients.find_patient(session, patient_id=contact.patient_id)
    assert patient is not None
    person = load_person(session, patient=patient, related_person_id=contact.related_person_id)
    full = person.related.name if person.related else person.patient.given_name
    return (full.split() or ["?"])[0]


def ask_who(
    service: Service,
    session: Session,
    inbound: InboundMessage,
    contacts: Sequence[ContactPoint],
    names: Sequence[str],
    now: datetime,
) -> str:
    """Ask which of several people of one clinic writes; the text waits for the answer.

    Red-flag words wait for nothing: the team is called, and whoever wrote them is told what to do.
    """
    flags = [flag for c in contacts for flag in find(inbound.body, _language(session, c))]
    findings = [flag_finding(flag) for flag in flags]
    if findings:
        review_ambiguous(
            service, session, inbound, site_id=inbound.site_id, patient_ids=[c.patient_id for c in contacts],
            replying=False,
        )  # fmt: skip
    instruction, question = "", ""
    first = contacts[0]
    patient = patients.find_patient(session, patient_id=first.patient_id)
    assert patient is not None
    person = load_person(session, patient=patient, related_person_id=first.related_person_id, contact=first)
    if any(finding.tier is Tier.RED for finding in findings):
        site = staff.get_site(session, site_id=inbound.site_id)
        instruction = red_instruction(service, session, site, person, findings)
    waiting = find_question(session, inbound, WHO)
    if waiting is None or waiting.settled_at is not None:
        ask_beside(session, inbound, WHO, [[c.patient_id, c.related_person_id] for c in contacts])
        choices = ", ".join(f"{place} {name}" for place, name in enumerate(names, 1))
        question = service.renderer.render("who_is_writing", person.language, choices=choices)
    body = "\n".join(part for part in (instruction, question) if part)
    if body:
        session.add(
            new_text(
                session, site_id=inbound.site_id, kind=MessageKind.REPLY, phone=inbound.sender, body=body,
                key=f"who:{inbound.id}", now=now,
            )
        )  # fmt: skip
    return WAITING


def can_be_asked(contacts: Sequence[ContactPoint], names: Sequence[str]) -> bool:
    """Whether "1 Ana, 2 Rosa" can be asked: few people, of one clinic, with different names."""
    one_site = len({contact.site_id for contact in contacts}) == 1
    return one_site and len(contacts) <= _ASKED_AT_MOST and len({name.casefold() for name in names}) == len(names)


def review_shared(service: Service, session: Session, inbound: InboundMessage, contacts: Sequence[ContactPoint]) -> str:
    """Have a person find out who wrote: at each clinic that has somebody with this number, with its own names only."""
    session.flush()
    here = sorted(contacts, key=lambda contact: (contact.site_id != inbound.site_id, contact.site_id))
    for site_id, mine in groupby(here, lambda contact: contact.site_id):
        narrow(session, site_id)
        review_ambiguous(service, session, inbound, site_id=site_id, patient_ids=[c.patient_id for c in mine])
        session.flush()
    narrow(session, inbound.site_id)
    return "ambiguous_sender"


def list_waiting(session: Session, question: SideQuestion) -> Sequence[InboundMessage]:
    """The texts that wait for the answer to a question, oldest first."""
    return inbox.list_waiting_texts(
        session, sender_index=question.number_index, result=WAITING, since=question.asked_at
    )


def settle_review(service: Service, session: Session, inbound: InboundMessage) -> None:
    """Close the alert that asked who wrote a text: we know, and whatever it needs hangs on an alert of theirs."""
    subject = f"shared:{inbound.id}"
    found = alerts.lock_open_alerts(session, patient_id=None, subjects=[subject])
    if subject in found:
        close_alert(
            session, found[subject], Resolution(Outcome.EXPECTED_NO_CHANGE, None), now=service.clock.now(),
            practitioner_id=None, agent=SYSTEM, detail="They said who they are; their own alerts say the rest.",
        )  # fmt: skip


def expire_questions(service: Service) -> int:
    """Give texts whose writer never said who they are to a person; returns how many questions were looked at."""
    now = service.clock.now()
    with service.db.transaction(all_sites()) as session:
        question = inbox.lease_expired_question(session, now=now)
        if question is None:
            return 0
        question.settled_at = now
        narrow(session, question.site_id)
        ids = [patient_id for patient_id, *_ in question.choices]
        for inbound in list_waiting(session, question) if question.kind == WHO else ():
            inbound.result = "ambiguous_sender"
            review_ambiguous(service, session, inbound, site_id=question.site_id, patient_ids=ids, replying=False)
        session.flush()
        return 1


def _language(session: Session, contact: ContactPoint) -> str:
    patient = patients.find_patient(session, patient_id=contact.patient_id)
    assert patient is not None
    return load_person(session, patient=patient, related_person_id=contact.related_person_id).language
