"""How a finding explains itself: short clauses in the reader's language, every number with its date."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from app.alerts.entries import ItemFacts
from app.alerts.history import Answer, Level
from app.alerts.phrases import phrases
from app.codes import Respondent


@dataclass(frozen=True)
class Wording:
    """The clauses of one language."""

    language: str
    _said: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_said", phrases(self.language))

    def say(self, name: str, **places: object) -> str:
        """One phrase, filled in."""
        return self._said[name].format(**places)

    def day(self, at: datetime, today: datetime) -> str:
        """A short date, "3 Nov", in the zone that ``at`` carries; with the year when it is not that of ``today``."""
        text = self.say("day", day=at.day, month=self._said["months"].split()[at.month - 1])
        return text if at.year == today.year else f"{text} {at.year}"

    def reporter(self, respondent: Respondent) -> str:
        """What stands before a reason when it is not the patient who speaks."""
        return "" if respondent is Respondent.SELF else self.say(respondent.value)

    def answered(self, facts: ItemFacts, answer: Answer, previous: Answer | None) -> str:
        """An item and its answer: "Pain 8 (was 4 on 3 Nov)", or with an option's words: "Fever or shivering: yes"."""
        text = self._answer(facts, answer.value)
        text = text[:1].upper() + text[1:]
        if previous is None:
            return text
        before = facts.option(previous.value, self.language) or plain(previous.value)
        return self.say("was", answer=text, before=before, day=self.day(previous.at, answer.at))

    def within(self, facts: ItemFacts, answer: Answer | None, previous: Answer | None) -> str:
        """An item within a sentence: "pain 8 (4 on 3 Nov)", or its name alone where no number was given."""
        if answer is None:
            return facts.named(self.language)
        text = self._answer(facts, answer.value)
        if previous is None or facts.options:
            return text
        day = self.day(previous.at, answer.at)
        return self.say("you_said_was", answer=text, before=plain(previous.value), day=day)

    def told(self, said: Sequence[tuple[ItemFacts, Answer, Answer | None]]) -> str:
        """What the person said, to the person: "You told us: pain 8 (4 on 3 Nov)."."""
        parts = [self.within(*one) for one in said]
        return self.say("you_said", answers=self._said["comma"].join(parts)) if parts else ""

    def compared(self, facts: ItemFacts, operator: str, operand: float) -> str:
        """A comparison with a fixed number; empty where the answer already says it in words."""
        if operator == "equals" and facts.option(operand, self.language):
            return ""
        return self.say(operator, n=plain(operand))

    def changed(self, change: float, since: str, reference: Level, today: datetime) -> str:
        """A change for the worse (positive) or the better, and what it is measured from."""
        text = self.say("worse" if change >= 0 else "better", n=plain(abs(change)))
        if since == "previous" and reference.at:
            return self.say("since_previous", change=text, day=self.day(reference.at, today))
        dated = plain(reference.value)
        if reference.at:
            dated = self.say("dated", value=dated, day=self.day(reference.at, today))
        named = "best" if since == "best" else "baseline" if reference.given else "first"
        return self.say(f"since_{named}", change=text, reference=dated)

    def beyond_goal(self, facts: ItemFacts, goal: Level, beyond: bool) -> str:
        """Where the answer stands to the goal; a default goal is called that."""
        side = "below_goal" if facts.worse == "low" else "above_goal"
        named = self.say("goal" if goal.given else "default_goal", n=plain(goal.value))
        return self.say(side if beyond else f"not_{side}", goal=named)

    def differing(self, gap: float, other: Answer, respondent: Respondent, today: datetime) -> str:
        """A gap between what patient and caregiver say."""
        whose = "differs_self" if respondent is Respondent.SELF else "differs_proxy"
        dated = self.say("dated", value=plain(other.value), day=self.day(other.at, today))
        return self.say(whose, n=plain(gap), other=dated)

    def running(self, clauses: Sequence[str], times: int) -> str:
        """What held, and how often in a row: "at or above 4 and above the goal of 3, 2 times running"."""
        if times == 1:
            return self._said["comma"].join(clauses)
        return self.say("running", clauses=self._said["and"].join(clauses), n=times)

    def missed(self, count: int, last: datetime | None, today: datetime) -> str:
        """Check-ins missed in a row, and when the person was last heard."""
        return self.say("missed_one" if count == 1 else "missed", n=count, last=self._last_answer(last, today))

    def silent(self, length: timedelta, last: datetime | None, today: datetime) -> str:
        """How long nothing has been heard."""
        return self.say("silent", length=self._length(length), last=self._last_answer(last, today))

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row: "pain, nausea and sleep"."""
        if len(names) < 2:
            return "".join(names)
        return self._said["and"].join([self._said["comma"].join(names[:-1]), names[-1]])

    def joined(self, parts: Iterable[tuple[str, Sequence[str]]]) -> str:
        """One sentence a subject: what was answered, then why that matters."""
        sentences = []
        for subject, clauses in parts:
            why = self._said["comma"].join(dict.fromkeys(clause for clause in clauses if clause))
            sentences.append("; ".join(text for text in (subject, why) if text))
        return ". ".join(sentences)

    def _answer(self, facts: ItemFacts, value: float) -> str:
        label, chosen = facts.named(self.language), facts.option(value, self.language)
        if facts.kind == "score":
            chosen = self.say("score", n=plain(value))
        return f"{label}: {chosen}" if chosen else f"{label} {plain(value)}"

    def _last_answer(self, last: datetime | None, today: datetime) -> str:
        return self.say("last_answer", day=self.day(last, today)) if last else self.say("no_answer")

    def _length(self, length: timedelta) -> str:
        left = int(length.total_seconds()) // 60
        words = []
        for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
            count, left = divmod(left, size)
            if count:
                words.append(self.say(f"{unit}_one" if count == 1 else f"{unit}s", n=count))
        return " ".join(words) or self.say("minutes", n=0)


Clause = Callable[[Wording], str]
"""A piece of a reason, worded only once a finding needs it, in the language that it is needed in."""


@lru_cache(maxsize=16)
def wording(language: str) -> Wording:
    """The wording of a language."""
    return Wording(language)


def plain(value: float) -> str:
    """A number without a needless fraction."""
    return f"{value:g}"


def fixed(name: str, **places: object) -> Clause:
    """A phrase whose places are known already."""
    return lambda say: say.say(name, **places)
