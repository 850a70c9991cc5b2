"""A text in the middle of a check-in: an answer, a correction, words for the team, or something to ask again."""

import re
from collections.abc import Sequence

from app.alerts.red_flags import find
from app.alerts.rules import Finding
from app.alerts.store import alerts
from app.codes import Channel, Tier
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.engine import Given
from app.workflows.answer_question import Dialogue, answer_question
from app.workflows.ask import ask_items, ask_next, call_now, closing, new_link
from app.workflows.concern import Concern
from app.workflows.fewer_questions import has_bad_day
from app.workflows.raise_alerts import raise_concern
from app.workflows.read_answers import (
    Answers,
    asked_items,
    means_a_correction,
    read,
    read_by_name,
    read_correction,
    read_reply,
    too_early_for,
    worse_of,
)
from app.workflows.service import SYSTEM
from app.workflows.team_message import screen, tell_team
from app.workflows.turn import Turn, newly_red

_SEVERE = 7
_NUMBER = re.compile(r"\d+")
_SKIPS_BEFORE_OFFER = 2
_OFFERED = "offer:bad-day"


def answer_text(turn: Turn, dialogue: Dialogue, *, skipping: bool = False) -> str:
    """Read a text as the reply to what was asked last, and say the next thing; returns what it was taken for."""
    text, items = turn.inbound.body, asked_items(dialogue)
    if skipping:
        return _take(turn, dialogue, {item.link_id: Given(skipped=True) for item in items}, "answer")
    early = too_early_for(dialogue, turn.inbound)
    second = read(text, early, turn.language) if early else {}
    if second:
        return second_answer(turn, dialogue, early, second)
    if means_a_correction(text):
        return correct(turn, dialogue, items)
    answers = read_reply(dialogue, text) or read_by_name(dialogue, text)
    if answers:
        correcting = set(answers) <= set(dialogue.given)
        return record_correction(turn, dialogue, answers) if correcting else _take(turn, dialogue, answers, "answer")
    return _no_answer(turn, dialogue, items)


def second_answer(turn: Turn, dialogue: Dialogue, items: Sequence[Item], second: Answers) -> str:
    """Two replies to one question at the same moment: the worse one counts until the person says which is right."""
    given = dialogue.given
    if all(given[link_id].value == answer.value for link_id, answer in second.items()):
        return "repeated_answer"
    worst = worse_of(items, given, second)
    findings = _record(turn, dialogue, worst)
    again = ask_items(turn.service, dialogue, items)
    turn.say(turn.instruction(newly_red(dialogue, findings)), turn.words("two_answers", question=again))
    return "two_answers"


def correct(turn: Turn, dialogue: Dialogue, items: Sequence[Item]) -> str:
    """Change what somebody says they got wrong; what stays unclear is asked once more."""
    answers = read_correction(dialogue, turn.inbound.body) or read(turn.inbound.body, items, turn.language)
    if answers and set(answers) <= set(dialogue.given):
        return record_correction(turn, dialogue, answers)
    return _no_answer(turn, dialogue, items)


def record_correction(turn: Turn, dialogue: Dialogue, answers: Answers) -> str:
    """Write corrected answers, judge them, and tell whoever has an alert about the old ones."""
    before = dialogue.given
    findings = _record(turn, dialogue, answers)
    note_correction(turn, dialogue, before, answers)
    labels = ", ".join(
        f"{dialogue.questionnaire.item(link_id).short(turn.language)} {_number(given)}"
        for link_id, given in answers.items()
    )
    following = "" if dialogue.checkin.closed_at is not None else ask_next(turn.service, turn.session, dialogue)
    told = turn.instruction(newly_red(dialogue, findings))
    turn.say(told, turn.words("corrected", labels=labels), following)
    return "corrected"


def note_correction(turn: Turn, dialogue: Dialogue, before: dict[str, Given], after: Answers) -> None:
    """Write a correction into the open alerts of its items: they stay open, because a nurse is on her way."""
    respondent = dialogue.respondent
    for link_id, given in after.items():
        item, old = dialogue.questionnaire.item(link_id), before.get(link_id)
        subjects = [f"{respondent}:{link_id}", *([f"{respondent}:{item.code}"] if item.code else [])]
        found = alerts.lock_open_alerts(turn.session, patient_id=dialogue.person.patient.id, subjects=subjects)
        for alert in found.values():
            detail = f"Corrected by text: {item.short('en')} {_number(old)} became {_number(given)}."
            alerts.add_event(turn.session, alert, at=turn.now, type="corrected", agent=SYSTEM, detail=detail)


def _take(turn: Turn, dialogue: Dialogue, answers: Answers, result: str) -> str:
    """Record answers and go on: what to do now comes first, then the next question or the closing."""
    dialogue.checkin.misunderstood = 0
    findings = _record(turn, dialogue, answers)
    told = turn.instruction(newly_red(dialogue, findings))
    turn.say(told, _offer(turn, dialogue), _following(turn, dialogue))
    return result


def _record(turn: Turn, dialogue: Dialogue, answers: Answers) -> list[Finding]:
    return answer_question(
        turn.service, turn.session, dialogue, answers, channel=Channel.SMS, texts=[turn.inbound.body],
        inbound_id=turn.inbound.id,
    )  # fmt: skip


def _following(turn: Turn, dialogue: Dialogue) -> str:
    if dialogue.checkin.status == "completed":
        return closing(turn.service, turn.site, dialogue)
    return ask_next(turn.service, turn.session, dialogue)


def _offer(turn: Turn, dialogue: Dialogue) -> str:
    """Once, to somebody who skips a lot: there are shorter questions for a bad day."""
    told = dialogue.checkin.told_subjects
    skipped = sum(given.skipped for given in dialogue.given.values())
    going_on = dialogue.checkin.status == "started"
    if skipped < _SKIPS_BEFORE_OFFER or _OFFERED in told or not going_on or not has_bad_day(dialogue):
        return ""
    dialogue.checkin.told_subjects = sorted({*told, _OFFERED})
    return turn.words("offer_bad_day")


def _no_answer(turn: Turn, dialogue: Dialogue, items: Sequence[Item]) -> str:
    """No answer for certain: red-flag words, a picture, words of somebody who has a link only, or a riddle."""
    text, inbound = turn.inbound.body, turn.inbound
    findings = screen(turn.service, turn.session, turn.person, inbound)
    again = ask_items(turn.service, dialogue, items) if items else ""
    if find(text, turn.language):
        # Whoever writes "chest pain" is told what to do, and is then asked the same again: it was no misunderstanding.
        turn.say(turn.instruction(findings), again)
        return "red_flag"
    if inbound.media and not text.strip():
        tell_team(turn.service, turn.session, turn.person, inbound)
        turn.say(turn.words("no_pictures"), again, passive=True)
        return "no_pictures"
    if not items:
        tell_team(turn.service, turn.session, turn.person, inbound)
        turn.say(turn.words("link", link=new_link(turn.service, turn.session, dialogue.checkin)), passive=True)
        return "message"
    return _not_understood(turn, dialogue, items)


def _not_understood(turn: Turn, dialogue: Dialogue, items: Sequence[Item]) -> str:
    """Ask once more, with an example; the second time a person looks at it and the check-in goes on."""
    checkin, person, text = dialogue.checkin, dialogue.person, turn.inbound.body
    checkin.misunderstood += 1
    if checkin.misunderstood == 1:
        # Several numbers at once were too much for this reply: from here on one thing at a time.
        turn.say(ask_items(turn.service, dialogue, items[:1], again=True), passive=True)
        return "not_understood"
    checkin.misunderstood = 0
    tier = _tier_of_unread(text, items)
    raise_concern(
        turn.service, turn.session,
        Concern(
            kind="review", subject="review", tier=tier, patient=person.patient,
            inbound_id=turn.inbound.id, respondent=dialogue.respondent, program=dialogue.program,
            reason=f"A reply about {items[0].short('en')} was not understood twice. They wrote: {text[:300]}",
        ),
    )  # fmt: skip
    skipped = {item.link_id: Given(text=text[:1000], skipped=True) for item in items}
    answer_question(turn.service, turn.session, dialogue, skipped, channel=Channel.SMS, inbound_id=turn.inbound.id)
    following = _following(turn, dialogue)
    if tier is Tier.RED:  # a nurse is paged for it now, so that must be what they read
        turn.say(call_now(turn.service, turn.session, turn.site, person), following)
        return "not_understood"
    moved_on = turn.words("moved_on", link=new_link(turn.service, turn.session, checkin))
    turn.say(moved_on, following, passive=True)
    return "not_understood"


def _tier_of_unread(text: str, items: Sequence[Item]) -> Tier:
    """Red if the unread reply to a 0-10 question holds a 7 or more: it may well have been the answer."""
    scale = any(item.type is ItemType.SCALE and item.high == 10 for item in items)
    severe = any(int(number) >= _SEVERE for number in _NUMBER.findall(text[:1000]) if len(number) < 4)
    return Tier.RED if scale and severe else Tier.AMBER


def _number(given: Given | None) -> str:
    if given is None or given.value is None:
        return "–"
    return f"{given.value:g}"
