"""What a program file may say: when people are asked, which answers need a person, and who is called."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields

from app.checkins.timing import WEEKDAYS, Timing
from app.codes import Respondent, Tier
from app.content.asked import Items, asked_by, looked_at
from app.content.conditions import when_findings
from app.content.documents import Place
from app.content.fields import (
    Day,
    Duration,
    Finding,
    ListOf,
    OneOf,
    OneOrMore,
    Strict,
    Text,
    as_duration,
    entries,
    listed,
    name_text,
    shape_findings,
    texts,
)
from app.content.suggestions import suggestion_findings
from app.escalation.policy import SETTLED_AT_MOST, Target
from app.messaging.templates import TEMPLATES

TARGETS = (Target.ON_CALL, Target.BACKUP, Target.EVERYONE, Target.FALLBACK)
SETTINGS = ("home", "clinic", "hospital", "hospice", "deceased", "off-treatment")
"""Where a person is. ``off-treatment`` goes beside any of them: their cancer treatment is recorded as ended."""
INTENTS = ("comfort", "disease-directed")

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class _Timing(Strict):
    every = Duration(required=True)
    on = ListOf(OneOf(*WEEKDAYS), most=7)
    at = OneOrMore(Text(_CLOCK, "a time of day such as '09:30'"), most=24)
    starts_on = Day()


class _CheckIn(Strict):
    name = name_text(required=True)
    title = texts()
    questionnaire = Text(required=True)
    respondent = OneOf("patient", "caregiver", required=True)
    timing = fields.Nested(_Timing, allow_none=True)
    window = Duration(required=True)
    reminders = ListOf(Duration(), least=0, most=5)


class _Rule(Strict):
    id = name_text(required=True)
    tier = OneOf(*Tier, required=True)
    when = fields.Raw(required=True)
    then = OneOf("step_down")
    instruction = Text()
    not_during = OneOrMore(OneOf(*SETTINGS), most=6)
    applies_to = OneOrMore(OneOf(*INTENTS), most=2)
    respondents = OneOrMore(OneOf(*Respondent), most=3)
    subject = Text(re.compile(r"[a-z0-9][a-z0-9_-]{0,63}"), "a subject: small letters, digits, '-' and '_'")


class _Step(Strict):
    page = OneOf(*TARGETS, required=True)
    after = Duration()


class _Ladder(Strict):
    clock = OneOf("wall", "clinic")
    steps = ListOf(fields.Nested(_Step), least=0, most=20, required=True)
    repeat = Duration()
    acknowledge_within = Duration()
    resolve_within = Duration()
    settled_for = Duration()


class _Escalation(Strict):
    red = fields.Nested(_Ladder)
    amber = fields.Nested(_Ladder)
    watch = fields.Nested(_Ladder)


class _Program(Strict):
    name = name_text(required=True)
    version = Text(required=True)
    title = texts()
    description = texts()
    check_ins = ListOf(fields.Nested(_CheckIn), most=50, required=True)
    rules = ListOf(fields.Nested(_Rule), most=500, required=True)
    escalation = fields.Nested(_Escalation, required=True)


def program_findings(
    data: Mapping[str, Any], name: str, instruments: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Everything wrong with the program in the file called ``name``, given the readable ``instruments`` by name."""
    yield from shape_findings(_Program(), data)
    if data.get("name") not in (None, name):
        yield ("name",), f"{data['name']!r} is in a file called {name}.yaml"
    yield from _repeated(data, "check_ins", "name")
    yield from _repeated(data, "rules", "id")
    for index, check_in in entries(data.get("check_ins")):
        yield from _check_in(check_in, ("check_ins", index), instruments)
    asked = asked_by(data, instruments)
    for index, rule in entries(data.get("rules")):
        yield from _rule(rule, ("rules", index), looked_at(rule, asked))
    yield from _ladders(data)


def _repeated(data: Mapping[str, Any], key: str, name: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, entry in entries(data.get(key)):
        if (said := str(entry.get(name))) in seen:
            yield (key, index, name), f"{said!r} is used twice"
        seen.add(said)


def _check_in(check_in: Mapping[str, Any], at: Place, instruments: Mapping[str, Any]) -> Iterator[Finding]:
    wanted = check_in.get("questionnaire")
    if isinstance(wanted, str) and wanted not in instruments:
        yield (*at, "questionnaire"), f"there is no instrument {wanted!r}: use {listed(instruments) or 'none yet'}"
    if isinstance(timing := check_in.get("timing"), Mapping):
        try:
            Timing.from_mapping(timing)
        except (ValueError, TypeError) as error:
            yield (*at, "timing"), str(error)
    window = as_duration(check_in.get("window"))
    before = timedelta(0)
    reminders = check_in.get("reminders")
    for index, written in enumerate(reminders if isinstance(reminders, list) else []):
        after = as_duration(written)
        if after is None:
            continue
        if after <= before:
            yield (*at, "reminders", index), "reminders are in order, each later than the one before"
        if window is not None and after >= window:
            yield (*at, "reminders", index), f"{written} is not before the window of {check_in['window']} closes"
        before = after


def _rule(rule: Mapping[str, Any], at: Place, items: Items) -> Iterator[Finding]:
    said = rule.get("instruction")
    if isinstance(said, str) and said not in TEMPLATES and f"{said}_covered" not in TEMPLATES:
        yield (*at, "instruction"), f"there is no message {said!r}"
    yield from suggestion_findings(rule, at, items)
    if "when" in rule:
        yield from when_findings(rule["when"], (*at, "when"), items)


def _ladders(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Every tier that a rule can raise says who is called; a red alert always calls somebody."""
    ladders = data.get("escalation")
    if not isinstance(ladders, Mapping):
        return
    used = {str(rule.get("tier")) for _, rule in entries(data.get("rules"))}
    for tier in Tier:
        ladder = ladders.get(tier.value)
        if tier.value in used and ladder is None:
            yield ("escalation",), f"does not say what happens with {tier.value}"
        if not isinstance(ladder, Mapping):
            continue
        if tier is Tier.RED and ladder.get("steps") == []:
            yield ("escalation", "red", "steps"), "a red alert must page somebody"
        if (as_duration(ladder.get("settled_for")) or timedelta(0)) > SETTLED_AT_MOST:
            said = f"what was closed keeps quiet for {SETTLED_AT_MOST.days} days at most"
            yield ("escalation", tier.value, "settled_for"), said
        for index, step in entries(ladder.get("steps")):
            if index and "after" not in step:
                yield ("escalation", tier.value, "steps", index), "needs after: how long after the step before"
