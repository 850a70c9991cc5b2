"""A snooze holds back what is expected, and nothing that is worse, urgent, or not understood."""

from datetime import UTC, datetime

import pytest

from app.alerts.findings import Finding, review
from app.alerts.logic import Basis
from app.alerts.rules import evaluate
from app.alerts.suppression import Expectation, hold_back
from app.codes import Tier

NOW = datetime(2025, 11, 10, 10, tzinfo=UTC)


def finding(value, tier=Tier.AMBER, subject="self:pain", worse="high", **more):
    item = subject.partition(":")[2]
    values = {"item": item, "value": value, "worse": worse} | more.pop("values", {})
    return Finding("a-rule", tier, subject, "Because.", values=values, **more)


def held(*findings, expected=4, subject="self:pain"):
    """The findings that are held back."""
    return hold_back(findings, [Expectation(subject, expected)])[1]


@pytest.mark.parametrize(
    ("expected", "value", "tier", "quiet"),
    [
        # up to one more than expected
        (4, 3, Tier.AMBER, True),
        (4, 4, Tier.AMBER, True),
        (4, 5, Tier.AMBER, True),
        (4, 5.5, Tier.AMBER, True),
        (4, 6, Tier.AMBER, False),
        (4, 6, Tier.WATCH, False),
        # crossing into red
        (6, 7, Tier.RED, False),
        (6, 7, Tier.AMBER, True),
        (6.5, 7, Tier.RED, False),
        (7, 7, Tier.RED, True),
        (7, 8, Tier.RED, True),
        (8, 8, Tier.RED, True),
        # the two worst always call
        (7, 9, Tier.RED, False),
        (8, 9, Tier.RED, False),
        (8, 9, Tier.AMBER, False),
        (9, 9, Tier.AMBER, False),
        (10, 10, Tier.RED, False),
        # a fever is answered with 1, which is no level that could be severe
        (1, 1, Tier.RED, False),
    ],
)
def test_every_boundary(expected, value, tier, quiet):
    assert bool(held(finding(value, tier), expected=expected)) is quiet


@pytest.mark.parametrize(
    ("expected", "value", "tier", "quiet"),
    [
        (5, 6, Tier.AMBER, True),
        (5, 4, Tier.AMBER, True),
        (5, 3, Tier.AMBER, False),
        (4, 3, Tier.RED, False),
        (3, 3, Tier.RED, True),
        (3, 2, Tier.RED, True),
        (2, 1, Tier.AMBER, False),
    ],
)
def test_every_boundary_where_less_is_worse(expected, value, tier, quiet):
    assert bool(held(finding(value, tier, worse="low"), expected=expected)) is quiet


def test_only_its_own_subject_is_held_back():
    mine, proxy, other = finding(4), finding(4, subject="proxy:pain"), finding(4, subject="self:sleep")
    loud, quiet = hold_back([proxy, mine, other], [Expectation("self:pain", 4)])
    assert (loud, quiet) == ([proxy, other], [mine])
    assert hold_back([mine], []) == ([mine], [])


@pytest.mark.parametrize("basis", [Basis.WORDS, Basis.URGENT])
def test_red_flag_words_and_now_release_all_that_came_with_them(basis):
    urgent = Finding("r", Tier.RED, "self:urgency", "Now.", basis=frozenset({basis}))
    assert held(finding(4), urgent) == []


@pytest.mark.parametrize(
    "unsure",
    [
        Finding("r", Tier.AMBER, "self:pain", "No number."),
        Finding("r", Tier.AMBER, "self:pain", "Another number.", values={"item": "nausea", "value": 2}),
        Finding("r", Tier.AMBER, "self:pain", "A word.", values={"item": "pain", "value": "four"}),
    ],
)
def test_without_a_number_of_the_subject_somebody_is_called(unsure):
    assert held(unsure) == []


def test_silence_reviews_and_a_suggestion_to_ask_less_are_never_held_back():
    silence = Finding("r", Tier.AMBER, "silence", "Two missed.", values={"item": "silence", "value": 1})
    assert held(silence, subject="silence") == []
    assert held(review("Please read."), subject="review") == []
    assert held(finding(1, Tier.WATCH, then="step_down")) == []


def test_of_several_numbers_the_subjects_own_counts_and_none_may_be_among_the_worst():
    def both(pain, nausea):
        rows = [{"item": "nausea", "value": nausea}, {"item": "pain", "value": pain}]
        return Finding("r", Tier.AMBER, "self:pain", "Both.", values=rows[0] | {"items": rows})

    assert held(both(4, 6)) and not held(both(6, 4))
    assert not held(both(4, 9))


def test_a_code_names_the_subject_too():
    values = {"item": "pain-now", "code": "22253000", "value": 4}
    assert held(Finding("r", Tier.AMBER, "self:22253000", "Coded.", values=values), subject="self:22253000")


class TestAmbersTogether:
    RULES = (
        {"id": "pain-rising", "tier": "amber", "when": {"item": "pain", "rises_by": 2}},
        {"id": "worry-severe", "tier": "amber", "when": {"item": "worry", "at_least": 7}},
        {"id": "sleep-severe", "tier": "amber", "when": {"item": "sleep", "at_least": 7}},
        {"id": "ambers", "tier": "red", "when": {"ambers_at_least": 2}},
    )

    def loud(self, expected, **answers):
        items = [{"link_id": name, "type": "scale", "min": 0, "max": 10} for name in ("pain", "worry", "sleep")]
        history = [
            {"authored_at": NOW.replace(day=9), "answers": {"pain": 2}, "items": items},
            {"authored_at": NOW, "answers": answers, "items": items},
        ]
        found = evaluate(self.RULES, history)
        return [f.rule_id for f in hold_back(found, [Expectation(s, level) for s, level in expected.items()])[0]]

    def test_they_are_red_while_two_are_left(self):
        answers = {"pain": 5, "worry": 8, "sleep": 8}
        assert self.loud({"self:pain": 5}, **answers) == ["worry-severe", "sleep-severe", "ambers"]

    def test_all_but_one_snoozed_leaves_one_amber(self):
        assert self.loud({"self:pain": 5}, pain=5, worry=8) == ["worry-severe"]
        assert self.loud({"self:pain": 5, "self:worry": 8}, pain=5, worry=8) == []

    def test_a_snooze_of_something_else_changes_nothing(self):
        assert self.loud({"self:sleep": 8}, pain=5, worry=8) == ["pain-rising", "worry-severe", "ambers"]

    def test_one_that_breaks_through_counts_again(self):
        assert self.loud({"self:pain": 3}, pain=5, worry=8) == ["pain-rising", "worry-severe", "ambers"]
