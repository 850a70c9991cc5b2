"""What is looked back on is enough: whatever the rules, the whole enrolment would give the same findings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemSet
from app.alerts.past import HORIZON, Known, Past
from app.alerts.rules import evaluate
from app.codes import Respondent

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
PAIN = {"type": "scale", "min": 0, "max": 10, "code": {"system": "s", "code": "22253000"}}
NONE_SAID = {"value": 3, "missing": True, "text": {"en": "Prefer not to answer"}}
SCALE = {"type": "scale", "min": 0, "max": 10, "options": [NONE_SAID]}
DAILY = ItemSet([{"link_id": "pain", **PAIN}, {"link_id": "mood", **SCALE}])
OTHER = ItemSet([{"link_id": "q1", **PAIN}, {"link_id": "mood", **SCALE}])
KINDS: Sequence[tuple[str, str, ItemSet]] = (
    ("daily", "PT24H", DAILY),
    ("other", "PT24H", OTHER),
    ("weekly", "P7D", DAILY),
)


def said(day: float, respondent: str = "self", kind: int = 0, **answers: Any) -> Entry:
    url, recall, items = KINDS[kind]
    return Entry(
        START + timedelta(days=day), Respondent(respondent), answers=answers, questionnaire=url, recall_period=recall,
        items=items, judged=True, tier="red" if (answers.get("pain") or 0) >= 7 else None,
    )  # fmt: skip


def missed(day: float, respondent: str = "self") -> Entry:
    return Entry(START + timedelta(days=day), Respondent(respondent), status="missed")


def looked_back_on(entries: Sequence[Entry], rules: Sequence[AlertRule]) -> list[Entry]:
    known = [Known(entry.authored_at, f"{place:04}", entry) for place, entry in enumerate(entries)]
    past = Past([one for one in known if not one.entry.missed], [one for one in known if one.entry.missed])
    judged = known[-1]
    if judged.entry.missed:
        return past.before_silence(judged.at, judged.entry.respondent)
    return past.before_answer(judged, rules)


def rules_of(*conditions: dict[str, Any]) -> list[AlertRule]:
    about = {"tier": "amber", "respondents": ["self", "proxy"]}
    return [AlertRule.from_mapping({"id": f"rule-{n}", "when": when, **about}) for n, when in enumerate(conditions)]


def found(rules: Sequence[AlertRule], entries: Sequence[Entry]) -> list[Any]:
    findings = evaluate(rules, entries, enrolled_at=START)
    return [(finding.rule_id, finding.reason, dict(finding.values)) for finding in findings]


WORSE = {"item": "pain", "rises_by": 2, "since": "baseline"}
MANY = rules_of(
    WORSE,
    {"not": WORSE},
    {"all": [{"item": "mood", "at_least": 2}, {"item": "mood", "falls_by": 1, "since": "baseline"}]},
    {"item": "pain", "at_most": 6, "consecutive": 7},
    {"item": "mood", "at_least": 1, "consecutive": 4},
    {"not": {"item": "mood", "at_least": 3, "consecutive": 5}},
    {"item": "pain", "rises_by": 1, "since": "best", "consecutive": 3},
    {"item": "pain", "falls_by": 1, "since": "best", "consecutive": 3, "within": "P30D"},
    {"item": "pain", "rises_by": 1, "consecutive": 3},
    {"item": "pain", "rises_by": 1, "since": "baseline", "consecutive": 6, "within": "P40D"},
    {"item": "pain", "discordance_at_least": 2, "consecutive": 4},
    {"missed_in_a_row": 3},
    {"missed_in_a_row": 6, "within": "P60D"},
    {"silent_for": "P40D"},
    {"missed_after_red": True},
)


@pytest.mark.parametrize("seed", range(25))
def test_the_whole_enrolment_would_give_the_same_findings(seed: int) -> None:
    dice = Random(seed)
    pace, silent = dice.choice((0.5, 1, 3, 7, 10, 15)), dice.choice((0, 0.2, 0.6, 0.97))
    entries, day = [], 0.0
    for _ in range(40):
        day += pace * dice.choice((0.5, 1, 1, 1, 2))
        who = dice.choice(("self", "self", "proxy"))
        if dice.random() < silent:
            entries.append(missed(day, who))
            continue
        kind = dice.choice((0, 0, 1, 2)) if day > 50 else dice.choice((0, 2))
        answers = {name: dice.choice((None, *range(8))) for name in ("q1" if kind == 1 else "pain", "mood")}
        entries.append(said(day, who, kind, **answers))
        if dice.random() < 0.3:
            other = "proxy" if who == "self" else "self"
            entries.append(said(day + 0.2, other, kind, **{name: dice.randrange(8) for name in answers}))
    for last in range(1, len(entries) + 1):
        upto = entries[:last]
        seen = [*looked_back_on(upto, MANY), upto[-1]]
        assert found(MANY, seen) == found(MANY, upto), f"the first {last}"


def weekly(*values: float) -> list[Entry]:
    return [said(7 * place, kind=2, pain=value) for place, value in enumerate(values)]


STEADY = {"item": "pain", "at_most": 3, "consecutive": 7}
BY_TWO = {"all": [{"item": "pain", "at_least": 4}, WORSE]}


@pytest.mark.parametrize(
    ("when", "entries"),
    [
        pytest.param(BY_TWO, [said(day, pain=3) for day in range(-12, 0)] + weekly(2, 3, 3, 3, 3, 4), id="daily-first"),
        pytest.param(
            BY_TWO,
            sorted(
                [said(day, pain=5) for day in range(73)]
                + [said(21.5 + 4 * n, "proxy", pain=2 + n / 6) for n in range(14)]
            ),
            id="caregiver-later",
        ),
        pytest.param(STEADY, weekly(2, 2, 2, 2, 2, 2, 2), id="seven-weeks"),
        pytest.param(
            {"all": [WORSE, {"item": "mood", "rises_by": 2, "since": "baseline"}]},
            [said(0, mood=1), said(1, pain=1), said(2, pain=4, mood=4), said(60, pain=4, mood=4)],
            id="firsts-apart",
        ),
        # What the oldest of a row is held against lies before the row.
        pytest.param(
            {"item": "pain", "rises_by": 1, "consecutive": 3},
            [said(13 * place, pain=1 + place) for place in range(4)],
            id="before-a-row",
        ),
        pytest.param(
            {"item": "pain", "rises_by": 1, "since": "best", "consecutive": 3},
            [said(0, pain=1), said(28, pain=3), said(41, pain=4), said(54, pain=5)],
            id="best-before-a-row",
        ),
        pytest.param(
            {"item": "pain", "discordance_at_least": 4, "consecutive": 4},
            [
                said(14 * place + at, who, pain=pain)
                for place in range(4)
                for who, at, pain in (("proxy", 0, 1), ("self", 0.5 - place / 50, 6))
            ],
            id="caregiver-before-a-row",
        ),
        pytest.param({"missed_in_a_row": 6}, [missed(7 * week) for week in range(1, 7)], id="six-missed"),
        pytest.param({"silent_for": "P40D"}, [said(0, pain=3), missed(39), missed(40)], id="silent"),
        pytest.param({"missed_after_red": True}, [said(0, pain=8), missed(29)], id="after-red"),
    ],
)
def test_what_is_long_ago_counts(when: dict[str, Any], entries: list[Entry]) -> None:
    rules = rules_of(when)
    assert found(rules, [*looked_back_on(entries, rules), entries[-1]])


def test_no_more_is_looked_back_on_than_the_rules_ask_for() -> None:
    daily = [said(day, pain=2 + day % 2) for day in range(200)]
    inside = [entry for entry in daily[:-1] if entry.authored_at >= daily[-1].authored_at - HORIZON]
    assert looked_back_on(daily, rules_of(STEADY, BY_TWO)) == inside, "the row is whole, and 3 is not worse"
    assert looked_back_on(daily, rules_of(WORSE)) == [daily[0], *inside]


def test_a_silence_is_held_against_the_last_answer_of_the_same_person_and_nothing_before_it() -> None:
    quiet = [missed(day) for day in range(40, 60)]
    entries = [missed(1), said(2, pain=1), said(3, pain=1), said(50.5, "proxy", pain=1), missed(51.5, "proxy"), *quiet]
    assert looked_back_on(sorted(entries), rules_of({"missed_in_a_row": 2})) == [entries[2], *quiet[:-1]]


def test_what_cannot_be_judged_is_left_to_judging() -> None:
    entries = [said(0, pain=1), said(60, pain=float("nan"))]
    assert looked_back_on(entries, rules_of(WORSE, STEADY)) == []
