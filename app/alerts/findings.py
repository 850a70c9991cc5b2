"""What a rule that fired says: which subject, how urgent, why in a sentence for the nurse, and on which values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.alerts.comparisons import Comparison
from app.alerts.conditions import Cluster, Composite, Says, Score, Words
from app.alerts.definition import AlertRule
from app.alerts.entries import ItemFacts
from app.alerts.history import Answer, History
from app.alerts.lifecycle import STEP_DOWN, AlertKind
from app.alerts.logic import Basis, Condition, Evidence, Scene
from app.alerts.silence import MissedAfterRed, MissedInARow, SilentFor
from app.alerts.wording import Wording, wording
from app.codes import Tier

_BOUNDS = (Basis.LIMIT, Basis.BOUND)
_SILENCES = (MissedInARow, SilentFor, MissedAfterRed)
_KINDS = {
    "silence": AlertKind.SILENCE, "review": AlertKind.REVIEW, STEP_DOWN: AlertKind.REVIEW,
    "caregiver:respite": AlertKind.RESPITE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fired for the judged entry.

    ``subject`` names what it is about, such as ``self:pain``, ``proxy:pain``, ``caregiver:sleep``, ``silence``,
    ``words:chest_pain`` or ``review``; there is one open alert per patient and subject. ``reason`` is a sentence for
    the nurse in the language asked for, ``said`` one for whoever answered, in theirs: what they told us and what it was
    before; empty where there is nothing to repeat (silence, reviews, their own words). ``about`` names the subject,
    ``version`` the rules that found it.
    ``values`` are the operands, JSON-ready: ``item``, ``code``, ``value``, ``authored_at``, ``worse``, and where they
    were used or known ``previous``, ``baseline``, ``best`` (each with ``…_at``), ``goal``, ``goal_is_default``,
    ``other``, ``composite``, ``score``, ``missed``, ``silent_since``, ``red_at``, ``ambers``, ``urgent``, ``flag``,
    ``phrase``; ``items`` lists them when several items are involved.
    """

    rule_id: str
    tier: Tier
    subject: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    instruction: Any = None
    then: str | None = None
    basis: frozenset[Basis] = frozenset()
    about: ItemFacts | None = None
    said: str = ""
    version: str = ""

    @property
    def kind(self) -> AlertKind:
        """The kind of alert that it opens."""
        return _KINDS.get(self.subject, AlertKind.CLINICAL)

    @property
    def insists(self) -> bool:
        """Whether the person asked for a call now or used red-flag words: an acknowledged alert is paged again."""
        return bool(self.basis & {Basis.URGENT, Basis.WORDS})


def review(reason: str, *, tier: Tier = Tier.RED, rule_id: str = "review") -> Finding:
    """The finding that asks a person to look, because the service could not judge by itself."""
    return Finding(rule_id=rule_id, tier=tier, subject="review", reason=reason)


def findings_of(rule: AlertRule, scene: Scene) -> list[Finding]:
    """What one rule finds: nothing unless it is true; one finding for each red flag; else one."""
    verdict = rule.when.judge(scene)
    if not verdict.truth:
        return []
    subject, about = _subject(rule, scene.history)
    make: Callable[..., Finding] = partial(
        Finding,
        rule_id=rule.id,
        tier=rule.tier,
        instruction=rule.instruction,
        then=rule.then,
        about=about,
        basis=frozenset(evidence.basis for evidence in verdict.evidence),
    )
    flags = [evidence for evidence in verdict.evidence if evidence.basis is Basis.WORDS]
    others = [evidence for evidence in verdict.evidence if evidence.basis is not Basis.WORDS]
    if not flags:
        told = {"reason": _reason(rule, others, scene), "said": _said(others, scene), "values": _values(others, scene)}
        return [make(subject=subject, **told)]
    return [
        make(
            subject=f"words:{flag.values['flag']}",
            reason=_reason(rule, [flag, *others], scene),
            said=_said(others, scene),
            values=_values([flag, *others], scene),
        )
        for flag in flags
    ]


def _subject(rule: AlertRule, history: History) -> tuple[str, ItemFacts]:
    """What the rule is about: its own subject, else its one item, else its id; and how that is called."""
    facts = {history.item(name) for leaf in rule.leaves for name in _items(leaf)}
    facts |= {history.score(leaf.name)[0] for leaf in rule.leaves if isinstance(leaf, Score)}
    if rule.subject is None and not facts and any(isinstance(leaf, _SILENCES) for leaf in rule.leaves):
        return "silence", ItemFacts("silence", label="silence")
    (only,) = facts if len(facts) == 1 else (None,)
    part = rule.subject or (only.link_id if only else rule.id)
    about = only or ItemFacts(part, label=part.replace("_", " ").replace("-", " "))
    if part in ("silence", "review") or ":" in part:
        return part, about
    return f"{history.judged.respondent}:{part}", about


def _items(leaf: Condition) -> tuple[str, ...]:
    match leaf:
        case Comparison(item=item) | Says(item=item):
            return (item,)
        case Composite(term=term):
            return (term,)
        case Cluster(items=items):
            return items
        case Words(item=str(item)):
            return (item,)
        case _:
            return ()


def _evidence_by_item(evidence: Sequence[Evidence]) -> dict[str, list[Evidence]]:
    grouped: dict[str, list[Evidence]] = {}
    for part in evidence:
        grouped.setdefault(part.facts.link_id if part.facts else "", []).append(part)
    return grouped


def _reason(rule: AlertRule, evidence: Sequence[Evidence], scene: Scene) -> str:
    say = wording(scene.language)
    parts: list[tuple[str, list[str]]] = []
    for group in _evidence_by_item(evidence).values():
        facts, answer = group[0].facts, group[0].answer
        clauses = _clauses(group, say)
        if facts is None or answer is None:
            parts.extend((clause, []) for clause in clauses)
        else:
            parts.append((say.answered(facts, answer, scene.history.previous(facts)), clauses))
    return say.reporter(scene.history.judged.respondent) + (say.joined(parts) or say.say("fired", rule=rule.id))


def _said(evidence: Sequence[Evidence], scene: Scene) -> str:
    """The answers behind a finding, as they are repeated to whoever gave them."""
    say = wording(scene.history.judged.language)
    if any(part.basis is Basis.URGENT for part in evidence):
        return say.say("you_asked")
    told: list[tuple[ItemFacts, Answer, Answer | None]] = []
    for group in _evidence_by_item(evidence).values():
        facts, answer = group[0].facts, group[0].answer
        if facts is not None and answer is not None and not facts.derived:
            told.append((facts, answer, scene.history.previous(facts)))
    return say.told(told)


def _clauses(group: Sequence[Evidence], say: Wording) -> list[str]:
    """What is said of one item: once each, what held equally often together, and no mere bound beside a cause."""
    causes = [part for part in group if part.basis not in _BOUNDS] or group
    by_times: dict[int, list[str]] = {}
    for part in causes:
        if clause := part.clause(say):
            by_times.setdefault(part.times, []).append(clause)
    return [say.running(list(dict.fromkeys(clauses)), times) for times, clauses in by_times.items()]


def _values(evidence: Sequence[Evidence], scene: Scene) -> dict[str, Any]:
    rows, loose = [], {}
    for group in _evidence_by_item(evidence).values():
        values = {name: value for part in group for name, value in part.values.items()}
        facts, answer = group[0].facts, group[0].answer
        if facts is None or answer is None:
            loose.update(values)
            continue
        row = {"item": facts.link_id, "value": answer.value, "authored_at": answer.at.isoformat(), "worse": facts.worse}
        if facts.code:
            row["code"] = facts.code[1]
        previous = scene.history.previous(facts)
        if previous:
            row |= {"previous": previous.value, "previous_at": previous.at.isoformat()}
        row |= _levels(facts, scene.history)
        rows.append(row | values)
    several = {"items": rows} if len(rows) > 1 else {}
    return (rows[0] if rows else {}) | several | loose


def _levels(facts: ItemFacts, history: History) -> dict[str, Any]:
    """The goal and the baseline that an answer is seen against, whether or not the rule asked for them."""
    found: dict[str, Any] = {}
    if facts.derived:
        return found
    if goal := history.goal(facts):
        found |= {"goal": goal.value, "goal_is_default": not goal.given}
    if baseline := history.baseline(facts):
        found |= {"baseline": baseline.value} | ({"baseline_at": baseline.at.isoformat()} if baseline.at else {})
    return found
