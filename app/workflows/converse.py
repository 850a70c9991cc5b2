"""What a text from a known person means: a keyword, an answer, late words, or a message for the care team."""

from app.db import Session
from app.messaging.automatic import decoded, is_automatic, looks_encoded
from app.messaging.keywords import Keyword, classify, is_stop_request
from app.messaging.models import InboundMessage
from app.plain_text import fold
from app.workflows.answer_text import answer_text
from app.workflows.change_consent import opt_in, opt_out
from app.workflows.keyword_replies import REPLIES, help_, nothing_open, place
from app.workflows.late_text import late_text
from app.workflows.person import Person
from app.workflows.read_answers import asked_items
from app.workflows.reconfirm_numbers import confirm_number
from app.workflows.service import Service
from app.workflows.team_message import screen, tell_team
from app.workflows.turn import Turn, begin

_YES_IT_IS_ME = frozenset({"1", "si", "yes", "ok", "1.", "نعم"})


def converse(
    service: Service, session: Session, person: Person, inbound: InboundMessage, *, silent: bool = False
) -> str:
    """Act on a text of one person and queue the reply; returns what it was taken for.

    The patient's row is locked and the session confined to their site. ``silent`` takes the text in without a reply.
    Red-flag words are looked for in every text that a person wrote, whatever else it is.
    """
    if is_automatic(inbound.body):
        return "automatic"
    turn = begin(service, session, person, inbound, silent=silent)
    return (
        _consent(turn)
        or _carrier_help(turn)
        or _confirmation(turn)
        or _keyword(turn)
        or _unreadable(turn)
        or place(turn)
        or _words(turn)
    )


def take_in(service: Service, session: Session, person: Person, inbound: InboundMessage) -> str:
    """Take in a text that somebody else says this person wrote: all that ``converse`` does, but nobody is texted."""
    return converse(service, session, person, inbound, silent=True)


def _consent(turn: Turn) -> str | None:
    """STOP and START, as the carrier says, as the words say, or in the person's own words."""
    inbound = turn.inbound
    keyword = classify(inbound.body, turn.language)
    told_by_carrier, about = inbound.opt_out_type, (turn.service, turn.session, turn.person)
    if told_by_carrier == "STOP" or keyword is Keyword.STOP or is_stop_request(inbound.body, turn.language):
        screen(*about, inbound)
        own_words = keyword is not Keyword.STOP and told_by_carrier != "STOP"
        opt_out(*about, inbound_id=inbound.id, in_own_words=own_words, confirm=not turn.silent)
        return "opt_out"
    if told_by_carrier == "START" or keyword is Keyword.START:
        opt_in(*about, inbound_id=inbound.id, confirm=not turn.silent)
        return "opt_in"
    return None


def _carrier_help(turn: Turn) -> str | None:
    return help_(turn) if turn.inbound.opt_out_type == "HELP" else None


def _confirmation(turn: Turn) -> str | None:
    """The "1" that says that our texts still reach the right person; any other text but WRONG says so, too."""
    contact = turn.person.contact
    if contact is None or turn.silent or classify(turn.inbound.body, turn.language) is Keyword.WRONG:
        return None
    doubted = confirm_number(turn.service, turn.session, contact, turn.now)
    asked = turn.checkin is not None and bool(turn.checkin.asked)
    if not doubted or asked or fold(turn.inbound.body).strip() not in _YES_IT_IS_ME:
        return None
    turn.say(turn.words("still_yours_thanks"))
    return "confirmed"


def _keyword(turn: Turn) -> str | None:
    keyword = classify(turn.inbound.body, turn.language)
    if keyword is None:
        return None
    if keyword is Keyword.SKIP:
        dialogue = turn.dialogue()
        if dialogue is None or not asked_items(dialogue):
            return nothing_open(turn)
        return answer_text(turn, dialogue, skipping=True)
    return REPLIES[keyword](turn)


def _unreadable(turn: Turn) -> str | None:
    """A body in the code of a machine: a person reads it, and red flags are looked for in what it seems to say."""
    body = turn.inbound.body
    if not looks_encoded(body):
        return None
    said = decoded(body)
    findings = screen(turn.service, turn.session, turn.person, turn.inbound, said or "")
    reason = f"A text came in a form that we cannot read for certain. It may say: {(said or body)[:300]}"
    tell_team(turn.service, turn.session, turn.person, turn.inbound, reason, subject="review", tier="amber")
    turn.say(turn.instruction(findings))
    return "encoded"


def _words(turn: Turn) -> str:
    dialogue = turn.dialogue()
    return late_text(turn) if dialogue is None else answer_text(turn, dialogue)
