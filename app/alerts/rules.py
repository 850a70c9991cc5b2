"""When an answer, or silence, needs a person: a program's rules judged on a person's history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemFacts, Items, ItemSet
from app.alerts.findings import Finding, findings_of, review
from app.alerts.history import DEFAULT_GOALS, History, Levels
from app.alerts.lifecycle import AlertKind
from app.alerts.logic import Basis, Scene
from app.codes import Respondent, Tier

__all__ = ["DEFAULT_GOALS", "AlertRule", "Entry", "Finding", "evaluate", "red_only", "review"]


def evaluate(
    rules: Iterable[Mapping[str, Any] | AlertRule],
    history: Sequence[Mapping[str, Any] | Entry],
    *,
    goals: Levels | None = None,
    baseline: Levels | None = None,
    items: Sequence[Any] | ItemSet | None = None,
    default_goals: Levels = DEFAULT_GOALS,
    enrolled_at: datetime | None = None,
    completed: bool = True,
    language: str = "en",
) -> list[Finding]:
    """Judge the last entry of a history; the findings come in the order of the rules.

    ``history`` holds one enrolment's check-ins and responses, oldest first, as ``Entry`` or mappings with
    ``authored_at`` (aware, or RFC 3339 text), ``respondent``, ``check_in``, ``status``, ``answers`` (number, text or
    None by ``link_id``) and where known ``questionnaire`` (url), ``recall_period``, ``language``, ``items``
    (definitions), ``late``, ``tier`` (the tier it raised), ``texts`` and ``scores`` (number by name). The argument
    ``items`` gives the definitions of entries that carry none.
    Dates in reasons are those of the zone that ``authored_at`` carries; reasons are in ``language``.

    ``goals`` and ``baseline`` map a code or ``link_id`` to a number (or ``{value, set_at}``) of the judged respondent,
    or ``{"self": {…}, "proxy": {…}}`` to such mappings. With ``completed=False``, while answers still come in, only the
    rules run that a single answer may fire. Raises ``ValueError`` for a rule or an answer that cannot be understood:
    the caller makes that a red review, so that a human looks.
    """
    known = [AlertRule.from_mapping(rule) for rule in rules]
    definitions = Items(items)
    entries = [Entry.from_mapping(entry, definitions) for entry in history]
    levels = {"goals": goals or {}, "baselines": baseline or {}, "default_goals": default_goals}
    return _judge(known, entries, levels, enrolled_at, completed, language)


def red_only(rules: Iterable[Mapping[str, Any] | AlertRule]) -> list[AlertRule]:
    """The rules that are judged with every single answer: red ones that need no closed check-in."""
    return [rule for rule in map(AlertRule.from_mapping, rules) if rule.at_once]


def ruled_out(rules: Iterable[AlertRule], entry: Entry) -> bool:
    """Whether an entry's own answers already say that none of these rules fires, whatever the past."""
    alone = History.of([entry], goals={}, baselines={}, default_goals={}, enrolled_at=None)
    return not any(rule.possible(alone) for rule in rules)


def _judge(
    rules: Sequence[AlertRule],
    entries: Sequence[Entry],
    levels: Mapping[str, Levels],
    enrolled_at: datetime | None,
    completed: bool,
    language: str = "en",
) -> list[Finding]:
    if not entries or entries[-1].sets_goals or entries[-1].status == "entered-in-error":
        return []
    past = History.of(entries, enrolled_at=enrolled_at, **levels)
    was_red = partial(_was_red, rules=rules, entries=entries, levels=levels)
    running = [rule for rule in rules if (completed or rule.at_once) and rule.possible(past)]
    scene = Scene(past, was_red, language, completed=completed)
    fired = [[] if rule.counts_ambers else findings_of(rule, scene) for rule in running]
    after = replace(scene, ambers=_ambers([finding for findings in fired for finding in findings]))
    for place, rule in enumerate(running):
        if rule.counts_ambers:
            fired[place] = findings_of(rule, after)
    return [finding for findings in fired for finding in findings]


def _was_red(
    entry: Entry, *, rules: Sequence[AlertRule], entries: Sequence[Entry], levels: Mapping[str, Levels]
) -> bool:
    """Whether an earlier entry raised a red: as the caller says, else as the same rules say of it."""
    if entry.judged:
        return entry.tier == Tier.RED
    upto = [other for other in entries[:-1] if other.authored_at <= entry.authored_at and other is not entry]
    return any(finding.tier is Tier.RED for finding in _judge(rules, [*upto, entry], levels, None, completed=True))


def _ambers(findings: Sequence[Finding]) -> tuple[ItemFacts, ...]:
    """The distinct subjects that are amber by a rise or a level, as far as a count of ambers goes.

    A subject that is red already is not amber. Being above the goal, or at a moderate level for some time, does not
    count: a steady tiredness and a steady poor appetite are never red together. Nor do silence and a caregiver's own
    strain.
    """
    red = {finding.subject for finding in findings if finding.tier is Tier.RED}
    found: dict[str, ItemFacts] = {}
    for finding in findings:
        own_strain = finding.subject.startswith(f"{Respondent.CAREGIVER}:")
        if finding.tier is Tier.AMBER and finding.subject not in red and not own_strain and _acute(finding):
            assert finding.about is not None
            found[finding.subject] = finding.about
    return tuple(found.values())


def _acute(finding: Finding) -> bool:
    if finding.kind is not AlertKind.CLINICAL:
        return False
    if Basis.RISE in finding.basis:
        return True
    return Basis.LEVEL in finding.basis and Basis.GOAL not in finding.basis
