"""Conditions on the judged entry alone: composite grades, scores, clusters, urgency, words, ambers, how it came in."""

from dataclasses import dataclass

from app.alerts.comparisons import HOLDS
from app.alerts.entries import ItemFacts, ItemSet
from app.alerts.history import Answer
from app.alerts.logic import FALSE, UNKNOWN, Basis, Evidence, Scene, Verdict
from app.alerts.red_flags import find
from app.alerts.wording import Wording, fixed, plain
from app.composites import composite_for

SCORE_OPERATORS = ("at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Composite:
    """The composite grade of a symptom term reaches a grade.

    The term's items say so (``term`` and ``attribute``), or are named ``<term>-frequency`` and so on.
    """

    term: str
    at_least: float

    def judge(self, scene: Scene) -> Verdict:
        """Decide; without a grade, unknown."""
        judged = scene.history.judged
        asked = judged.items or ItemSet(ItemFacts(link_id) for link_id in judged.answers)
        parts = asked.parts(self.term).items()
        grade = composite_for(self.term, {name: judged.counted(asked.by_link[link_id]) for name, link_id in parts})
        if grade is None:
            return UNKNOWN
        if grade < self.at_least:
            return FALSE
        facts = ItemFacts(link_id=self.term, label=self.term.replace("-", " ") + " (composite grade)", kind="composite")
        answer = Answer(judged.authored_at, grade)
        evidence = Evidence(
            Basis.LEVEL, lambda say: say.compared(facts, "at_least", self.at_least), facts, answer, {"composite": grade}
        )
        return Verdict(True, (evidence,))


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers add up to, as the questionnaire declares it, held against numbers.

    ``tests`` are pairs of operator and operand. While answers still come in there is no score to judge by: answers
    that stand for others might be outdone by them.
    """

    name: str
    tests: tuple[tuple[str, float], ...]

    def judge(self, scene: Scene) -> Verdict:
        """Decide; without a score, unknown."""
        facts, score = scene.history.score(self.name)
        if score is None or not scene.completed:
            return UNKNOWN
        if not all(HOLDS[operator](score.value, operand) for operator, operand in self.tests):
            return FALSE

        def clause(say: Wording) -> str:
            return say.listed([say.compared(facts, operator, operand) for operator, operand in self.tests])

        return Verdict(True, (Evidence(Basis.LEVEL, clause, facts, score, {"score": score.value}),))


@dataclass(frozen=True, slots=True)
class Cluster:
    """At least ``count`` of some items reach a level together; decided as soon as the known answers suffice."""

    items: tuple[str, ...]
    at_least: float
    count: int

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        reached, unknown = [], 0
        for name in self.items:
            facts, answer = scene.history.now(name)
            if answer is None:
                unknown += 1
            elif answer.value >= self.at_least:
                reached.append(Evidence(Basis.CLUSTER, fixed("at_least", n=plain(self.at_least)), facts, answer))
        if len(reached) >= self.count:
            return Verdict(True, tuple(reached))
        return UNKNOWN if len(reached) + unknown >= self.count else FALSE


@dataclass(frozen=True, slots=True)
class Says:
    """The person asked for a call now: value 1 of the item ``urgency``."""

    item: str = "urgency"
    now: float = 1

    def judge(self, scene: Scene) -> Verdict:
        """Decide; not asked or not answered is unknown."""
        facts, answer = scene.history.now(self.item)
        if answer is None:
            return UNKNOWN
        if answer.value != self.now:
            return FALSE
        evidence = Evidence(Basis.URGENT, fixed("wants_call"), facts, answer, {"urgent": True})
        return Verdict(True, (evidence,))


@dataclass(frozen=True, slots=True)
class Words:
    """The person wrote words that need a person now, in one item or anywhere. No text is false, not unknown."""

    item: str | None = None

    def judge(self, scene: Scene) -> Verdict:
        """Decide; each flag gives its own evidence, once."""
        judged = scene.history.judged
        if self.item is None:
            texts = [value for value in judged.answers.values() if isinstance(value, str)] + list(judged.texts)
        else:
            value = judged.answers.get(scene.history.item(self.item).link_id)
            texts = [value] if isinstance(value, str) else []
        flags: dict[str, str] = {}
        for text in texts:
            for flag in find(text, judged.language):
                flags.setdefault(str(flag.flag), flag.phrase)
        evidence = (
            Evidence(Basis.WORDS, fixed("words", phrase=phrase), values={"flag": name, "phrase": phrase})
            for name, phrase in flags.items()
        )
        return Verdict(bool(flags), tuple(evidence))


@dataclass(frozen=True, slots=True)
class Ambers:
    """At least so many subjects are amber in this entry by a rise or a level."""

    at_least: int

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        if len(scene.ambers) < self.at_least:
            return FALSE
        facts = scene.ambers
        history = scene.history
        said = [(one, history.current(one), history.previous(one)) for one in facts]
        evidence = Evidence(
            Basis.AMBERS,
            lambda say: say.say("ambers", n=len(facts), names=say.listed([say.within(*one) for one in said])),
            values={"ambers": [one.label for one in facts]},
        )
        return Verdict(True, (evidence,))


@dataclass(frozen=True, slots=True)
class Form:
    """How the check-in came in: ``late`` or ``partial``."""

    kind: str
    expected: bool = True

    def judge(self, scene: Scene) -> Verdict:
        """Decide."""
        judged = scene.history.judged
        holds = judged.late if self.kind == "late" else judged.status in {"partial", "stopped"}
        if holds is not self.expected:
            return FALSE
        return Verdict(True, (Evidence(Basis.FORM, fixed(self.kind) if holds else lambda _: ""),))
