"""A text with no open check-in: words or numbers for the last one, else a message for the care team."""

from datetime import timedelta

from app.alerts.rules import Finding
from app.checkins.store import checkins
from app.codes import Channel
from app.questionnaires.engine import Given, closing_item
from app.workflows.answer_question import Dialogue, answer_question, load_dialogue
from app.workflows.answer_text import record_correction
from app.workflows.read_answers import (
    Answers,
    asked_items,
    means_a_correction,
    read,
    read_correction,
    too_early_for,
    worse_of,
)
from app.workflows.team_message import screen, tell_team
from app.workflows.turn import Turn, newly_red

_LATE_AT_MOST = timedelta(hours=48)


def late_text(turn: Turn) -> str:
    """Take in a text outside a check-in; returns what it was taken for."""
    last = checkins.find_last_checkin(
        turn.session, patient_id=turn.person.patient.id, related_person_id=turn.person.related_id,
        since=turn.now - _LATE_AT_MOST,
    )  # fmt: skip
    if last is not None:
        dialogue = load_dialogue(turn.session, turn.person, last)
        done = _second_answer(turn, dialogue) or _correction(turn, dialogue) or _addition(turn, dialogue)
        if done is not None:
            return done
    findings = screen(turn.service, turn.session, turn.person, turn.inbound)
    if findings:
        turn.say(turn.instruction(findings))
        return "red_flag"
    tell_team(turn.service, turn.session, turn.person, turn.inbound)
    picture = turn.inbound.media and not turn.inbound.body.strip()
    turn.say(turn.words("no_pictures") if picture else _with_readers(turn, "not_in_checkin"), passive=True)
    return "no_pictures" if picture else "message"


def _second_answer(turn: Turn, dialogue: Dialogue) -> str | None:
    """A second reply to the last question, sent before the first was taken in: the worse one counts."""
    early = too_early_for(dialogue, turn.inbound)
    second = read(turn.inbound.body, early, turn.language) if early else {}
    if not second:
        return None
    if all(dialogue.given[link_id].value == given.value for link_id, given in second.items()):
        return "repeated_answer"
    told = newly_red(dialogue, _record(turn, dialogue, worse_of(early, dialogue.given, second)))
    reason = f"Two answers to one question came at once; the worse one was kept. The second: {turn.inbound.body[:300]}"
    tell_team(turn.service, turn.session, turn.person, turn.inbound, reason, subject="review", tier="amber")
    turn.say(turn.instruction(told) or _with_readers(turn, "not_in_checkin"))
    return "two_answers"


def _correction(turn: Turn, dialogue: Dialogue) -> str | None:
    if not means_a_correction(turn.inbound.body):
        return None
    answers = read_correction(dialogue, turn.inbound.body)
    if not answers or not set(answers) <= set(dialogue.given):
        return None
    return record_correction(turn, dialogue, answers)


def _addition(turn: Turn, dialogue: Dialogue) -> str | None:
    """Late numbers that fit what was asked last, or closing words to a check-in that is complete."""
    answers = _late_answers(dialogue, turn.inbound.body)
    if not answers:
        return None
    completed = dialogue.checkin.status == "completed"
    told = newly_red(dialogue, _record(turn, dialogue, answers))
    turn.say(
        turn.instruction(told) or _with_readers(turn, "not_in_checkin" if completed else "late_recorded"),
        passive=completed and not told,
    )
    return "added_words" if completed else "late_answer"


def _late_answers(dialogue: Dialogue, text: str) -> Answers:
    items = asked_items(dialogue)
    if items and dialogue.checkin.status != "completed":
        return read(text, items, dialogue.person.language)
    words = closing_item(dialogue.questionnaire)
    if words is None or dialogue.checkin.status != "completed" or not any(c.isalpha() for c in text):
        return {}
    before = dialogue.given.get(words.link_id)
    joined = "\n".join(part for part in ((before.text if before else None), text) if part)
    return {words.link_id: Given(text=joined[:4000])}


def _record(turn: Turn, dialogue: Dialogue, answers: Answers) -> list[Finding]:
    return answer_question(
        turn.service, turn.session, dialogue, answers, channel=Channel.SMS, texts=[turn.inbound.body],
        inbound_id=turn.inbound.id,
    )  # fmt: skip


def _with_readers(turn: Turn, message: str) -> str:
    return turn.words(message, readers=turn.readers(), **turn.safety())
