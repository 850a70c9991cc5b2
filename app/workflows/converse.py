"""What a text from a known person means: a keyword, an answer, late words, or a message for the care team."""

import re
from collections.abc import Sequence
from datetime import timedelta

from app.alerts.logic import Basis
from app.alerts.red_flags import RedFlag, find
from app.alerts.rules import Finding
from app.checkins import store as checkins
from app.codes import Channel, Tier
from app.db import Session, scope_of
from app.messaging.keywords import Keyword, classify, is_stop_request
from app.messaging.models import InboundMessage
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.engine import Given, closing_item
from app.questionnaires.parsing import Reply, ReplyKind, parse_replies, parse_reply
from app.staff import store as staff
from app.staff.models import Site
from app.workflows import wording
from app.workflows.answer_question import Dialogue, answer_question, load_dialogue
from app.workflows.ask import ask_items, ask_next, closing, new_link, red_instruction, reply
from app.workflows.change_consent import opt_in, opt_out
from app.workflows.definitions import Program, load_program
from app.workflows.person import Person
from app.workflows.raise_alerts import Concern, concerns_of, raise_alerts, raise_concern
from app.workflows.service import Service

_LATE_AT_MOST = timedelta(hours=48)
_SEVERE = 7
_NUMBER = re.compile(r"\d+")


def converse(service: Service, session: Session, person: Person, inbound: InboundMessage) -> str:
    """Act on a text of one person and queue the reply; returns what it was taken for.

    The patient's row is locked and the session confined to their site. Red-flag words are looked for in every text,
    whatever else it is.
    """
    with session.no_autoflush:  # nothing that these read was changed yet
        site = staff.get_site(session, site_id=scope_of(session))
        checkin, enrolment = checkins.find_open_dialogue(
            session, patient_id=person.patient.id, related_person_id=person.related_id
        )
    keyword = classify(inbound.body, person.language)
    if inbound.opt_out_type == "STOP" or keyword is Keyword.STOP or is_stop_request(inbound.body, person.language):
        screen(service, session, person, inbound)
        in_own_words = keyword is not Keyword.STOP and inbound.opt_out_type != "STOP"
        opt_out(service, session, person, inbound_id=inbound.id, in_own_words=in_own_words)
        return "opt_out"
    if inbound.opt_out_type == "START" or keyword is Keyword.START:
        opt_in(service, session, person, inbound_id=inbound.id)
        return "opt_in"
    if inbound.opt_out_type == "HELP" or keyword is Keyword.HELP:
        return _help(service, session, site, person, inbound)
    if keyword is Keyword.LINK and checkin is not None:
        body = service.renderer.render("link", person.language, link=new_link(service, session, checkin))
        reply(session, person, body, inbound_id=inbound.id, now=service.clock.now())
        return "link"
    if checkin is not None and checkin.window_ends_at > service.clock.now():
        with session.no_autoflush:
            dialogue = load_dialogue(session, person, checkin, enrolment)
        return _answer(service, session, site, dialogue, inbound, skipping=keyword is Keyword.SKIP)
    return _outside_checkin(service, session, site, person, inbound)


def _answer(
    service: Service,
    session: Session,
    site: Site,
    dialogue: Dialogue,
    inbound: InboundMessage,
    *,
    skipping: bool,
) -> str:
    """Read a text as the reply to what was asked last; say the next thing."""
    person, checkin = dialogue.person, dialogue.checkin
    items = _asked(dialogue)
    flags = find(inbound.body, person.language)
    read = {item.link_id: Given(skipped=True) for item in items} if skipping else _read(inbound.body, items, person)
    if read:
        checkin.misunderstood = 0
        findings = answer_question(
            service, session, dialogue, read, channel=Channel.SMS, texts=[inbound.body], inbound_id=inbound.id
        )
        return _go_on(service, session, site, dialogue, inbound, findings)
    findings = screen(service, session, person, inbound)
    if flags:
        # Whoever writes "chest pain" is told what to do, and is then asked the same again: it was no misunderstanding.
        again = ask_items(service, dialogue, items) if items else ""
        _say(service, session, site, person, inbound, findings, again)
        return "red_flag"
    if not items:
        _raise_message(service, session, person, inbound)
        body = service.renderer.render("link", person.language, link=new_link(service, session, checkin))
        reply(session, person, body, inbound_id=inbound.id, now=service.clock.now())
        return "message"
    return _not_understood(service, session, site, dialogue, items, inbound)


def _go_on(
    service: Service,
    session: Session,
    site: Site,
    dialogue: Dialogue,
    inbound: InboundMessage,
    findings: Sequence[Finding],
) -> str:
    if dialogue.checkin.status == "completed":
        following = closing(service, site, dialogue)
    else:
        following = ask_next(service, session, dialogue)
    told = _newly_red(dialogue, findings, inbound)
    _say(service, session, site, dialogue.person, inbound, told, following)
    return "answer"


def _newly_red(dialogue: Dialogue, findings: Sequence[Finding], inbound: InboundMessage) -> list[Finding]:
    """The red findings that this text brought: what to do now is said once, not after every further answer."""
    told = set(dialogue.checkin.told_subjects)
    new = [f for f in findings if f.tier is Tier.RED and f.subject not in told]
    dialogue.checkin.told_subjects = sorted(told | {f.subject for f in new})
    return new


def _say(
    service: Service,
    session: Session,
    site: Site,
    person: Person,
    inbound: InboundMessage,
    findings: Sequence[Finding],
    following: str,
) -> None:
    """Send one reply: what to do now comes first, then the next question."""
    instruction = red_instruction(service, session, site, person, findings)
    body = "\n".join(part for part in (instruction, following) if part)
    reply(session, person, body, inbound_id=inbound.id, now=service.clock.now())


def _not_understood(
    service: Service, session: Session, site: Site, dialogue: Dialogue, items: Sequence[Item], inbound: InboundMessage
) -> str:
    """Ask once more, with an example; the second time a person looks at it and the check-in goes on."""
    checkin, person = dialogue.checkin, dialogue.person
    checkin.misunderstood += 1
    if checkin.misunderstood == 1:
        # Several numbers at once were too much for this reply: from here on one thing at a time.
        body = ask_items(service, dialogue, items[:1], again=True)
        reply(session, person, body, inbound_id=inbound.id, now=service.clock.now())
        return "not_understood"
    checkin.misunderstood = 0
    raise_concern(
        service, session,
        Concern(
            kind="review", subject="review", tier=_tier_of_unread(inbound.body, items), patient=person.patient,
            inbound_id=inbound.id, respondent=person.respondent, program=dialogue.program,
            reason=f"A reply about {items[0].short('en')} was not understood twice. They wrote: {inbound.body[:300]}",
        ),
    )  # fmt: skip
    skipped = {item.link_id: Given(text=inbound.body[:1000], skipped=True) for item in items}
    answer_question(service, session, dialogue, skipped, channel=Channel.SMS, inbound_id=inbound.id)
    following = (
        closing(service, site, dialogue) if checkin.status == "completed" else ask_next(service, session, dialogue)
    )
    moved_on = service.renderer.render("moved_on", person.language, link=new_link(service, session, checkin))
    reply(session, person, f"{moved_on}\n{following}", inbound_id=inbound.id, now=service.clock.now())
    return "not_understood"


def _tier_of_unread(text: str, items: Sequence[Item]) -> Tier:
    """Red if the unread reply to a 0-10 question holds a 7 or more: it may well have been the answer."""
    scale = any(item.type is ItemType.SCALE and item.high == 10 for item in items)
    severe = any(int(number) >= _SEVERE for number in _NUMBER.findall(text[:1000]) if len(number) < 4)
    return Tier.RED if scale and severe else Tier.AMBER


def _outside_checkin(service: Service, session: Session, site: Site, person: Person, inbound: InboundMessage) -> str:
    """A text with no open check-in: words or numbers for the last one, else a message to the care team."""
    now = service.clock.now()
    last = checkins.find_last_checkin(
        session, patient_id=person.patient.id, related_person_id=person.related_id, since=now - _LATE_AT_MOST
    )
    if last is not None:
        dialogue = load_dialogue(session, person, last)
        read = _read_late(dialogue, inbound.body)
        if read:
            findings = answer_question(
                service, session, dialogue, read, channel=Channel.SMS, texts=[inbound.body], inbound_id=inbound.id
            )
            told = _newly_red(dialogue, findings, inbound)
            added = last.status == "completed"
            body = _with_readers(service, site, person, "not_in_checkin" if added else "late_recorded")
            _say(service, session, site, person, inbound, told, "" if told else body)
            return "added_words" if added else "late_answer"
    findings = screen(service, session, person, inbound)
    if not findings:
        _raise_message(service, session, person, inbound)
    _say(
        service, session, site, person, inbound, findings,
        "" if findings else _with_readers(service, site, person, "not_in_checkin"),
    )  # fmt: skip
    return "red_flag" if findings else "message"


def _raise_message(service: Service, session: Session, person: Person, inbound: InboundMessage) -> None:
    """Put a message for the care team on the daily list: the person is told that nurses read it."""
    files = f" ({inbound.media} pictures or files)" if inbound.media else ""
    raise_concern(
        service, session,
        Concern(
            kind="review", subject="message", tier="watch", patient=person.patient, inbound_id=inbound.id,
            respondent=person.respondent, program=_program_of(session, person),
            reason=f"A message outside a check-in: {inbound.body[:300] or 'no words'}{files}",
        ),
    )  # fmt: skip


def _read_late(dialogue: Dialogue, text: str) -> dict[str, Given]:
    """What a text after the end adds: numbers that fit what was asked last and not answered, else closing words."""
    items = _asked(dialogue)
    if items and dialogue.checkin.status != "completed":
        return _read(text, items, dialogue.person)
    words = closing_item(dialogue.questionnaire)
    if words is None or dialogue.checkin.status != "completed" or not any(c.isalpha() for c in text):
        return {}
    before = dialogue.given.get(words.link_id)
    joined = "\n".join(part for part in ((before.text if before else None), text) if part)
    return {words.link_id: Given(text=joined[:4000])}


def screen(service: Service, session: Session, person: Person, inbound: InboundMessage) -> list[Finding]:
    """Look for red-flag words in a text that is no answer, and raise what they need a person for."""
    flags = find(inbound.body, person.language)
    findings = [flag_finding(flag) for flag in flags]
    concerns = concerns_of(
        findings, patient=person.patient, inbound_id=inbound.id, respondent=person.respondent,
        program=_program_of(session, person),
    )  # fmt: skip
    raise_alerts(service, session, concerns)
    return findings


def flag_finding(flag: RedFlag) -> Finding:
    """The finding of red-flag words in a text."""
    said = flag.flag.replace("_", " ")
    return Finding(
        rule_id="red-flag-words", tier=Tier.RED, subject=f"words:{flag.flag}",
        reason=f"Red-flag words, {said}: “{flag.phrase}”", values={"flag": flag.flag},
        basis=frozenset({Basis.WORDS}),
    )  # fmt: skip


def _program_of(session: Session, person: Person) -> Program | None:
    enrolments = checkins.list_enrolments(session, patient_id=person.patient.id)
    return load_program(session, enrolments[-1].program_id) if enrolments else None


def _asked(dialogue: Dialogue) -> list[Item]:
    """The items asked last by text and not answered since (the web form may have been quicker).

    Empty for somebody who was sent a link only: a number from them answers no question that they have seen.
    """
    asked = [dialogue.questionnaire.item(link_id) for link_id in dialogue.checkin.asked]
    return [item for item in asked if item.link_id not in dialogue.given] or asked


def _read(text: str, items: Sequence[Item], person: Person) -> dict[str, Given]:
    """The answers that a text gives to some items; empty when it gives none for certain."""
    if not items:
        return {}
    if len(items) == 1:
        replies = {items[0].link_id: parse_reply(text, items[0], person.language)}
    else:
        replies = parse_replies(text, items, person.language)
    types = {item.link_id: item.type for item in items}
    return {k: _given(r, types[k]) for k, r in replies.items() if r.kind is ReplyKind.ANSWER}


def _given(reply_: Reply, kind: ItemType) -> Given:
    words = reply_.text if kind is ItemType.TEXT else reply_.comment
    return Given(None if reply_.value is None else float(reply_.value), words)


def _with_readers(service: Service, site: Site, person: Person, template: str) -> str:
    readers = wording.readers(service, site, person.language)
    return service.renderer.render(template, person.language, readers=readers, **wording.safety(site))


def _help(service: Service, session: Session, site: Site, person: Person, inbound: InboundMessage) -> str:
    readers = wording.readers(service, site, person.language)
    body = service.renderer.render(
        "help", person.language, clinic=site.public_name, readers=readers, **wording.safety(site)
    )
    reply(session, person, body, inbound_id=inbound.id, now=service.clock.now())
    return "help"
