"""Which answers a text gives to which questions of a check-in; nothing is recorded that is not certain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.codes import Channel
from app.messaging.models import InboundMessage
from app.questionnaires.corrections import corrected_part
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.engine import Given, enabled_items
from app.questionnaires.parsing import Reply, ReplyKind, parse_named, parse_replies, parse_reply
from app.workflows.answer_question import Dialogue

Answers = dict[str, Given]
"""What a text says, by ``link_id``; empty when it says nothing for certain."""


def read_reply(dialogue: Dialogue, text: str) -> Answers:
    """The answers that a text gives to what was asked last: to what of it is open, or to all that the text asked."""
    language = dialogue.person.language
    asked = [dialogue.questionnaire.item(link_id) for link_id in dialogue.checkin.asked]
    return read(text, asked_items(dialogue), language) or read(text, asked, language)


def asked_items(dialogue: Dialogue) -> list[Item]:
    """The items asked last by text and not answered since (the web form may have been quicker).

    Empty for somebody who was sent a link only: a number from them answers no question that they have seen.
    """
    asked = [dialogue.questionnaire.item(link_id) for link_id in dialogue.checkin.asked]
    return [item for item in asked if item.link_id not in dialogue.given] or asked


def read(text: str, items: Sequence[Item], language: str) -> Answers:
    """The answers that a text gives to some items."""
    if not items:
        return {}
    if len(items) == 1:
        replies = {items[0].link_id: parse_reply(text, items[0], language)}
    else:
        replies = parse_replies(text, items, language)
    return _given(replies, items)


def read_by_name(dialogue: Dialogue, text: str) -> Answers:
    """The answers that a text names, whatever was asked: "pain 4" an hour later, or five symptoms in one text."""
    items = [item for item in enabled_items(dialogue.questionnaire, dialogue.given) if not item.optional]
    return _given(parse_named(text, items, dialogue.person.language), items)


def read_correction(dialogue: Dialogue, text: str) -> Answers:
    """What a text that says "I meant 4" changes of earlier answers.

    Numbers with names belong to these; one without belongs to what was answered last, if that was one question.
    """
    part = corrected_part(text)
    if part is None:
        return {}
    named = read_by_name(dialogue, part)
    if named:
        return named if set(named) <= set(dialogue.given) else {}
    return read(part, answered_last(dialogue), dialogue.person.language)


def means_a_correction(text: str) -> bool:
    """Whether a text says that an earlier number was wrong."""
    part = corrected_part(text)
    return part is not None and any(character.isdigit() for character in part)


def answered_last(dialogue: Dialogue, before: datetime | None = None) -> list[Item]:
    """The items that one text or page answered, the last one (or the last before a moment); in their order."""
    moments = [row.answered_at for row in dialogue.answers.values() if before is None or row.answered_at < before]
    if not moments:
        return []
    return _answered_at(dialogue, max(moments))


def group_before(dialogue: Dialogue) -> list[Item]:
    """The items to go back to: those answered last, or before the ones that are being asked once more."""
    last = answered_last(dialogue)
    if last and [item.link_id for item in last] == list(dialogue.checkin.asked):
        at = min(dialogue.answers[item.link_id].answered_at for item in last)
        return answered_last(dialogue, at) or last
    return last


def too_early_for(dialogue: Dialogue, inbound: InboundMessage) -> list[Item]:
    """The items just answered by another text, if this one came in before that answer was taken in.

    Whoever wrote it cannot have seen the next question: it is a second reply to the same one.
    """
    by_text = [row.answered_at for row in dialogue.answers.values() if row.channel == Channel.SMS]
    if not by_text or max(by_text) <= inbound.received_at:
        return []
    return _answered_at(dialogue, max(by_text))


def worse_of(items: Iterable[Item], first: Mapping[str, Given], second: Answers) -> Answers:
    """Of two answers to each item the worse one; the second where one number is not worse than another.

    The first one was judged when it came, so whatever it calls for is under way.
    """
    kept: Answers = {}
    for item in items:
        before, after = first.get(item.link_id), second.get(item.link_id)
        values = [g for g in (before, after) if g is not None and g.value is not None]
        if item.type is ItemType.SCALE and len(values) == 2:
            pick = min if item.worse == "low" else max
            kept[item.link_id] = pick(values, key=lambda g: g.value or 0.0)
        elif after is not None:
            kept[item.link_id] = after
    return kept


def _answered_at(dialogue: Dialogue, moment: datetime) -> list[Item]:
    ids = {row.link_id for row in dialogue.answers.values() if row.answered_at == moment}
    return [item for item in dialogue.questionnaire.items if item.link_id in ids]


def _given(replies: dict[str, Reply], items: Sequence[Item]) -> Answers:
    types = {item.link_id: item.type for item in items}
    return {k: _as_given(r, types[k]) for k, r in replies.items() if r.kind is ReplyKind.ANSWER}


def _as_given(reply: Reply, kind: ItemType) -> Given:
    words = reply.text if kind is ItemType.TEXT else reply.comment
    return Given(None if reply.value is None else float(reply.value), words)
