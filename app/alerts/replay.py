"""Judge what was answered and missed all over again, in the order in which it was judged then, by other rules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry
from app.alerts.judgement import Circumstances, Judgement, judge
from app.alerts.past import Known, Past
from app.alerts.rules import ruled_out
from app.codes import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One response, or one check-in that closed without an answer.

    ``at`` is when it was authored, or its window closed (UTC); ``judged_at`` when it was judged whole, and ``came_at``
    when an answer first reached us, which for one from another system may be long after it was given. A silence that
    was answered late is none any more from ``answered_at`` on. ``old`` responses page nobody. ``asked_again`` is what
    came of asking again whether something helped, which no program's rules decide. With ``counts`` unset it is part of
    the past only, with the tier that its entry says.
    """

    id: str
    at: datetime
    judged_at: datetime
    entry: Entry
    came_at: datetime | None = None
    answered_at: datetime | None = None
    old: bool = False
    asked_again: Tier | None = None
    counts: bool = True

    @property
    def known(self) -> Known:
        """How later occasions look back on it: of what is still to be judged, nothing was found yet."""
        if self.entry.missed:
            return Known(self.at, self.id, self.entry, self.judged_at, self.answered_at)
        tier = None if self.counts else self.entry.tier
        return Known(self.at, self.id, self.entry._replace(tier=tier, judged=True), self.came_at)


CircumstancesAt = Callable[[datetime], Circumstances]
"""Under what one person's answers are judged at a moment."""


@dataclass(slots=True)
class _Side:
    """The replay by one program: its rules for this person, and the past with the tiers that these gave it."""

    circumstances_at: CircumstancesAt
    past: Past

    def judge(self, occasion: Occasion, circumstances: Circumstances, enrolled_at: datetime | None) -> Judgement:
        return judge(
            [*self.history(occasion, circumstances), occasion.entry._replace(tier=None, judged=False)],
            circumstances,
            completed=occasion.entry.status != "in-progress",
            enrolled_at=enrolled_at if occasion.entry.missed else None,
        )

    def history(self, occasion: Occasion, circumstances: Circumstances) -> list[Entry]:
        if occasion.entry.missed:
            return self.past.before_silence(occasion.at, occasion.entry.respondent, seen=occasion.judged_at)
        return self.past.before_answer(occasion.known, circumstances.rules, seen=occasion.judged_at)

    def note(self, occasion: Occasion, judgement: Judgement) -> None:
        if occasion.entry.missed:
            return
        tiers = [Tier.WATCH if occasion.old else finding.tier for finding in judgement.findings]
        tiers += [occasion.asked_again] if occasion.asked_again else []
        if tiers:
            tier = min(tiers, key=lambda tier: tier.rank)
            self.past.note(occasion.id, occasion.at, occasion.entry._replace(tier=tier, judged=True))


@dataclass(slots=True)
class Replay:
    """The replay of one enrolment by the proposed program and, to compare with, by the one that is in use."""

    occasions: Sequence[Occasion]
    proposed: CircumstancesAt
    current: CircumstancesAt | None = None
    enrolled_at: datetime | None = None
    _changed: dict[tuple[int, ...], tuple[object, list[AlertRule] | None]] = field(default_factory=dict)

    def run(self) -> Iterator[tuple[Occasion, Judgement, Judgement | None]]:
        """Each occasion that counts, with what the proposed rules find and what those in use do."""
        new = _Side(self.proposed, self._past())
        old = _Side(self.current, self._past()) if self.current is not None else None
        for occasion in sorted(self.occasions, key=lambda one: (one.judged_at, one.id)):
            if not occasion.counts:
                continue
            circumstances = new.circumstances_at(occasion.at)
            found = new.judge(occasion, circumstances, self.enrolled_at)
            new.note(occasion, found)
            before = None
            if old is not None:
                other = old.circumstances_at(occasion.at)
                same = not found.failures and self._same(old, occasion, circumstances, other)
                before = found if same else None
                before = before or old.judge(occasion, other, self.enrolled_at)
                old.note(occasion, before)
            yield occasion, found, before

    def _past(self) -> Past:
        answered = [one.known for one in self.occasions if not one.entry.missed]
        return Past(answered, [one.known for one in self.occasions if one.entry.missed])

    def _same(self, old: _Side, occasion: Occasion, new: Circumstances, other: Circumstances) -> bool:
        """Whether both programs are sure to find the same: no rule that is in one of them alone fires.

        A silence is judged by tiers in the past, which may differ. Most answers are calm, so this halves the work.
        """
        if occasion.entry.missed or (new.goals, new.baselines, new.default_goals, new.expected) != (
            other.goals, other.baselines, other.default_goals, other.expected,
        ):  # fmt: skip
            return False
        changed = self._changed_rules(new.rules, other.rules)
        if changed is None:
            return False
        if not changed or ruled_out(changed, occasion.entry):
            return True
        tried = old.judge(occasion, replace(other, rules=changed), None)
        return not (tried.findings or tried.held_back)

    def _changed_rules(self, new: Sequence[AlertRule], old: Sequence[AlertRule]) -> list[AlertRule] | None:
        """The rules that are in one program alone; ``None`` when one of them is judged by what the others find."""
        key = (*map(id, new), 0, *map(id, old))
        if key not in self._changed:
            changed = [rule for rule in new if rule not in old] + [rule for rule in old if rule not in new]
            sure = not any(rule.counts_ambers for rule in changed)
            # The rules are kept with the result: another object could get the id of one that is gone.
            self._changed[key] = ((tuple(new), tuple(old)), changed if sure else None)
        return self._changed[key][1]
