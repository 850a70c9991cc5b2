"""A program's rules as they hold at one site or for one person: some thresholds changed, some rules muted.

What may never be muted or loosened: red-flag words, a wish for a call now, silence after a red, and the worst answers
of a scale (9 and 10 of 0-10). Whether that still holds is seen by judging such answers, not by reading the rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import partial

from app.alerts.comparisons import OPERATORS, Comparison
from app.alerts.conditions import Ambers, Cluster, Composite, Says, Score, Words
from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemFacts, ItemSet
from app.alerts.logic import AllOf, AnyOf, Condition, Not
from app.alerts.rules import evaluate
from app.alerts.silence import MissedAfterRed, MissedInARow
from app.codes import Respondent, Tier
from app.errors import Rejected

LONGEST_MUTE = timedelta(days=30)
"""How long a rule may be muted for one person before somebody looks at it again."""

_NUMBERS = tuple(name for name in OPERATORS if name not in ("equals", "above_goal"))
_COUNTS = ("consecutive", "missed_in_a_row", "ambers_at_least")
CHANGEABLE = (*_NUMBERS, "composite_at_least", *_COUNTS)
"""The operators whose operand an override may set."""

_GUARDED = (Words, Says, MissedAfterRed)
_LARGEST = 100
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_WORST: Mapping[str, tuple[float, ...]] = {"high": (9, 10), "low": (1, 0)}
_SCALE_END = 10


@dataclass(frozen=True, slots=True)
class Override:
    """One rule of a program as it holds for one person, or for a site (``patient_id`` empty), in a stretch of time.

    ``change`` maps operators to their new operands. ``ended_at`` is when it was taken back before its end.
    """

    rule_id: str
    patient_id: str | None
    version: int
    muted: bool
    change: Mapping[str, float] | None
    starts_at: datetime
    ends_at: datetime | None = None
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        ends = [end for end in (self.ends_at, self.ended_at) if end is not None]
        return self.starts_at <= at and all(at < end for end in ends)


def apply(rules: Sequence[AlertRule], overrides: Iterable[Override]) -> list[AlertRule]:
    """The rules with the overrides that hold: a person's own is used instead of the site's, never both.

    An override that no longer fits, because the program has changed since, leaves its rule as published.
    """
    chosen: dict[str, Override] = {}
    for override in sorted(overrides, key=lambda one: one.patient_id is not None):
        chosen[override.rule_id] = override
    if not chosen:
        return list(rules)
    found = (fitting(rule, chosen[rule.id]) if rule.id in chosen else rule for rule in rules)
    return [rule for rule in found if rule is not None]


def fitting(rule: AlertRule, override: Override) -> AlertRule | None:
    """A rule under an override: changed, ``None`` where it is muted, or as it was where the override does not fit."""
    if _guarded(rule):
        return rule
    if override.muted:
        return None
    try:
        return changed(rule, override.change or {})
    except Rejected:
        return rule


def changed(rule: AlertRule, change: Mapping[str, float]) -> AlertRule:
    """The rule with new operands; ``Rejected`` when an operator does not occur in it exactly once."""
    when = rule.when
    for operator, operand in change.items():
        if operator not in CHANGEABLE:
            raise Rejected({"change": [f"{operator} cannot be changed: use {', '.join(CHANGEABLE)}."]})
        times = len(_operands(when, operator))
        if times != 1:
            often = "does not occur" if not times else f"occurs {times} times"
            raise Rejected({"change": [f"{operator} {often} in the rule {rule.id}: only what occurs once can be set."]})
        when = _map(when, partial(_set, operator=operator, value=operand))
    return replace(rule, when=when)


def find_rule(rules: Sequence[AlertRule], rule_id: str) -> AlertRule:
    """The rule of that name; raises ``Rejected`` naming those that are written much like it."""
    known = {rule.id: rule for rule in rules}
    if rule_id not in known:
        near = get_close_matches(rule_id, known)
        meant = f" Is it {' or '.join(near)}?" if near else ""
        raise Rejected({"rule": [f"there is no rule {rule_id!r} in this program.{meant}"]})
    return known[rule_id]


def operands(rule: AlertRule) -> dict[str, float]:
    """What an override of this rule may set, and what it is as published."""
    found = {operator: _operands(rule.when, operator) for operator in CHANGEABLE}
    return {operator: values[0] for operator, values in found.items() if len(values) == 1}


def check(
    rules: Sequence[AlertRule], proposed: Override, *, beside: Sequence[Override] = (), items: Iterable[ItemSet] = ()
) -> None:
    """Check a new override of a program's ``rules`` against what must never be lost; raises ``Rejected`` saying why.

    ``beside`` are the overrides in force with it, ``items`` what the program's questionnaires ask.
    """
    rule = find_rule(rules, proposed.rule_id)
    if _guarded(rule):
        said = "Red-flag words, a wish for a call now and silence after a red call somebody, always."
        raise Rejected({"rule": [f"The rule {rule.id} can be neither muted nor changed. {said}"]})
    if proposed.muted == bool(proposed.change):
        raise Rejected({"change": ["Either mute the rule or give a new operand, such as at_least: 8."]})
    if proposed.muted:
        _check_mute(rule, proposed)
    else:
        _check_operands(proposed.change or {})
        changed(rule, proposed.change or {})
    others = [one for one in beside if (one.rule_id, one.patient_id) != (proposed.rule_id, proposed.patient_id)]
    lost = next(_lost(rules, apply(rules, [*others, proposed]), items), None)
    if lost is not None:
        raise Rejected({"muted" if proposed.muted else "change": [lost]})


def _check_mute(rule: AlertRule, proposed: Override) -> None:
    if proposed.patient_id is None:
        if rule.tier is Tier.RED:
            raise Rejected({"muted": [f"The rule {rule.id} is red: it cannot be muted for a whole site."]})
        return
    if proposed.ends_at is None:
        raise Rejected({"ends_at": ["Say until when, at most 30 days from now."]})
    if proposed.ends_at - proposed.starts_at > LONGEST_MUTE:
        raise Rejected({"ends_at": ["A rule is muted for one person for at most 30 days."]})


def _check_operands(change: Mapping[str, float]) -> None:
    for operator, operand in change.items():
        least = 1 if operator in _COUNTS else 0
        number = isinstance(operand, int | float) and not isinstance(operand, bool) and least <= operand <= _LARGEST
        if not number or (operator in _COUNTS and operand != int(operand)):
            kind = "a whole number" if operator in _COUNTS else "a number"
            raise Rejected({"change": [f"{operator} takes {kind} from {least} to {_LARGEST}."]})
        if operator in ("rises_by", "falls_by", "discordance_at_least") and operand == 0:
            raise Rejected({"change": [f"{operator} must be more than 0."]})


def _guarded(rule: AlertRule) -> bool:
    return any(isinstance(leaf, _GUARDED) for leaf in rule.leaves)


def _lost(before: Sequence[AlertRule], after: Sequence[AlertRule], items: Iterable[ItemSet]) -> Iterator[str]:
    """What the rules no longer raise as urgently as before, among the two worst answers to each 0-10 question."""
    for answer, entry in _worst_answers(items):
        worst = [min((f.tier.rank for f in evaluate(rules, [entry])), default=len(Tier)) for rules in (before, after)]
        if worst[1] > worst[0]:
            tier = list(Tier)[worst[0]]
            yield f"A {answer} would no longer be {tier}: the two worst answers always call somebody."


def _worst_answers(items: Iterable[ItemSet]) -> Iterator[tuple[str, Entry]]:
    for questionnaire in items:
        for facts in questionnaire.by_link.values():
            for value in _worst(facts):
                for respondent in Respondent:
                    yield (
                        f"{facts.label} of {value}",
                        Entry(_SOME_DAY, respondent, answers={facts.link_id: value}, items=questionnaire),
                    )


def _worst(facts: ItemFacts) -> tuple[float, ...]:
    if facts.kind != "scale" or facts.high is None:
        return ()
    if facts.high != _SCALE_END:  # a short scale has one worst answer
        return () if facts.worse == "low" else (facts.high,)
    return _WORST["low" if facts.worse == "low" else "high"]


def _operands(when: Condition, operator: str) -> list[float]:
    """Every operand that an operator has in a condition."""
    found: list[float] = []

    def note(leaf: Condition) -> Condition:
        found.extend(_of(leaf, operator))
        return leaf

    _map(when, note)
    return found


def _of(leaf: Condition, operator: str) -> list[float]:
    match leaf, operator:
        case Comparison(consecutive=times), "consecutive":
            return [times] if times > 1 else []
        case Comparison(tests=tests), _:
            return [operand for name, operand in tests if name == operator]
        case Score(tests=tests), _:
            return [operand for name, operand in tests if name == operator]
        case (Cluster(at_least=level), "at_least") | (Composite(at_least=level), "composite_at_least"):
            return [level]
        case (Ambers(at_least=count), "ambers_at_least") | (MissedInARow(count=count), "missed_in_a_row"):
            return [count]
        case _:
            return []


def _set(leaf: Condition, *, operator: str, value: float) -> Condition:
    if not _of(leaf, operator):
        return leaf
    match leaf:
        case Comparison() if operator == "consecutive":
            return replace(leaf, consecutive=int(value))
        case Comparison(tests=tests) | Score(tests=tests):
            return replace(leaf, tests=tuple((name, value if name == operator else old) for name, old in tests))
        case Cluster() | Composite():
            return replace(leaf, at_least=value)
        case Ambers():
            return replace(leaf, at_least=int(value))
        case MissedInARow():
            return replace(leaf, count=int(value))
        case _:
            return leaf


def _map(when: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """The condition with each of its leaves put through ``change``."""
    match when:
        case AllOf(parts) | AnyOf(parts):
            return replace(when, parts=tuple(_map(part, change) for part in parts))
        case Not(part):
            return replace(when, part=_map(part, change))
        case _:
            return change(when)
