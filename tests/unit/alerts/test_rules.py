"""What rules find: every condition at its edges, and what is unknown rather than false."""

from datetime import UTC, datetime, timedelta

import pytest

from app.alerts.entries import ItemFacts, ItemSet
from app.alerts.rules import AlertRule, evaluate, red_only, review
from app.codes import Tier

NOW = datetime(2025, 11, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(answers=None, ago=timedelta(0), **more):
    """One check-in of Ana's, ``ago`` before now."""
    return {
        "authored_at": NOW - ago,
        "respondent": "self",
        "check_in": "daily",
        "status": "completed",
        "answers": answers or {},
    } | more


def pains(*values, every=DAY, **more):
    """A history of one pain answer a day, the last one now."""
    last = len(values) - 1
    return [entry({"pain": value}, (last - place) * every, **more) for place, value in enumerate(values)]


def missed(ago=timedelta(0), **more):
    return entry({}, ago, status="missed", **more)


def truth(when, history, **more):
    """Whether a condition is true, false or unknown: a rule fires on true, and its opposite on false."""
    respondents = more.pop("respondents", ["self"])
    rules = [
        {"id": "plain", "tier": "watch", "when": when, "respondents": respondents},
        {"id": "opposite", "tier": "watch", "when": {"not": when}, "respondents": respondents},
    ]
    fired = {finding.rule_id for finding in evaluate(rules, history, **more)}
    assert fired != {"plain", "opposite"}
    return {"plain": True, "opposite": False}[fired.pop()] if fired else None


def only(rules, history, **more):
    (finding,) = evaluate(rules, history, **more)
    return finding


def rule(when, tier="red", id="the-rule", **more):
    return {"id": id, "tier": tier, "when": when} | more


PAIN = {"link_id": "pain", "type": "scale", "min": 0, "max": 10, "label": {"en": "pain"}}
PEACE = {"link_id": "peace", "type": "scale", "min": 0, "max": 10, "worse": "low"}
SEVERE = {"item": "pain", "at_least": 7}
ATTRIBUTES = ("frequency", "severity", "interference")
SEVERE_COMPOSITE = {"term": "pain", "composite_at_least": 3}
DISCORDANT = {"item": "pain", "discordance_at_least": 4}
SNOMED_PAIN = {"code": {"system": "http://snomed.info/sct", "code": "22253000"}}


class TestComparingWithANumber:
    @pytest.mark.parametrize(
        ("when", "value", "expected"),
        [
            ({"at_least": 7}, 6, False),
            ({"at_least": 7}, 7, True),
            ({"at_least": 7}, 10, True),
            ({"at_most": 3}, 4, False),
            ({"at_most": 3}, 3, True),
            ({"at_most": 3}, 0, True),
            ({"equals": 1}, 1, True),
            ({"equals": 1}, 2, False),
            ({"at_least": 4, "at_most": 6}, 5, True),
            ({"at_least": 4, "at_most": 6}, 7, False),
            ({"at_least": 7}, "8", True),
            ({"at_least": 7}, None, None),
            ({"at_most": 3}, None, None),
            ({"at_most": 3}, "quite bad", None),
        ],
    )
    def test_truth(self, when, value, expected):
        assert truth({"item": "pain"} | when, pains(value)) is expected

    @pytest.mark.parametrize("when", [{"at_least": 3}, {"at_most": 5}, {"equals": 5}, {"rises_by": 1}])
    def test_whoever_prefers_not_to_answer_has_not_answered(self, when):
        options = [{"value": n, "text": {"en": "-"}, "missing": n == 5} for n in range(6)]
        items = [{"link_id": "pain", "type": "choice", "options": options}]
        assert truth({"item": "pain"} | when, pains(1, 5, items=items)) is None
        assert truth({"item": "pain", "rises_by": 2}, pains(1, 5, 3, items=items, questionnaire="u")) is True

    def test_not_asked_is_unknown_and_never_zero(self):
        assert truth({"item": "pain", "at_most": 3}, [entry({"nausea": 1})]) is None

    def test_numbers_compare_as_given_whatever_direction_is_worse(self):
        assert truth({"item": "peace", "at_most": 3}, [entry({"peace": 2}, items=[PEACE])]) is True
        assert truth({"item": "peace", "at_least": 3}, [entry({"peace": 2}, items=[PEACE])]) is False

    def test_an_impossible_number_is_an_error_so_that_a_human_looks(self):
        with pytest.raises(ValueError, match="nan"):
            evaluate([rule({"item": "pain", "at_least": 7})], pains(float("nan")))


class TestRisesAndFalls:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ((4, 6), True),
            ((4, 5), False),
            ((6, 4), False),
            ((4, None, 6), True),
            ((6,), None),
            ((None, 6), None),
            ((4, None), None),
            # The latest answer counts, not the worst.
            ((2, 5, 6), False),
        ],
    )
    def test_since_previous(self, values, expected):
        assert truth({"item": "pain", "rises_by": 2}, pains(*values)) is expected
        assert truth({"item": "pain", "rises_by": 2, "since": "previous"}, pains(*values)) is expected

    @pytest.mark.parametrize(
        ("age", "expected"), [(14 * DAY, True), (14 * DAY + timedelta(seconds=1), None), (timedelta(minutes=1), True)]
    )
    def test_previous_is_at_most_14_days_old(self, age, expected):
        history = [entry({"pain": 3}, age), entry({"pain": 8})]
        assert truth({"item": "pain", "rises_by": 2}, history) is expected

    def test_an_older_answer_does_not_stand_in_for_one_that_was_skipped_too_long_ago(self):
        history = [entry({"pain": 3}, 15 * DAY), entry({"pain": None}, DAY), entry({"pain": 8})]
        assert truth({"item": "pain", "rises_by": 2}, history) is None

    @pytest.mark.parametrize(
        ("values", "staff", "expected"),
        [
            ((2, 6, 4), None, True),
            ((3, 6, 4), None, False),
            ((None, 2, 4), None, True),
            # Never the current answer.
            ((4,), None, None),
            ((4,), 2, True),
            # What staff set goes before the first answer.
            ((1, 4), 3, False),
        ],
    )
    def test_since_baseline(self, values, staff, expected):
        when = {"item": "pain", "rises_by": 2, "since": "baseline"}
        baseline = {"pain": staff} if staff is not None else None
        assert truth(when, pains(*values), baseline=baseline) is expected

    def test_the_first_answer_is_not_its_own_baseline(self):
        when = {"item": "pain", "rises_by": 2, "since": "baseline", "consecutive": 2}
        assert truth(when, pains(4, 8)) is None
        assert truth(when, pains(4, 6, 8)) is True

    def test_a_baseline_has_no_age_limit(self):
        history = [entry({"pain": 2}, 300 * DAY), entry({"pain": 4})]
        assert truth({"item": "pain", "rises_by": 2, "since": "baseline"}, history) is True

    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            ([entry({"pain": 2}, 28 * DAY), entry({"pain": 5}, DAY), entry({"pain": 5})], True),
            ([entry({"pain": 2}, 28 * DAY + timedelta(seconds=1)), entry({"pain": 5}, DAY), entry({"pain": 5})], False),
            ([entry({"pain": 5})], None),
        ],
    )
    def test_since_best_of_28_days(self, history, expected):
        assert truth({"item": "pain", "rises_by": 3, "since": "best"}, history) is expected

    def test_falls(self):
        assert truth({"item": "pain", "falls_by": 2}, pains(6, 4)) is True
        assert truth({"item": "pain", "falls_by": 2}, pains(6, 5)) is False
        assert truth({"item": "pain", "falls_by": 2}, pains(4, 6)) is False

    def test_worse_and_better_follow_the_item(self):
        down = [entry({"peace": 8}, DAY, items=[PEACE]), entry({"peace": 5}, items=[PEACE])]
        assert truth({"item": "peace", "rises_by": 3}, down) is True
        assert truth({"item": "peace", "falls_by": 3}, down) is False
        assert truth(
            {"item": "peace", "falls_by": 3}, [down[1] | {"authored_at": NOW - DAY}, entry({"peace": 8}, items=[PEACE])]
        )
        best = [entry({"peace": 9}, 2 * DAY, items=[PEACE]), *down]
        assert truth({"item": "peace", "rises_by": 4, "since": "best"}, best) is True


class TestGoals:
    @pytest.mark.parametrize(
        ("value", "goals", "expected"),
        [(4, {"pain": 3}, True), (3, {"pain": 3}, False), (5, {"pain": 5}, False), (6, {"pain": 5}, True)],
    )
    def test_worse_than_the_goal(self, value, goals, expected):
        assert truth({"item": "pain", "above_goal": True}, pains(value), goals=goals) is expected
        assert truth({"item": "pain", "above_goal": False}, pains(value), goals=goals) is (not expected)

    @pytest.mark.parametrize("item", ["pain", "breathlessness", "nausea"])
    def test_three_symptoms_have_a_default_goal_which_is_called_that(self, item):
        finding = only([rule({"item": item, "above_goal": True})], [entry({item: 4})])
        assert "default goal" in finding.reason
        assert finding.values["goal"] == 3
        assert finding.values["goal_is_default"] is True
        assert truth({"item": item, "above_goal": True}, [entry({item: 3})]) is False

    def test_a_persons_own_goal_is_not_called_default(self):
        finding = only([rule({"item": "pain", "above_goal": True})], pains(4), goals={"pain": 2})
        assert "above the goal of 2" in finding.reason
        assert "default" not in finding.reason

    def test_the_others_have_none_until_somebody_sets_one(self):
        assert truth({"item": "tiredness", "above_goal": True}, [entry({"tiredness": 9})]) is None
        assert (
            truth({"item": "tiredness", "above_goal": True}, [entry({"tiredness": 9})], goals={"tiredness": 5}) is True
        )

    def test_a_site_may_change_the_default(self):
        assert truth({"item": "pain", "above_goal": True}, pains(4), default_goals={"pain": 4}) is False
        assert truth({"item": "pain", "above_goal": True}, pains(9), default_goals={}) is None

    def test_the_default_is_for_0_to_10_scales(self):
        short = PAIN | {"max": 4}
        assert truth({"item": "pain", "above_goal": True}, pains(4, items=[short])) is None

    @pytest.mark.parametrize(
        "goals",
        [{"22253000": 5}, {"self": {"22253000": 5}, "proxy": {"22253000": 1}}, {"self:22253000": 5}, {"self:pain": 5}]
        + [{"pain": {"value": 5, "set_at": "2025-11-01T09:00:00Z"}}, {"self": {"pain": 5}}],
    )
    def test_goals_are_kept_by_code_and_respondent(self, goals):
        items = [PAIN | SNOMED_PAIN]
        assert truth({"item": "pain", "above_goal": True}, pains(6, items=items), goals=goals) is True
        assert truth({"item": "pain", "above_goal": True}, pains(5, items=items), goals=goals) is False

    def test_a_proxy_is_not_held_against_the_patients_own_goal(self):
        history = [entry({"tiredness": 9}, respondent="proxy")]
        when = {"item": "tiredness", "above_goal": True}
        assert truth(when, history, goals={"self": {"tiredness": 2}}, respondents=["proxy"]) is None

    def test_where_low_is_worse(self):
        when = {"item": "peace", "above_goal": True}
        assert truth(when, [entry({"peace": 5}, items=[PEACE])], goals={"peace": 6}) is True
        assert truth(when, [entry({"peace": 6}, items=[PEACE])], goals={"peace": 6}) is False


class TestConsecutiveAndWithin:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ((5, 5, 5), True),
            ((5, 5), None),
            ((5, 3, 5), False),
            ((3, 5, 5), False),
            ((5, None, 5, 5), True),
            ((5, 5, 3), False),
            # The judged answer missing, nothing is known of it, whatever came before.
            ((5, 5, None), None),
            # One answer known to break the chain decides, though another is missing.
            ((3, 5), False),
            ((3,), False),
        ],
    )
    def test_three_in_a_row(self, values, expected):
        assert truth({"item": "pain", "at_least": 4, "consecutive": 3}, pains(*values)) is expected

    def test_what_lies_beyond_a_broken_chain_decides_nothing(self):
        history = [entry({"pain": 1}, 17 * DAY), entry({"pain": 5}, 16 * DAY), entry({"pain": 5})]
        assert truth({"item": "pain", "at_least": 4, "consecutive": 3}, history) is None

    @pytest.mark.parametrize(("gap", "expected"), [(14 * DAY, True), (14 * DAY + timedelta(seconds=1), None)])
    def test_each_at_most_14_days_from_the_next(self, gap, expected):
        history = [entry({"pain": 5}, gap), entry({"pain": 5})]
        assert truth({"item": "pain", "at_least": 4, "consecutive": 2}, history) is expected

    def test_a_chain_may_be_longer_than_14_days_in_all(self):
        assert truth({"item": "pain", "at_least": 4, "consecutive": 3}, pains(5, 5, 5, every=10 * DAY)) is True

    @pytest.mark.parametrize(("gap", "expected"), [(7 * DAY, True), (7 * DAY + timedelta(seconds=1), None)])
    @pytest.mark.parametrize(
        "when",
        [{"at_least": 4, "consecutive": 2}, {"rises_by": 2}, {"rises_by": 2, "since": "baseline"}]
        + [{"rises_by": 2, "since": "best"}],
    )
    def test_within_includes_its_edge(self, when, gap, expected):
        history = [entry({"pain": 4}, gap), entry({"pain": 6})]
        assert truth({"item": "pain", "within": "P7D"} | when, history) is expected

    def test_rising_twice_running_compares_each_with_the_one_before_it(self):
        when = {"item": "pain", "rises_by": 2, "consecutive": 2}
        assert truth(when, pains(1, 3, 5)) is True
        assert truth(when, pains(1, 2, 5)) is False
        assert truth(when, pains(3, 5)) is None

    def test_above_goal_twice_running(self):
        when = {"all": [{"item": "pain", "at_least": 4}, {"item": "pain", "above_goal": True, "consecutive": 2}]}
        assert truth(when, pains(4, 4)) is True
        assert truth(when, pains(3, 4)) is False
        assert truth(when, pains(4)) is None


class TestWhatCountsAsTheSameItem:
    URL, OTHER = "urn:x:daily", "urn:x:bad-day"

    def pair(self, before, now):
        base = {"questionnaire": self.URL, "recall_period": "PT24H"}
        return [entry({"pain": 3}, DAY, **(base | before)), entry({"pain": 8}, **(base | now))]

    @pytest.mark.parametrize(
        ("before", "now", "expected"),
        [
            ({}, {}, True),
            ({"recall_period": "P7D"}, {}, None),
            ({"respondent": "proxy"}, {}, None),
            ({"respondent": "caregiver"}, {}, None),
            # Without a code, another questionnaire's item of the same name is another item.
            ({"questionnaire": OTHER}, {}, None),
            ({"questionnaire": OTHER, "items": [PAIN]}, {"items": [PAIN]}, None),
            # With the same code it is the same.
            ({"questionnaire": OTHER, "items": [PAIN | SNOMED_PAIN]}, {"items": [PAIN | SNOMED_PAIN]}, True),
            ({"items": [PAIN | {"code": {"system": "x", "code": "22253000"}}]}, {"items": [PAIN | SNOMED_PAIN]}, None),
        ],
    )
    def test_same(self, before, now, expected):
        assert truth({"item": "pain", "rises_by": 2}, self.pair(before, now)) is expected

    def test_the_code_joins_items_of_different_names(self):
        other = [{"link_id": "soreness", "type": "scale"} | SNOMED_PAIN]
        before = entry({"soreness": 3}, DAY, questionnaire=self.OTHER, items=other)
        now = entry({"pain": 8}, questionnaire=self.URL, items=[PAIN | SNOMED_PAIN])
        assert truth({"item": "pain", "rises_by": 5}, [before, now]) is True

    def test_a_rule_may_name_a_code_and_a_link_goes_before_a_code(self):
        items = [PAIN | SNOMED_PAIN, {"link_id": "22253000", "type": "number"}]
        assert truth({"item": "22253000", "at_least": 7}, pains(8, items=items[:1])) is True
        assert truth({"item": "22253000", "at_least": 7}, pains(8, items=items)) is None

    def test_definitions_may_be_given_once_for_all_entries(self):
        assert truth({"item": "22253000", "rises_by": 2}, pains(4, 6), items=[PAIN | SNOMED_PAIN]) is True

    def test_answers_are_ordered_by_when_they_were_written_not_by_when_they_came(self):
        late_arrival = [entry({"pain": 2}, 2 * DAY), entry({"pain": 9}, timedelta(hours=1)), entry({"pain": 4}, DAY)]
        assert truth({"item": "pain", "rises_by": 2}, late_arrival) is True
        assert "was 2" in only([rule({"item": "pain", "at_least": 4})], late_arrival).reason

    def test_an_old_answer_that_arrived_last_is_still_the_older_one(self):
        history = [entry({"pain": 2}, 2 * DAY), entry({"pain": 6}, 3 * DAY), entry({"pain": 7})]
        assert truth({"item": "pain", "rises_by": 5}, history) is True

    def test_numbers_wished_for_are_no_answers(self):
        goals = entry({"pain": 1}, DAY, questionnaire="urn:bedside:questionnaire:personal-goals")
        assert truth({"item": "pain", "rises_by": 2}, [goals, entry({"pain": 8}, questionnaire=None)]) is None
        assert evaluate([rule({"item": "pain", "at_least": 7})], [goals | {"answers": {"pain": 9}}]) == []
        assert evaluate([rule({"item": "pain", "at_least": 7})], [entry({"pain": 9}, check_in="personal-goals")]) == []

    def test_what_was_entered_in_error_is_no_past(self):
        history = [entry({"pain": 1}, DAY, status="entered-in-error"), entry({"pain": 8})]
        assert truth({"item": "pain", "rises_by": 2}, history) is None
        assert evaluate([rule({"item": "pain", "at_least": 7})], [entry({"pain": 9}, status="entered-in-error")]) == []


class TestThreeValuedLogic:
    YES, NO, UNKNOWN = {"item": "a", "equals": 1}, {"item": "a", "equals": 2}, {"item": "gone", "equals": 1}

    @pytest.mark.parametrize(
        ("parts", "all_", "any_"),
        [
            ((YES, YES), True, True),
            ((YES, NO), False, True),
            ((YES, UNKNOWN), None, True),
            ((NO, NO), False, False),
            ((NO, UNKNOWN), False, None),
            ((UNKNOWN, UNKNOWN), None, None),
        ],
    )
    @pytest.mark.parametrize("turned", [False, True])
    def test_truth_table(self, parts, all_, any_, turned):
        history = [entry({"a": 1})]
        listed = list(reversed(parts) if turned else parts)
        assert truth({"all": listed}, history) is all_
        assert truth({"any": listed}, history) is any_

    def test_not_of_unknown_is_unknown(self):
        history = [entry({"a": 1})]
        assert truth({"not": self.YES}, history) is False
        assert truth({"not": self.NO}, history) is True
        assert truth({"not": self.UNKNOWN}, history) is None

    def test_conditions_side_by_side_must_all_hold(self):
        both = {"item": "a", "equals": 1, "any": [{"item": "b", "at_least": 4}]}
        assert truth(both, [entry({"a": 1, "b": 4})]) is True
        assert truth(both, [entry({"a": 1, "b": 3})]) is False

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({"a": 4, "b": 4, "c": 0}, True),
            ({"a": 4, "b": 3, "c": 0}, False),
            # Decided as soon as the known answers suffice, either way.
            ({"a": 4, "b": 4}, True),
            ({"a": 3, "b": 3}, False),
            ({"a": 4}, None),
            ({"a": 3}, None),
            ({"a": 4, "b": 3}, None),
            ({}, None),
        ],
    )
    def test_cluster(self, answers, expected):
        assert truth({"cluster": {"items": ["a", "b", "c"], "at_least": 4, "count": 2}}, [entry(answers)]) is expected


class TestComposites:
    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({"pain-frequency": 4, "pain-severity": 4, "pain-interference": 2}, True),
            ({"pain_frequency": 4, "pain_severity": 4, "pain_interference": 2}, True),
            ({"pain-frequency": 4, "pain-severity": 4, "pain-interference": 0}, False),
            # Skipped by branching is 0: a frequency of 0 decides.
            ({"pain-frequency": 0}, False),
            ({"pain-frequency": 4, "pain-severity": 4, "pain-interference": None}, None),
            ({"pain-frequency": 4, "pain-severity": 4}, None),
            ({}, None),
        ],
    )
    def test_truth(self, answers, expected):
        assert truth(SEVERE_COMPOSITE, [entry(answers)]) is expected

    def test_what_an_item_says_comes_before_what_another_is_called(self):
        parts = [
            {"link_id": "q1", "term": "fatigue", "attribute": "severity"},
            {"link_id": "fatigue_interference"},
            {"link_id": "fatigue-severity", "term": "cough", "attribute": "severity"},
        ]
        when = {"term": "fatigue", "composite_at_least": 3}
        assert truth(when, [entry({"q1": 4, "fatigue_interference": 4}, items=parts)]) is True
        assert truth(when, [entry({"fatigue-severity": 4, "fatigue_interference": 4}, items=parts)]) is None

    def test_counts_what_an_option_scores(self):
        options = [{"value": n + 1, "score": n, "text": {"en": "-"}} for n in range(5)]
        parts = [
            {"link_id": f"fatigue-{part}", "type": "choice", "options": options}
            for part in ("severity", "interference")
        ]
        when = {"term": "fatigue", "composite_at_least": 2}
        assert truth(when, [entry({"fatigue-severity": 4, "fatigue-interference": 3}, items=parts)]) is True
        assert truth(when, [entry({"fatigue-severity": 3, "fatigue-interference": 1}, items=parts)]) is False

    def test_an_answer_that_has_no_grade_is_unknown(self):
        assert truth(SEVERE_COMPOSITE, [entry({f"pain-{part}": 6 for part in ATTRIBUTES})]) is None

    def test_names_the_term(self):
        answers = {"fatigue-severity": 3, "fatigue-interference": 3}
        finding = only([rule({"term": "fatigue", "composite_at_least": 3})], [entry(answers)])
        assert finding.subject == "self:fatigue"
        assert finding.values["composite"] == 3
        assert "composite grade" in finding.reason


class TestScores:
    """The caller adds up; a rule compares, and says "unknown" where there is nothing to compare."""

    @pytest.mark.parametrize(
        ("when", "score", "expected"),
        [
            ({"at_least": 10}, 9.5, False),
            ({"at_least": 10}, 10, True),
            ({"at_most": 3}, 3, True),
            ({"at_most": 3}, 3.5, False),
            ({"at_least": 4, "at_most": 6}, 4, True),
            ({"at_least": 4, "at_most": 6}, 7, False),
            ({"at_least": 0}, None, None),
        ],
    )
    def test_truth(self, when, score, expected):
        assert truth({"score": "mood"} | when, [entry({"joy": 1}, scores={"mood": score})]) is expected

    def test_a_score_nobody_declared_is_unknown(self):
        assert truth({"score": "mood", "at_least": 1}, [entry({"joy": 3})]) is None

    def test_no_score_while_answers_still_come_in(self):
        rules, history = [rule({"score": "mood", "at_least": 2})], [entry({"joy": 3}, scores={"mood": 6})]
        assert evaluate(rules, history, completed=False) == []
        assert evaluate(rules, history)

    def test_says_what_it_is_a_score_of_and_repeats_no_sum_to_the_person(self):
        items = ItemSet([], [ItemFacts("mood", label="Low mood", labels={"es": "Ánimo"}, kind="score")])
        history = [entry({"joy": 3}, scores={"mood": 6}, items=items)]
        finding = only([rule({"score": "mood", "at_least": 3})], history)
        assert (finding.subject, finding.values["score"]) == ("self:mood", 6)
        assert finding.reason == "Low mood: score 6; at or above 3"
        assert finding.said == ""
        (spanish,) = evaluate([rule({"score": "mood", "at_least": 3})], history, language="es")
        assert spanish.reason == "Ánimo: puntuación 6; 3 o más"

    def test_has_no_goal_even_if_a_symptom_is_called_the_same(self):
        finding = only([rule({"score": "pain", "at_least": 3})], [entry({"ache": 3}, scores={"pain": 6})])
        assert "goal" not in finding.values
        finding = only([rule(SEVERE_COMPOSITE)], [entry({f"pain-{part}": 4 for part in ATTRIBUTES})])
        assert "goal" not in finding.values


class TestUrgencyAndWords:
    @pytest.mark.parametrize(("value", "expected"), [(1, True), (2, False), (3, False), (None, None)])
    def test_a_call_now(self, value, expected):
        assert truth({"says": "urgent"}, [entry({"urgency": value})]) is expected

    def test_urgency_not_asked_is_unknown(self):
        assert truth({"says": "urgent"}, [entry({"pain": 9})]) is None

    def test_urgency_insists(self):
        finding = only([rule({"says": "urgent"})], [entry({"urgency": 1})])
        assert finding.insists
        assert finding.subject == "self:urgency"
        assert finding.values["urgent"] is True

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [({}, False), ({"pain": 9}, False), ({"comment": None}, False), ({"comment": "all well, thank you"}, False)]
        + [({"comment": "I have chest pain"}, True)],
    )
    def test_red_flag_words_are_never_unknown(self, answers, expected):
        assert truth({"red_flag_text": True}, [entry(answers)]) is expected

    def test_each_flag_is_a_subject_of_its_own(self):
        findings = evaluate([rule({"red_flag_text": True})], [entry({"comment": "Chest pain. I had a seizure"})])
        assert {f.subject for f in findings} == {"words:chest_pain", "words:seizure"}
        assert all(f.insists and f.tier is Tier.RED and f.values["flag"] in f.subject for f in findings)
        assert any("chest pain" in f.reason.lower() for f in findings)

    def test_words_beside_the_answers_and_in_the_persons_language(self):
        history = [entry({"pain": 2}, texts=["me duele el pecho"], language="es")]
        assert {f.subject for f in evaluate([rule({"red_flag_text": True})], history)} == {"words:chest_pain"}

    def test_only_the_judged_entry_is_read(self):
        history = [entry({"comment": "chest pain"}, DAY), entry({"comment": "better"})]
        assert truth({"red_flag_text": True}, history) is False

    def test_words_of_one_item(self):
        when = {"red_flag_text": True, "item": "comment"}
        assert truth(when, [entry({"comment": "chest pain"})]) is True
        assert truth(when, [entry({"note": "chest pain"})]) is False


class TestDiscordance:
    @pytest.mark.parametrize(
        ("ago", "own", "other", "expected"),
        [
            (timedelta(hours=24), 3, 7, True),
            (timedelta(hours=24), 7, 3, True),
            (timedelta(hours=1), 3, 6, False),
            (timedelta(hours=24, seconds=1), 3, 9, None),
            (timedelta(hours=1), 3, None, None),
        ],
    )
    def test_self_and_proxy_at_most_a_day_apart(self, ago, own, other, expected):
        history = [entry({"pain": other}, ago, respondent="proxy"), entry({"pain": own})]
        assert truth(DISCORDANT, history) is expected

    def test_the_caregivers_answer_may_be_the_later_one(self):
        history = [entry({"pain": 3}, DAY), entry({"pain": 8}, respondent="proxy")]
        finding = only([rule(DISCORDANT, respondents=["self", "proxy"])], history)
        assert finding.subject == "proxy:pain"
        assert "differs by 5 from the patient's 3 on 9 Nov" in finding.reason

    def test_questionnaires_differ_the_code_is_the_same(self):
        proxy = entry(
            {"seems_in_pain": 9},
            respondent="proxy",
            questionnaire="b",
            items=[PAIN | SNOMED_PAIN | {"link_id": "seems_in_pain"}],
        )
        own = entry({"pain": 3}, questionnaire="a", items=[PAIN | SNOMED_PAIN], recall_period="PT24H")
        assert truth(DISCORDANT, [proxy, own]) is True
        assert truth(DISCORDANT, [proxy | {"recall_period": "P7D"}, own]) is None

    def test_what_a_caregiver_says_of_themselves_is_not_compared(self):
        history = [entry({"pain": 9}, respondent="caregiver"), entry({"pain": 3})]
        assert truth(DISCORDANT, history) is None


class TestSilence:
    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            ([missed(DAY), missed()], True),
            ([missed(2 * DAY), missed(DAY), missed()], True),
            ([missed()], False),
            ([missed(DAY), entry({"pain": 2})], False),
            ([missed(2 * DAY), entry({"pain": 2}, DAY), missed()], False),
            # Cancelled ones are passed over, and so are those still open.
            ([missed(2 * DAY), entry({}, DAY, status="cancelled"), missed()], True),
            ([missed(2 * DAY), entry({}, DAY, status="issued"), missed()], True),
            # A partial one is not missed.
            ([missed(2 * DAY), entry({"pain": 1}, DAY, status="partial"), missed()], False),
            # Over all check-ins of one person, whichever they are; not over persons.
            ([missed(DAY, check_in="weekly"), missed()], True),
            ([missed(DAY, respondent="proxy"), missed()], False),
        ],
    )
    def test_two_missed_in_a_row(self, history, expected):
        assert truth({"missed_in_a_row": 2}, history) is expected

    def test_missed_in_a_row_within(self):
        when = {"missed_in_a_row": 2, "within": "P2D"}
        assert truth(when, [missed(2 * DAY), missed()]) is True
        assert truth(when, [missed(2 * DAY + timedelta(seconds=1)), missed()]) is False

    @pytest.mark.parametrize(("enrolled", "expected"), [(DAY, True), (DAY - timedelta(seconds=1), False)])
    def test_counting_starts_at_enrolment(self, enrolled, expected):
        assert truth({"missed_in_a_row": 2}, [missed(DAY), missed()], enrolled_at=NOW - enrolled) is expected

    def test_silence_says_since_when(self):
        finding = only([rule({"missed_in_a_row": 2}, "amber")], [entry({"pain": 1}, 3 * DAY), missed(DAY), missed()])
        assert finding.subject == "silence"
        assert finding.kind == "silence"
        assert finding.reason == "2 check-ins missed in a row; last answer 7 Nov"

    @pytest.mark.parametrize(
        ("history", "enrolled", "expected"),
        [
            ([entry({"pain": 1}, 3 * DAY), missed()], None, True),
            ([entry({"pain": 1}, 3 * DAY - timedelta(seconds=1)), missed()], None, False),
            ([entry({"pain": 1}, 9 * DAY), entry({"pain": 1})], None, False),
            # Never heard: counted from enrolment.
            ([missed()], NOW - 3 * DAY, True),
            ([missed()], NOW - 2 * DAY, False),
            ([missed()], None, None),
            ([missed(3 * DAY), missed()], None, True),
            # An answer of an earlier enrolment does not lengthen the silence of this one.
            ([entry({"pain": 1}, 9 * DAY), missed()], NOW - DAY, False),
            ([entry({"pain": 1}, DAY, respondent="proxy"), missed()], NOW - 3 * DAY, True),
        ],
    )
    def test_silent_for(self, history, enrolled, expected):
        assert truth({"silent_for": "P3D"}, history, enrolled_at=enrolled) is expected

    RED = rule({"item": "pain", "at_least": 7}, id="pain-severe")
    AFTER = rule({"missed_after_red": True}, id="after-red")

    @pytest.mark.parametrize(
        ("history", "fires"),
        [
            ([entry({"pain": 8}, DAY), missed()], True),
            ([entry({"pain": 6}, DAY), missed()], False),
            ([entry({"pain": 8}, 2 * DAY), entry({"pain": 2}, DAY), missed()], False),
            ([entry({"pain": 8}, 2 * DAY), entry({}, DAY, status="cancelled"), missed()], True),
            ([entry({"pain": 8}, 2 * DAY), missed(DAY), missed()], True),
            ([missed()], False),
            ([entry({"pain": 8}, DAY), entry({"pain": 8})], False),
            # What the caller knows goes before what the rules would say now.
            ([entry({"pain": 6}, DAY, tier="red"), missed()], True),
            ([entry({"pain": 8}, DAY, tier="amber"), missed()], False),
            ([entry({"pain": 8}, DAY, tier=None), missed()], False),
        ],
    )
    def test_missed_after_a_red(self, history, fires):
        fired = {f.rule_id for f in evaluate([self.RED, self.AFTER], history)}
        assert ("after-red" in fired) is fires

    def test_missed_after_red_names_the_day(self):
        finding = only([self.RED, self.AFTER], [entry({"pain": 8}, DAY), missed()])
        assert finding.subject == "silence"
        assert "9 Nov" in finding.reason

    @pytest.mark.parametrize(
        ("when", "more", "expected"),
        [
            ({"late": True}, {"late": True}, True),
            ({"late": True}, {}, False),
            ({"late": False}, {}, True),
            ({"partial": True}, {"status": "partial"}, True),
            ({"partial": True}, {"status": "stopped"}, True),
            ({"partial": True}, {}, False),
            ({"partial": True}, {"status": "missed", "answers": {}}, False),
        ],
    )
    def test_how_it_came_in(self, when, more, expected):
        assert truth(when, [entry({"pain": 1}) | more]) is expected


class TestRespondentsAndSubjects:
    @pytest.mark.parametrize(
        ("respondents", "who", "subject"),
        [
            (None, "self", "self:pain"),
            (None, "patient", "self:pain"),
            (None, "proxy", None),
            (None, "caregiver", None),
            (["self", "proxy"], "proxy", "proxy:pain"),
            (["caregiver"], "caregiver", "caregiver:pain"),
            ("proxy", "self", None),
        ],
    )
    def test_a_rule_looks_at_self_report_unless_it_says_otherwise(self, respondents, who, subject):
        given = rule(SEVERE) | ({"respondents": respondents} if respondents else {})
        findings = evaluate([given], [entry({"pain": 8}, respondent=who)])
        assert [f.subject for f in findings] == ([subject] if subject else [])

    @pytest.mark.parametrize(
        ("when", "more", "subject"),
        [
            ({"all": [SEVERE, {"item": "pain", "at_most": 9}]}, {}, "self:pain"),
            ({"all": [SEVERE, {"item": "nausea", "at_least": 1}]}, {}, "self:the-rule"),
            ({"all": [SEVERE, {"item": "nausea", "at_least": 1}]}, {"subject": "pain"}, "self:pain"),
            ({"item": "22253000", "at_least": 7}, {}, "self:pain"),
            ({"cluster": {"items": ["pain", "nausea"], "at_least": 1, "count": 2}}, {}, "self:the-rule"),
            ({"late": True}, {}, "self:the-rule"),
            (SEVERE, {"subject": "review"}, "review"),
        ],
    )
    def test_subjects(self, when, more, subject):
        history = [entry({"pain": 8, "nausea": 2}, late=True, items=[PAIN | SNOMED_PAIN])]
        assert only([rule(when, **more)], history).subject == subject

    def test_an_unknown_respondent_is_an_error(self):
        with pytest.raises(ValueError, match="neighbour"):
            evaluate([], [entry({}, respondent="neighbour")])


class TestAmbers:
    TWO = rule({"ambers_at_least": 2}, id="two-ambers")

    @staticmethod
    def level(item, tier="amber", **more):
        return rule({"item": item, "at_least": 7}, tier, f"{item}-severe", **more)

    @staticmethod
    def goal(item):
        when = {"all": [{"item": item, "at_least": 4}, {"item": item, "above_goal": True, "consecutive": 2}]}
        return rule(when, "amber", f"{item}-above-goal")

    @staticmethod
    def rising(item):
        when = {"all": [{"item": item, "at_least": 4}, {"item": item, "rises_by": 2}]}
        return rule(when, "amber", f"{item}-rising")

    def fires(self, rules, history, **more):
        return "two-ambers" in {f.rule_id for f in evaluate([self.TWO, *rules], history, **more)}

    def test_two_levels_are_red_together(self):
        rules = [self.level("sleep"), self.level("worry")]
        assert self.fires(rules, [entry({"sleep": 7, "worry": 8})])
        assert not self.fires(rules, [entry({"sleep": 7, "worry": 6})])

    def test_a_level_and_a_rise_are(self):
        history = [entry({"pain": 2}, DAY), entry({"pain": 5, "worry": 7})]
        assert self.fires([self.rising("pain"), self.level("worry")], history)

    def test_one_subject_counts_once(self):
        rules = [self.level("pain"), self.rising("pain")]
        assert not self.fires(rules, [entry({"pain": 2}, DAY), entry({"pain": 8})])

    def test_a_steady_tiredness_and_a_steady_poor_appetite_never_are(self):
        answers = {"tiredness": 6, "appetite": 6}
        history = [entry(answers, DAY), entry(answers)]
        rules = [self.goal("tiredness"), self.goal("appetite")]
        goals = {"tiredness": 3, "appetite": 3}
        assert len(evaluate(rules, history, goals=goals)) == 2
        assert not self.fires(rules, history, goals=goals)
        steady = [rule({"item": name, "at_least": 4, "consecutive": 2}, "amber", name) for name in answers]
        assert not self.fires(steady, history)

    def test_a_moderate_level_of_a_known_scale_does_not_count(self):
        items = [PAIN | {"link_id": name} for name in ("a", "b")]
        rules = [rule({"item": name, "at_least": 4}, "amber", name) for name in ("a", "b")]
        assert not self.fires(rules, [entry({"a": 5, "b": 5}, items=items)])
        assert self.fires(rules, [entry({"a": 7, "b": 7}, items=items)])

    def test_days_without_a_bowel_movement_count_as_a_level(self):
        items = [{"link_id": "constipation", "type": "number", "max": 30}, PAIN]
        days = rule({"item": "constipation", "at_least": 3}, "amber", "bowels")
        assert self.fires([days, self.level("pain")], [entry({"constipation": 3, "pain": 7}, items=items)])

    def test_a_subject_that_is_red_is_not_amber(self):
        rules = [self.level("pain", "red"), self.rising("pain"), self.level("worry")]
        assert not self.fires(rules, [entry({"pain": 2}, DAY), entry({"pain": 8, "worry": 8})])

    def test_silence_clusters_and_watch_do_not_count(self):
        rules = [
            rule({"missed_in_a_row": 1}, "amber", "silence"),
            rule({"cluster": {"items": ["a", "b"], "at_least": 4, "count": 2}}, "amber", "cluster"),
            self.level("worry"),
            self.level("sleep", "watch"),
        ]
        assert not self.fires(rules, [entry({"a": 5, "b": 5, "worry": 8, "sleep": 8})])

    def test_a_caregivers_own_strain_does_not_count(self):
        both = {"respondents": ["caregiver"]}
        rules = [self.level("sleep", **both), self.level("worry", **both), self.TWO | both]
        fired = {f.rule_id for f in evaluate(rules, [entry({"sleep": 8, "worry": 8}, respondent="caregiver")])}
        assert fired == {"sleep-severe", "worry-severe"}

    def test_findings_keep_the_order_of_the_rules_and_the_count_names_its_subjects(self):
        history = [entry({"worry": 3}, 7 * DAY), entry({"sleep": 7, "worry": 8})]
        findings = evaluate([self.TWO, self.level("sleep"), self.level("worry")], history)
        assert [f.rule_id for f in findings] == ["two-ambers", "sleep-severe", "worry-severe"]
        assert findings[0].subject == "self:two-ambers"
        assert findings[0].reason == "2 ambers in one check-in: sleep 7 and worry 8 (3 on 3 Nov)"

    def test_while_answers_come_in_only_what_one_answer_may_fire_runs(self):
        rules = [self.TWO, self.level("pain", "red"), self.level("sleep"), self.level("worry")]
        history = [entry({"pain": 8, "sleep": 7, "worry": 8}, status="in-progress")]
        assert [f.rule_id for f in evaluate(rules, history, completed=False)] == ["pain-severe"]
        assert [r.id for r in red_only(rules)] == ["pain-severe"]


class TestRoomOnTheScale:
    """What a rise needs room for: where there is none the rule is not even looked at, and where there is it is."""

    @pytest.mark.parametrize(
        ("item", "before", "now", "fires"),
        [
            (PAIN, 0, 2, True),
            (PAIN, 0, 1, False),
            (PAIN | {"min": 1}, 1, 3, True),
            (PEACE, 10, 8, True),
            (PEACE, 10, 9, False),
            ({"link_id": "weight-change", "type": "number"}, -2, 0, True),
            ({"link_id": "undescribed"}, -1, 1, True),
        ],
    )
    def test_a_rise_by_two_is_found_from_the_end_of_the_scale_on(self, item, before, now, fires):
        name = item["link_id"]
        history = [entry({name: before}, DAY, items=[item]), entry({name: now}, items=[item])]
        assert bool(evaluate([rule({"item": name, "rises_by": 2})], history)) is fires


class TestReasons:
    @pytest.mark.parametrize(("age", "said"), [(14 * DAY, True), (14 * DAY + timedelta(seconds=1), False)])
    def test_an_answer_too_old_to_compare_with_is_not_mentioned(self, age, said):
        finding = only([rule(SEVERE)], [entry({"pain": 4}, age), entry({"pain": 8})])
        assert ("was 4" in finding.reason) is said
        assert ("previous" in finding.values) is said

    def test_value_previous_and_date(self):
        finding = only([rule({"item": "pain", "at_least": 7}, instruction="call-now")], pains(4, 8, every=7 * DAY))
        assert finding.reason == "Pain 8 (was 4 on 3 Nov); at or above 7"
        assert finding.instruction == "call-now"
        assert finding.values == {
            "item": "pain",
            "value": 8,
            "authored_at": "2025-11-10T10:00:00+00:00",
            "worse": "high",
            "previous": 4,
            "previous_at": "2025-11-03T10:00:00+00:00",
            "goal": 3,
            "goal_is_default": True,
        }

    @pytest.mark.parametrize(
        ("when", "history", "more", "reason"),
        [
            ({"item": "pain", "rises_by": 2}, pains(4, 8), {}, "Pain 8 (was 4 on 9 Nov); worse by 4 since 9 Nov"),
            (
                {"item": "pain", "rises_by": 2, "since": "baseline"},
                pains(8),
                {"baseline": {"pain": {"value": 3, "set_at": "2024-12-31T12:00:00Z"}}},
                "Pain 8; worse by 5 than the baseline (3 on 31 Dec 2024)",
            ),
            (
                {"item": "pain", "rises_by": 2, "since": "baseline"},
                pains(3, 6, 8),
                {},
                "Pain 8 (was 6 on 9 Nov); worse by 5 than the first answer (3 on 8 Nov)",
            ),
            (
                {"item": "pain", "rises_by": 2, "since": "best"},
                pains(3, 6, 8),
                {},
                "Pain 8 (was 6 on 9 Nov); worse by 5 than the best of the last 28 days (3 on 8 Nov)",
            ),
            ({"item": "pain", "falls_by": 2}, pains(8, 4), {}, "Pain 4 (was 8 on 9 Nov); better by 4 since 9 Nov"),
            (
                {"item": "pain", "at_least": 4, "consecutive": 2},
                pains(5, 5),
                {},
                "Pain 5 (was 5 on 9 Nov); at or above 4, 2 times running",
            ),
            (
                {"item": "pain", "at_least": 7},
                [entry({"pain": 7.5}, respondent="proxy")],
                {},
                "Caregiver reports: Pain 7.5; at or above 7",
            ),
            ({"item": "low_mood", "at_least": 7}, [entry({"low_mood": 8})], {}, "Low mood 8; at or above 7"),
            (
                {"all": [{"item": "constipation", "at_least": 3}, {"item": "nausea", "at_least": 4}]},
                [entry({"constipation": 3, "nausea": 5})],
                {},
                "Constipation 3; at or above 3. Nausea 5; at or above 4",
            ),
            ({"not": {"item": "pain", "at_least": 7}}, pains(2), {}, "Rule the-rule fired"),
            ({"silent_for": "P3D"}, [missed()], {"enrolled_at": NOW - 4 * DAY}, "No answer for 4 days; no answer yet"),
        ],
    )
    def test_reasons(self, when, history, more, reason):
        assert only([rule(when, respondents=["self", "proxy"])], history, **more).reason == reason

    def test_an_options_words_are_said_instead_of_its_number(self):
        fever = {
            "link_id": "fever",
            "type": "choice",
            "label": {"en": "fever or shivering"},
            "options": [{"value": 1, "text": {"en": "yes"}}, {"value": 2, "text": {"en": "no"}}],
        }
        history = [entry({"fever": 2}, DAY, items=[fever]), entry({"fever": 1}, items=[fever])]
        assert (
            only([rule({"item": "fever", "equals": 1})], history).reason == "Fever or shivering: yes (was no on 9 Nov)"
        )

    def test_the_day_is_that_of_the_zone_the_moment_carries(self):
        late_evening = "2025-11-02T23:30:00-05:00"
        history = [entry({"pain": 4}, authored_at=late_evening), entry({"pain": 8})]
        assert "on 2 Nov" in only([rule({"item": "pain", "at_least": 7})], history).reason

    def test_several_items_are_all_listed_in_the_values(self):
        when = {"all": [{"item": "constipation", "at_least": 3}, {"item": "nausea", "at_least": 4}]}
        values = only([rule(when)], [entry({"constipation": 3, "nausea": 5})]).values
        assert [row["item"] for row in values["items"]] == ["constipation", "nausea"]

    def test_a_review_asks_a_person_to_look(self):
        finding = review("The answers could not be judged.")
        assert (finding.subject, finding.kind, finding.tier) == ("review", "review", Tier.RED)


class TestReadingRules:
    @pytest.mark.parametrize(
        "when",
        [
            {},
            {"pain": 7},
            {"item": "pain"},
            {"item": "pain", "at_leat": 7},
            {"item": "pain", "at_least": 7, "colour": "red"},
            {"item": "pain", "at_least": "7"},
            {"item": "pain", "at_least": True},
            {"item": 22253000, "at_least": 7},
            {"item": "pain", "rises_by": 2, "since": "yesterday"},
            {"item": "pain", "rises_by": 0},
            {"item": "pain", "at_least": 4, "since": "previous"},
            {"item": "pain", "at_least": 4, "consecutive": 0},
            {"item": "pain", "at_least": 4, "within": "a week"},
            {"item": "pain", "above_goal": 3},
            {"at_least": 7},
            {"discordance_at_least": 4},
            {"all": []},
            {"any": {"item": "pain"}},
            {"any": [{"item": "pain", "at_leats": 1}]},
            {"not": [{"item": "pain", "at_least": 7}]},
            {"cluster": {"items": ["a"], "at_least": 4, "count": 2}},
            {"cluster": {"items": ["a", "a"], "at_least": 4, "count": 2}},
            {"cluster": {"items": ["a", "b"], "at_least": 4}},
            {"composite_at_least": 3},
            {"term": "pain"},
            {"term": "grief", "composite_at_least": 3},
            {"score": "mood"},
            {"score": "mood", "at_least": "much"},
            {"score": "mood", "rises_by": 2},
            {"says": "hello"},
            {"red_flag_text": False},
            {"ambers_at_least": 0},
            {"missed_in_a_row": "2"},
            {"silent_for": 3},
            {"late": "yes"},
            {"missed_after_red": False},
        ],
    )
    def test_what_is_not_understood_is_an_error_that_names_the_rule(self, when):
        with pytest.raises(ValueError, match="Rule odd: "):
            AlertRule.from_mapping(rule(when, id="odd"))

    @pytest.mark.parametrize(
        "data",
        [
            {"id": "odd", "tier": "red"},
            {"id": "odd", "when": {"late": True}},
            {"id": "odd", "tier": "purple", "when": {"late": True}},
            {"id": "odd", "tier": "red", "when": {"late": True}, "unless": 1},
            {"id": "odd", "tier": "red", "when": {"late": True}, "respondents": ["dog"]},
        ],
    )
    def test_a_rule_that_is_incomplete_or_has_too_much(self, data):
        with pytest.raises(ValueError, match="Rule odd: "):
            evaluate([data], pains(8))

    def test_what_the_caller_needs_to_choose_rules_is_kept(self):
        read = AlertRule.from_mapping(
            rule(
                {"late": True},
                "watch",
                not_during=["hospital"],
                applies_to="comfort",
                then="step_down",
                respondents="proxy",
            )
        )
        assert (read.not_during, read.applies_to, read.then) == (("hospital",), ("comfort",), "step_down")
        assert AlertRule.from_mapping(read) is read

    @pytest.mark.parametrize(
        ("when", "back"),
        [
            ({"item": "pain", "at_least": 7}, False),
            ({"item": "pain", "above_goal": True}, False),
            ({"item": "pain", "above_goal": True, "consecutive": 2}, True),
            ({"item": "pain", "rises_by": 2}, True),
            ({"item": "pain", "discordance_at_least": 2}, True),
            ({"any": [{"late": True}, {"missed_in_a_row": 2}]}, True),
            ({"red_flag_text": True}, False),
        ],
    )
    def test_whether_it_looks_back(self, when, back):
        assert AlertRule.from_mapping(rule(when)).looks_back is back


class TestAProgramAsClinicsWriteIt:
    """The rules of the example in the documentation, on the histories they are meant for."""

    RULES = (
        {"id": "pain-severe", "tier": "red", "when": {"item": "pain", "at_least": 7}},
        {
            "id": "pain-rising",
            "tier": "amber",
            "when": {
                "all": [
                    {"item": "pain", "at_least": 4},
                    {"any": [{"item": "pain", "rises_by": 2, "since": s} for s in ("previous", "baseline")]},
                ]
            },
        },
        {
            "id": "pain-above-goal",
            "tier": "amber",
            "when": {"all": [{"item": "pain", "at_least": 4}, {"item": "pain", "above_goal": True, "consecutive": 2}]},
        },
        {"id": "two-ambers", "tier": "red", "when": {"ambers_at_least": 2}},
        {"id": "silence", "tier": "amber", "when": {"missed_in_a_row": 2}},
        {"id": "red-flag-words", "tier": "red", "when": {"red_flag_text": True}},
    )

    @pytest.mark.parametrize(
        ("history", "fired"),
        [
            (pains(3), []),
            (pains(8), ["pain-severe"]),
            (pains(2, 4), ["pain-rising"]),
            (pains(2, 3, 4), ["pain-rising"]),
            (pains(4, 4), ["pain-above-goal"]),
            (pains(4, 6), ["pain-rising", "pain-above-goal"]),
            (pains(4, 8), ["pain-severe", "pain-rising", "pain-above-goal"]),
            (pains(8, None), []),
            ([entry({"pain": 8}, 2 * DAY), missed(DAY), missed()], ["silence"]),
            ([entry({"pain": 1, "comment": "I have chest pain"})], ["red-flag-words"]),
            ([entry({"pain": 9}, respondent="proxy")], []),
        ],
    )
    def test_findings(self, history, fired):
        assert [f.rule_id for f in evaluate(self.RULES, history)] == fired


def test_nothing_to_judge():
    assert evaluate([rule({"item": "pain", "at_least": 7})], []) == []


def test_the_same_history_gives_the_same_findings():
    rules, history = [rule({"item": "pain", "at_least": 7})], pains(4, 8)
    assert evaluate(rules, history) == evaluate(rules, history)
