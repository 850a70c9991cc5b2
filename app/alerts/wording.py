"""How a finding explains itself to the nurse: short English clauses, every number with its date."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from app.alerts.entries import ItemFacts
from app.alerts.history import Answer, Level
from app.codes import Respondent
from app.durations import spell

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REPORTED_BY = {Respondent.PROXY: "Caregiver reports: ", Respondent.CAREGIVER: "Caregiver about themselves: "}


def plain(value: float) -> str:
    """A number without a needless fraction."""
    return f"{value:g}"


def day(at: datetime, today: datetime) -> str:
    """A short date, "3 Nov", in the zone that ``at`` carries; with the year when it is not that of ``today``."""
    text = f"{at.day} {_MONTHS[at.month - 1]}"
    return text if at.year == today.year else f"{text} {at.year}"


def reporter(respondent: Respondent) -> str:
    """What stands before a reason when it is not the patient who speaks."""
    return _REPORTED_BY.get(respondent, "")


def answered(facts: ItemFacts, answer: Answer, previous: Answer | None) -> str:
    """An item and its answer: "Pain 8 (was 4 on 3 Nov)", or with an option's words: "Fever or shivering: yes"."""
    label = facts.label[:1].upper() + facts.label[1:]
    chosen = _option(facts, answer.value)
    text = f"{label}: {chosen}" if chosen else f"{label} {plain(answer.value)}"
    if previous is None:
        return text
    before = _option(facts, previous.value) or plain(previous.value)
    return f"{text} (was {before} on {day(previous.at, answer.at)})"


def compared(facts: ItemFacts, operator: str, operand: float) -> str:
    """A comparison with a fixed number; empty where the answer already says it in words."""
    if operator == "equals":
        return "" if _option(facts, operand) else f"equals {plain(operand)}"
    return f"at or {'above' if operator == 'at_least' else 'below'} {plain(operand)}"


def changed(change: float, since: str, reference: Level, today: datetime) -> str:
    """A change for the worse (positive) or the better, and what it is measured from."""
    text = f"{'worse' if change >= 0 else 'better'} by {plain(abs(change))}"
    dated = f"{plain(reference.value)} on {day(reference.at, today)}" if reference.at else plain(reference.value)
    if since == "previous" and reference.at:
        return f"{text} since {day(reference.at, today)}"
    if since == "best":
        return f"{text} than the best of the last 28 days ({dated})"
    return f"{text} than the {'baseline' if reference.given else 'first answer'} ({dated})"


def beyond_goal(facts: ItemFacts, goal: Level, beyond: bool) -> str:
    """Where the answer stands to the goal; a default goal is called that."""
    side = "below" if facts.worse == "low" else "above"
    named = f"the goal of {plain(goal.value)}" + ("" if goal.given else " (default goal)")
    return f"{side} {named}" if beyond else f"not {side} {named}"


def differing(gap: float, other: Answer, respondent: Respondent, today: datetime) -> str:
    """A gap between what patient and caregiver say."""
    whose = "caregiver" if respondent is Respondent.SELF else "patient"
    return f"differs by {plain(gap)} from the {whose}'s {plain(other.value)} on {day(other.at, today)}"


def running(clauses: Sequence[str], times: int) -> str:
    """What held, and how often in a row: "at or above 4 and above the goal of 3, 2 times running"."""
    return ", ".join(clauses) if times == 1 else f"{' and '.join(clauses)}, {times} times running"


def missed(count: int, last: datetime | None, today: datetime) -> str:
    """Check-ins missed in a row, and when the person was last heard."""
    noun = "check-in" if count == 1 else "check-ins"
    return f"{count} {noun} missed in a row; {_last_answer(last, today)}"


def silent(length: timedelta, last: datetime | None, today: datetime) -> str:
    """How long nothing has been heard."""
    return f"No answer for {spell(length)}; {_last_answer(last, today)}"


def silent_after_red(last: datetime, today: datetime) -> str:
    """A check-in missed after a red answer."""
    return f"Check-in missed after the red answer of {day(last, today)}"


def joined(parts: Iterable[tuple[str, Sequence[str]]]) -> str:
    """One sentence a subject: what was answered, then why that matters."""
    sentences = []
    for subject, clauses in parts:
        why = ", ".join(dict.fromkeys(clause for clause in clauses if clause))
        sentences.append("; ".join(text for text in (subject, why) if text))
    return ". ".join(sentences)


def listed(names: Sequence[str]) -> str:
    """Names in a row: "pain, nausea and sleep"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def _option(facts: ItemFacts, value: float) -> str:
    return next((text for option, text in facts.options if option == value), "")


def _last_answer(last: datetime | None, today: datetime) -> str:
    return f"last answer {day(last, today)}" if last else "no answer yet"
