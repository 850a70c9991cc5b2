"""Say the next thing in a dialogue by text: the instruction after a red answer, the next question, or the closing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.alerts.rules import Finding
from app.checkins.models import Checkin, FormLink
from app.codes import Tier
from app.db import Session
from app.ids import new_token
from app.keyring import hash_token
from app.messaging.delivery import MessageKind
from app.messaging.models import OutboundMessage
from app.questionnaires.definition import Item
from app.questionnaires.engine import next_items
from app.staff.models import Site
from app.workflows import wording
from app.workflows.answer_question import Dialogue
from app.workflows.on_call import contact_by, is_on_shift
from app.workflows.person import Person
from app.workflows.queue_text import queue_to_person
from app.workflows.service import Service

CRISIS_LINES = {"US": "988", "CA": "988", "GB": "116 123", "IE": "116 123", "ES": "024", "AU": "13 11 14"}
"""Telephone lines for people who think of ending their life, by country."""
LINK_OUTLIVES_WINDOW = timedelta(hours=24)
SELF_HARM_FLAGS = frozenset({"wants_to_die", "self_harm"})


def reply(session: Session, person: Person, body: str, *, inbound_id: str, now: datetime) -> OutboundMessage | None:
    """Answer a text: exactly one reply exists per text received."""
    return queue_to_person(session, person, kind=MessageKind.REPLY, body=body, key=f"reply:{inbound_id}", now=now)


def ask_next(service: Service, session: Session, dialogue: Dialogue) -> str:
    """The next question as text, noted on the check-in as asked; empty when nothing is left to ask."""
    items = next_items(dialogue.questionnaire, dialogue.given, together=dialogue.checkin.misunderstood == 0)
    return ask_items(service, dialogue, items)


def ask_items(service: Service, dialogue: Dialogue, items: Sequence[Item], *, again: bool = False) -> str:
    """The text that asks for some items, noted on the check-in as asked last."""
    dialogue.checkin.asked = [item.link_id for item in items]
    if not items:
        return ""
    return wording.question(service, dialogue.questionnaire, items, dialogue.person.language, again=again)


def red_instruction(service: Service, session: Session, site: Site, person: Person, findings: Sequence[Finding]) -> str:
    """What somebody is told at once after a red answer; empty if none is red."""
    red = [f for f in findings if f.tier is Tier.RED]
    flags = frozenset(str(f.values.get("flag")) for f in red)
    return call_now(service, session, site, person, flags) if red else ""


def call_now(
    service: Service, session: Session, site: Site, person: Person, flags: frozenset[str] = frozenset()
) -> str:
    """What to do now, and whom to call; a time is named only if a shift covers it.

    Whose care is about comfort is told to call their own team, and never sent to the emergency department.
    """
    now, intent = service.clock.now(), person.patient.intent
    by = contact_by(session, now, intent=intent)
    on_shift = by is not None or is_on_shift(session, now, intent=intent)
    time = wording.local_time(by, person.patient.time_zone) if by else None
    safety = wording.safety(site)
    if flags & SELF_HARM_FLAGS:
        line = CRISIS_LINES.get(site.region, site.emergency_number)
        return service.renderer.render("wants_to_die", person.language, covered=on_shift, crisis_line=line, **safety)
    if comfort := wording.comfort(site, intent):
        return service.renderer.render("red_comfort", person.language, time=time, **comfort)
    if time is None:
        return service.renderer.render("red_uncovered", person.language, on_shift=on_shift, **safety)
    return service.renderer.render("red_covered", person.language, time=time, **safety)


def closing(service: Service, site: Site, dialogue: Dialogue) -> str:
    """What ends a check-in: thanks, what happens next, and who reads when."""
    name = "closing_amber" if dialogue.worst_tier in (Tier.AMBER, Tier.RED) else "closing"
    language = dialogue.person.language
    return service.renderer.render(
        name, language, readers=wording.readers(service, site, language),
        emergency_number=wording.emergency(site, dialogue.person.patient.intent),
    )  # fmt: skip


def new_link(service: Service, session: Session, checkin: Checkin) -> str:
    """Make a fresh secret address of a check-in's form, valid until a day after its window closes."""
    token = new_token()
    session.add(FormLink(**link_values(token, checkin.id, checkin.window_ends_at, service.clock.now())))
    return form_url(service, token)


def link_values(token: str, checkin_id: str, window_ends_at: datetime, now: datetime) -> dict[str, Any]:
    """The values of a form link's row: of its secret, only the hash."""
    return {
        "token_hash": hash_token(token),
        "checkin_id": checkin_id,
        "expires_at": window_ends_at + LINK_OUTLIVES_WINDOW,
        "failures": 0,
        "paused_until": None,
        "created_at": now,
    }


def form_url(service: Service, token: str) -> str:
    """The address of a form link."""
    return f"{service.settings.public_url}/c/{token}"
