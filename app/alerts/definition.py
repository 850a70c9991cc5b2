"""What an alert rule is: read from a program, checked, and ready to be judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.alerts.comparisons import Comparison
from app.alerts.conditions import Ambers
from app.alerts.grammar import parse
from app.alerts.history import History
from app.alerts.logic import AllOf, Condition, leaves
from app.alerts.silence import MissedAfterRed, MissedInARow, SilentFor
from app.codes import Respondent, Tier

_RULE_KEYS = {"id", "tier", "when", "subject", "respondents", "instruction", "not_during", "applies_to", "then"}


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule. ``respondents`` are the series it looks at; ``not_during`` (settings) and ``applies_to`` (intents) are
    for the caller, who leaves out the rules that do not apply to this person now."""

    id: str
    tier: Tier
    when: Condition
    subject: str | None = None
    respondents: tuple[Respondent, ...] = (Respondent.SELF,)
    instruction: Any = None
    not_during: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    then: str | None = None
    leaves: tuple[Condition, ...] = field(init=False, repr=False, compare=False)
    """The conditions in ``when``, without the joints."""
    counts_ambers: bool = field(init=False, repr=False, compare=False)
    """Whether it can only be judged after the others."""
    gates: tuple[Comparison, ...] = field(init=False, repr=False, compare=False)
    """The comparisons that must hold whatever else does: most answers are calm, and rule most rules out by these."""
    against_first: bool = field(init=False, repr=False, compare=False)
    """Whether an answer may be held against the first one there ever was."""
    reach: timedelta = field(init=False, repr=False, compare=False)
    """How old an answer that decides it may be at most, the first one aside."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaves", tuple(leaves(self.when)))
        object.__setattr__(self, "counts_ambers", any(isinstance(leaf, Ambers) for leaf in self.leaves))
        parts = self.when.parts if isinstance(self.when, AllOf) else (self.when,)
        object.__setattr__(self, "gates", tuple(part for part in parts if isinstance(part, Comparison)))
        object.__setattr__(self, "against_first", any(leaf.against_first for leaf in self.comparisons))
        reach = (leaf.reach for leaf in self.comparisons)
        object.__setattr__(self, "reach", max(reach, default=timedelta(0)))

    @classmethod
    def from_mapping(cls, data: "Mapping[str, Any] | AlertRule") -> "AlertRule":
        """Make a rule from a program's mapping; ``ValueError`` names the rule and what is wrong with it."""
        if isinstance(data, AlertRule):
            return data
        try:
            unknown = set(data) - _RULE_KEYS
            if unknown:
                raise ValueError(f"Unknown key: {', '.join(sorted(map(str, unknown)))}.")
            return cls(
                id=str(data["id"]),
                tier=Tier(data["tier"]),
                when=parse(data["when"]),
                subject=data.get("subject"),
                respondents=tuple(_respondent(name) for name in _several(data.get("respondents", "self"))),
                instruction=data.get("instruction"),
                not_during=_several(data.get("not_during", ())),
                applies_to=_several(data.get("applies_to", ())),
                then=data.get("then"),
            )
        except KeyError as error:
            raise ValueError(f"Rule {data.get('id', '?')}: {error.args[0]} is missing.") from error
        except ValueError as error:
            raise ValueError(f"Rule {data.get('id', '?')}: {error}") from error

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The conditions that compare an item's answers."""
        return tuple(leaf for leaf in self.leaves if isinstance(leaf, Comparison))

    def possible(self, history: History) -> bool:
        """Whether it may fire, as far as the judged entry alone says."""
        return history.judged.respondent in self.respondents and all(gate.possible(history) for gate in self.gates)

    @property
    def looks_back(self) -> bool:
        """Whether earlier entries can decide it. Their answers also make its reason fuller ("was 4 on 3 Nov")."""
        return any(_looks_back(leaf) for leaf in self.leaves)

    @property
    def looks_back_from_an_answer(self) -> bool:
        """The same for an entry that was answered: its not being silent decides every condition on silence."""
        return any(leaf.looks_back for leaf in self.comparisons)

    @property
    def at_once(self) -> bool:
        """Whether it is judged with every single answer, and not only when the check-in is closed."""
        return self.tier is Tier.RED and not self.counts_ambers


def _looks_back(leaf: Condition) -> bool:
    if isinstance(leaf, Comparison):
        return leaf.looks_back
    return isinstance(leaf, MissedInARow | SilentFor | MissedAfterRed)


def _respondent(name: str) -> Respondent:
    return Respondent.SELF if name == "patient" else Respondent(name)


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
