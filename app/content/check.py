"""What `content check` tells about content that is valid: what it costs, and what its author should look at again."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jinja2 import nodes

from app.content.asked import Asked as Questions
from app.content.asked import asked_by
from app.content.fields import as_duration, entries
from app.content.loader import ContentBundle, Instrument
from app.content.messages import render_sample
from app.content.overlooked import unanswered_calls, unread
from app.content.reading_age import OLDEST, available, reading_age
from app.messaging.rendering import Asked, Renderer, Shape, environment
from app.messaging.segments import measure
from app.messaging.templates import TEMPLATES
from app.questionnaires.definition import Item, ItemType, Questionnaire, in_language

CHECK_IN_SEGMENTS = 8
"""A whole check-in costs at most so many outgoing segments."""

LONG_SENTENCE = 22
"""More words than this in one sentence are hard to take in for somebody who is ill."""

_PUT_IN = frozenset(
    "anchor_high anchor_low clinic example labels link options place question recall_hours url who wording".split()
)

SIGN_OFF = (
    "The questions, thresholds and escalation times are defaults. A clinician of the site has to sign them off before "
    "they are used for real people."
)


@dataclass(frozen=True, slots=True)
class MessageCost:
    """What one message costs in one language with typical values; ``text`` is how it then reads."""

    name: str
    language: str
    encoding: str
    segments: int
    allowed: int
    text: str


@dataclass(frozen=True, slots=True)
class CheckInCost:
    """The most that a check-in costs in outgoing segments: every question asked, all understood, and nothing red."""

    program: str
    check_in: str
    language: str
    segments: int


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about valid content. ``warnings`` do not keep it from being published; ``notes`` tell."""

    messages: tuple[MessageCost, ...]
    check_ins: tuple[CheckInCost, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sign_off: str = SIGN_OFF


def report(bundle: ContentBundle) -> Report:
    """Measure every message and check-in of ``bundle``, and look for what its author may have overlooked."""
    renderer = Renderer(bundle.templates)
    messages = tuple(
        _cost(renderer, name, language, bundle.notes[language].encoding)
        for name in TEMPLATES
        for language in bundle.languages
    )
    check_ins = tuple(_check_ins(bundle, renderer))
    warnings = [
        *_programs(bundle, unanswered_calls),
        *_not_said(bundle),
        *_translation_gaps(bundle),
        *_long_sentences(messages),
    ]
    warnings += _long_questions(bundle, renderer)
    warnings += [
        f"{where}: needs a reader of {age:.0f}; aim at {OLDEST}: {text}"
        for where, text, age in reading_ages(bundle, renderer)
        if age > OLDEST
    ]
    warnings += [
        f"{cost.program}: check-in {cost.check_in!r} can cost {cost.segments} segments in {cost.language!r}; "
        f"aim at {CHECK_IN_SEGMENTS}"
        for cost in check_ins
        if cost.segments > CHECK_IN_SEGMENTS
    ]
    return Report(messages, check_ins, tuple(warnings), tuple(_notes(bundle)))


def _notes(bundle: ContentBundle) -> Iterator[str]:
    for language, note in bundle.notes.items():
        reader = f"reviewed by {note.reviewed_by}" if note.reviewed_by else "no native speaker has reviewed it yet"
        yield f"{language} ({note.name}): {reader}."
    for file in bundle.red_flags.values():
        phrases = sum(len(said) for said in file.words.flags.values())
        yield (
            f"{file.file} version {file.words.version}, fingerprint {file.fingerprint[:12]}: {phrases} phrases for "
            f"{len(file.words.flags)} signs, {len(file.words.idioms)} idioms."
        )
    yield from _programs(bundle, unread)
    if not available():
        yield "Reading level was not checked: textstat is not installed (it comes with the development packages)."


def reading_ages(bundle: ContentBundle, renderer: Renderer) -> Iterator[tuple[str, str, float]]:
    """The file, the words and the reading age of every message and question that an age can be told for."""
    for language in bundle.languages:
        said = [
            (f"sms_templates/{language}/{name}.txt", _own_words(renderer, name, language)) for name in TEMPLATES
        ] + [
            (instrument.file, text)
            for instrument in bundle.instruments.values()
            for item in instrument.questionnaire.items
            for text in (item.wording(language), *(in_language(option.text, language) for option in item.options))
        ]
        for where, text in said:
            if (age := reading_age(text, language)) is not None:
                yield where, text, age


def _own_words(renderer: Renderer, name: str, language: str) -> str:
    """What a message says itself, without what is put into it: names, addresses, questions and lists of symptoms."""
    variables = TEMPLATES[name].variables
    return render_sample(renderer, name, language, **dict.fromkeys(_PUT_IN & variables, ""))


def asked(item: Item, language: str) -> Asked:
    """An item as the renderer wants it, in one language."""
    words = item.anchors.get(language) or item.anchors.get("en")
    return Asked(
        shape=Shape.TEXT if item.type is ItemType.DATE else Shape(item.type.value),
        wording=item.wording(language),
        label=item.short(language),
        low=item.min,
        high=item.max,
        anchors=(words[0], words[1]) if words else None,
        options=tuple((option.value, in_language(option.text, language)) for option in item.options),
    )


def questions(questionnaire: Questionnaire, renderer: Renderer, language: str) -> list[str]:
    """The texts that ask all of a questionnaire by SMS, in order: groups at once, optional free text not at all.

    None for one that is answered on the form alone.
    """
    if questionnaire.by == "link":
        return []
    recall = as_duration(questionnaire.recall_period)
    hours = recall // timedelta(hours=1) if recall else None
    done: set[str] = set()
    texts: list[str] = []
    for item in questionnaire.items:
        if item.link_id in done or (item.type is ItemType.TEXT and item.optional):
            continue
        group = next((group for group in questionnaire.ask_together if item.link_id in group), (item.link_id,))
        done.update(group)
        members = [asked(questionnaire.item(link_id), language) for link_id in group]
        texts.append(renderer.ask(members, language, recall_hours=hours))
    return texts


def _cost(renderer: Renderer, name: str, language: str, encoding: str) -> MessageCost:
    text = render_sample(renderer, name, language)
    segments = measure(text)
    allowed = TEMPLATES[name].allowed(encoding)
    return MessageCost(name, language, segments.encoding, segments.count, allowed, text)


def _check_ins(bundle: ContentBundle, renderer: Renderer) -> Iterator[CheckInCost]:
    for program in bundle.programs.values():
        for _, check_in in entries(program.data["check_ins"]):
            instrument = bundle.instruments[check_in["questionnaire"]]
            for language in bundle.languages:
                closings = [render_sample(renderer, name, language) for name in ("closing", "closing_amber")]
                if check_in["respondent"] == "caregiver":
                    texts = [render_sample(renderer, "caregiver_invitation", language)]
                elif instrument.questionnaire.by == "link":
                    texts = [render_sample(renderer, "link_invitation", language)]
                else:
                    first, *rest = _most_on_one_occasion(instrument, renderer, language)
                    texts = [render_sample(renderer, "invitation", language, question=first), *rest]
                cost = sum(map(_segments, texts)) + max(map(_segments, closings))
                yield CheckInCost(program.name, check_in["name"], language, cost)


def _most_on_one_occasion(instrument: Instrument, renderer: Renderer, language: str) -> list[str]:
    """The dearest questions of which one occasion asks no more, else all of them."""
    texts = questions(instrument.questionnaire, renderer, language)
    most = instrument.data.get("items_per_occasion")
    return sorted(texts, key=_segments, reverse=True)[: int(most)] if most else texts


def _segments(text: str) -> int:
    return measure(text).count


def _programs(
    bundle: ContentBundle, look: Callable[[Sequence[Mapping[str, Any]], Sequence[Questions]], Iterator[str]]
) -> Iterator[str]:
    """What there is to say of each program, going by its rules and by what it asks of whom."""
    instruments = {name: instrument.data for name, instrument in bundle.instruments.items()}
    for program in bundle.programs.values():
        for said in look(program.data["rules"], asked_by(program.data, instruments)):
            yield f"{program.file}: {said}"


def _not_said(bundle: ContentBundle) -> Iterator[str]:
    """Questions that a language lacks, because it is optional or the instrument's owner did not translate it."""
    for instrument in bundle.instruments.values():
        for language in sorted(bundle.notes):
            missing = [item.link_id for item in instrument.questionnaire.items if language not in item.text]
            if missing:
                yield f"{instrument.file}: is asked in English where {language!r} is missing: {', '.join(missing)}"


def _long_questions(bundle: ContentBundle, renderer: Renderer) -> Iterator[str]:
    for instrument in bundle.instruments.values():
        for language in bundle.languages:
            for text in questions(instrument.questionnaire, renderer, language):
                if (count := measure(text).count) > TEMPLATES["question"].allowed(bundle.notes[language].encoding):
                    yield f"{instrument.file}: a question costs {count} segments in {language!r}: {text}"


def _translation_gaps(bundle: ContentBundle) -> Iterator[str]:
    """What one language mentions and another does not: an emergency number lost in translation, for one."""
    for name in TEMPLATES:
        used = {language: _mentioned(bundle.templates[language][name]) for language in bundle.languages}
        everything = frozenset[str]().union(*used.values())
        for language, names in used.items():
            if missing := everything - names:
                where = f"sms_templates/{language}/{name}.txt"
                yield f"{where}: does not mention {', '.join(sorted(missing))}, which another language does"


def _mentioned(text: str) -> frozenset[str]:
    return frozenset(node.name for node in environment().parse(text).find_all(nodes.Name) if node.ctx == "load")


def _long_sentences(messages: tuple[MessageCost, ...]) -> Iterator[str]:
    for message in messages:
        for sentence in re.split(r"(?<=[.?!:])\s+", message.text):
            if (count := len(sentence.split())) > LONG_SENTENCE:
                yield f"sms_templates/{message.language}/{message.name}.txt: {count} words in one sentence: {sentence}"
