"""What a program would have called nurses for: counted as the clinic counts, and nothing severe is overlooked."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.alerts.definition import AlertRule
from app.alerts.entries import Entry, ItemSet
from app.alerts.judgement import Circumstances
from app.alerts.rehearsal import Clocks, Counted
from app.alerts.rehearsal_result import Rehearsal
from app.alerts.replay import Occasion, Replay
from app.alerts.suppression import Expectation
from app.codes import Tier

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
ITEMS = ItemSet(
    [
        {"link_id": "pain", "type": "scale", "min": 0, "max": 10, "code": {"system": "s", "code": "22253000"}},
        {"link_id": "nausea", "type": "scale", "min": 0, "max": 10},
        {"link_id": "urgency", "type": "choice", "options": [{"value": 1}, {"value": 3}]},
        {"link_id": "words", "type": "text"},
    ]
)
SEVERE: dict[str, Any] = {"id": "pain-severe", "tier": "red", "when": {"item": "pain", "at_least": 7}}
MODERATE: dict[str, Any] = {"id": "pain-moderate", "tier": "amber", "when": {"item": "pain", "at_least": 4}}
SILENT: dict[str, Any] = {"id": "silence", "tier": "amber", "when": {"missed_in_a_row": 2}}
AFTER_RED: dict[str, Any] = {"id": "after-red", "tier": "red", "when": {"missed_after_red": True}}


def said(hours: float, id: str = "", **answers: Any) -> Occasion:
    at = START + timedelta(hours=hours)
    entry = Entry(authored_at=at, answers=answers, items=ITEMS, questionnaire="q", check_in="daily")
    return Occasion(id=id or f"r{hours}", at=at, judged_at=at, entry=entry)


def missed(hours: float, **more: Any) -> Occasion:
    at = START + timedelta(hours=hours)
    return Occasion(id=f"m{hours}", at=at, judged_at=at, entry=Entry(authored_at=at, status="missed"), **more)


def count(
    occasions: Iterable[Occasion], proposed: list[dict[str, Any]], current: list[dict[str, Any]] | None = None,
    ladders: Mapping[str, Any] | None = None,
) -> Counted:  # fmt: skip
    def under(rules: list[dict[str, Any]]) -> Circumstances:
        return Circumstances(rules=[AlertRule.from_mapping(rule) for rule in rules])

    new, old, counted = under(proposed), under(current) if current is not None else None, Counted()
    replay = Replay(list(occasions), lambda at: new, (lambda at: old) if old else None, START)
    counted.person("ana", replay.run(), Clocks.of(ladders or {}), Clocks.of(ladders or {}))
    return counted


def rehearsal(counted: Counted, nurses: int = 1, at_most_days: int | None = None) -> Rehearsal:
    return Rehearsal(
        program="p 2", against=None, source="test", counted=counted, nurses=nurses, budget=0.5, left_out=0,
        clocks=Clocks.of({}), at_most_days=at_most_days,
    )  # fmt: skip


def test_more_evidence_while_an_alert_is_open_opens_no_other() -> None:
    counted = count([said(0, pain=8), said(1, pain=9), said(24, pain=8)], [SEVERE])
    assert counted.proposed.by_tier == {"red": 2}
    assert [sum(day.values()) for day in counted.proposed.by_day.values()] == [1, 1]


def test_an_alert_that_gets_worse_counts_once_in_its_highest_tier() -> None:
    counted = count([said(0, pain=5), said(24, pain=8)], [SEVERE, MODERATE])
    assert counted.proposed.by_tier == {"red": 1}
    assert counted.proposed.by_rule == {"pain-moderate": {"red": 1}, "pain-severe": {"red": 1}}


MILD: dict[str, Any] = {"id": "pain-mild", "tier": "watch", "when": {"item": "pain", "at_least": 1}}
SHARED: dict[str, Any] = {
    "id": "nausea-moderate", "tier": "amber", "subject": "pain", "when": {"item": "nausea", "at_least": 4},
}  # fmt: skip


@pytest.mark.parametrize(
    ("occasions", "rules", "alerts"),
    [
        # a week on the daily list, and again after it
        ([said(24 * day, pain=2) for day in range(9)], [MILD], {"watch": 2}),
        ([said(24 * day, pain=2 + (day == 3)) for day in range(7)], [MILD], {"watch": 2}),
        ([said(0, pain=8), said(20, pain=6)], [SEVERE, MODERATE], {"red": 1}),
        ([said(0, pain=8), said(25, pain=6)], [SEVERE, MODERATE], {"red": 1, "amber": 1}),
        ([said(0, pain=8), said(20, pain=8)], [SEVERE, MODERATE], {"red": 2}),
        ([said(0, pain=8), said(20, pain=6, nausea=5)], [SEVERE, MODERATE, SHARED], {"red": 1, "amber": 1}),
    ],
)
def test_what_was_dealt_with_is_settled_as_in_the_clinic(
    occasions: list[Occasion], rules: list[dict[str, Any]], alerts: dict[str, int]
) -> None:
    ladders = {"red": {"settled_for": "P1D"}, "watch": {"settled_for": "P7D"}}
    assert count(occasions, rules, ladders=ladders).proposed.by_tier == alerts


def test_an_answer_that_cannot_be_judged_is_a_review_on_both_sides_and_stops_nothing() -> None:
    counted = count(
        [said(0, pain=math.nan), said(24, pain=8)], [SEVERE, MODERATE], [SEVERE, {**MODERATE, "tier": "watch"}]
    )
    assert counted.proposed.by_tier == counted.current.by_tier == {"red": 2}


def test_severe_answers_that_somebody_snoozed_are_counted_apart() -> None:
    expected = (Expectation("self:pain", 7),)
    circumstances = Circumstances(rules=[AlertRule.from_mapping(SEVERE)], expected=expected)
    counted = Counted()
    replay = Replay([said(0, pain=8), said(24, pain=9)], lambda at: circumstances, None, START)
    counted.person("ana", replay.run(), Clocks.of({}), Clocks.of({}))
    assert (counted.proposed.snoozed, counted.proposed.untold) == ({"pain": 1}, {})


def test_what_is_old_pages_nobody() -> None:
    late = said(0, pain=8)
    counted = count(
        [Occasion(**{name: getattr(late, name) for name in ("id", "at", "judged_at", "entry")}, old=True)], [SEVERE]
    )
    assert counted.proposed.by_tier == {"watch": 1}


@pytest.mark.parametrize(
    ("answers", "untold"),
    [
        ({"nausea": 8}, {"nausea": 1}),
        ({"pain": 7}, {}),
        ({"urgency": 1}, {"urgency": 1}),
        ({"words": "I have chest pain"}, {"words:chest_pain": 1}),
        ({"words": "no chest pain today", "nausea": 6}, {}),
    ],
)
def test_severe_answers_that_call_nobody_are_named(answers: dict[str, Any], untold: dict[str, int]) -> None:
    assert count([said(0, **answers)], [SEVERE]).proposed.untold == untold


def test_a_line_on_the_next_day_s_list_is_not_a_call() -> None:
    assert count([said(0, pain=8)], [{**SEVERE, "tier": "watch"}]).proposed.untold == {"pain": 1}


def test_a_changed_rule_shows_as_gained_and_lost() -> None:
    stricter = {**SEVERE, "when": {"item": "pain", "at_least": 9}}
    counted = count([said(0, pain=7), said(30, pain=9), said(60, pain=2)], [stricter], [SEVERE])
    assert (counted.lost, counted.gained) == ({"pain-severe": 1}, {})
    assert (counted.proposed.by_tier, counted.current.by_tier) == ({"red": 1}, {"red": 2})
    assert counted.proposed.untold == {"pain": 1} and counted.current.untold == {}
    assert counted.changed == ["ana"]


def test_a_silence_after_red_is_judged_by_the_tiers_of_its_own_program() -> None:
    occasions = [said(0, pain=7), missed(20)]
    counted = count(occasions, [{**SEVERE, "tier": "amber"}, AFTER_RED], [SEVERE, AFTER_RED])
    assert counted.lost == {"pain-severe": 1, "after-red": 1}
    assert counted.gained == {"pain-severe": 1}


def test_a_silence_that_was_answered_late_is_none_from_then_on() -> None:
    answered_at = START + timedelta(hours=30)
    before = [missed(20, answered_at=answered_at), missed(25)]
    after = [missed(20, answered_at=answered_at), missed(40)]
    assert count(before, [SILENT]).proposed.by_tier == {"amber": 1}
    assert count(after, [SILENT]).proposed.by_tier == {}


def test_a_nurse_s_share_is_of_days_and_nurses_and_is_held_against_the_budget() -> None:
    counted = count([said(24 * day, pain=8) for day in range(10)], [SEVERE])
    assert rehearsal(counted, nurses=2).load(counted.proposed) == 0.5
    assert not rehearsal(counted, nurses=2).over_budget
    assert rehearsal(counted, nurses=1).over_budget
    assert rehearsal(counted, nurses=1).busiest(counted.proposed) == (date(2026, 3, 2), 1)


@pytest.mark.parametrize(("asked_for", "days"), [(None, 10), (90, 10), (9, 9)])
def test_days_are_those_that_were_replayed_and_never_more_than_were_asked_for(asked_for: int | None, days: int) -> None:
    counted = count([said(24 * day, pain=8) for day in range(10)], [SEVERE])
    found = rehearsal(counted, at_most_days=asked_for)
    assert found.days == days and found.load(counted.proposed) == 10 / days


def test_the_time_that_an_alert_stays_open_is_the_program_s_own() -> None:
    stays = Clocks.of({"red": {"steps": [], "resolve_within": "PT8H"}}).open
    assert stays == {Tier.RED: timedelta(hours=8), Tier.AMBER: timedelta(days=2), Tier.WATCH: timedelta(days=1)}
