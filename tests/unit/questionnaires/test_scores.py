"""Scores that an instrument declares: sums, means and composites; missing is never 0, skipped by branching is."""

# ruff: noqa: E501  (the tables of cases read better with one case a line)

from itertools import product
from typing import Any

import pytest

from app.composites import composite_grade
from app.questionnaires.definition import Questionnaire
from app.questionnaires.scoring import branched_out, scores_of


def questionnaire(items: list[dict[str, Any]], *scores: dict[str, Any]) -> Questionnaire:
    return Questionnaire.from_mapping({"url": "u", "version": "1", "items": items, "scores": list(scores)})


def scale(link_id: str, **rest: Any) -> dict[str, Any]:
    return {"link_id": link_id, "type": "scale", "min": 0, "max": 10, "text": {"en": link_id}} | rest


FOUR = [scale(name) for name in "abcd"]


@pytest.mark.parametrize(
    ("declared", "answers", "expected"),
    [
        ({"kind": "sum"}, {"a": 1, "b": 2, "c": 3, "d": 4}, 10),
        ({"kind": "sum"}, {"a": 0, "b": 0, "c": 0, "d": 0}, 0),
        ({"kind": "mean"}, {"a": 1, "b": 2, "c": 3, "d": 4}, 2.5),
        # One missing is no score, unless the clinic's own instrument says so.
        ({"kind": "sum"}, {"a": 1, "b": 2, "c": 3}, None),
        ({"kind": "sum"}, {"a": 1, "b": 2, "c": 3, "d": None}, None),
        ({"kind": "sum", "missing": "none"}, {"a": 1, "b": 2, "c": 3}, None),
        ({"kind": "sum", "missing": "prorate_half"}, {"a": 1, "b": 3}, 8),
        ({"kind": "mean", "missing": "prorate_half"}, {"a": 1, "b": 3}, 2),
        ({"kind": "sum", "missing": "prorate_half"}, {"a": 3}, None),
        ({"kind": "sum", "missing": {"at_most": 1}}, {"a": 1, "b": 2, "c": 3}, 8),
        ({"kind": "sum", "missing": {"at_most": 1}}, {"a": 1, "b": 2}, None),
        ({"kind": "sum", "missing": {"at_most": 3}}, {}, None),
        # Words are no number.
        ({"kind": "sum"}, {"a": 1, "b": 2, "c": 3, "d": "four"}, None),
    ],
)
def test_a_score(declared, answers, expected):
    score = {"name": "total", "items": list("abcd")} | declared
    assert scores_of(questionnaire(FOUR, score), answers) == {"total": expected}


def test_an_option_counts_what_it_scores_and_not_what_is_texted():
    options = [{"value": 1, "text": {"en": "x"}, "score": 0}, {"value": 2, "text": {"en": "y"}, "score": 1.5}]
    items = [{"link_id": name, "type": "choice", "text": {"en": name}, "options": options} for name in "ab"]
    asked = questionnaire(items, {"name": "total", "kind": "sum", "items": ["a", "b"]})

    assert scores_of(asked, {"a": 1, "b": 2}) == {"total": 1.5}


RATHER_NOT = [{"value": n, "text": {"en": str(n)}} for n in range(5)] + [
    {"value": 5, "text": {"en": "-"}, "missing": True}
]


def test_whoever_prefers_not_to_answer_has_not_answered():
    items = [
        scale("a") | {"type": "choice", "options": RATHER_NOT},
        scale("b", enable_when={"item": "a", "equals": 4}),
        scale("c"),
    ]
    total, mean = ({"name": kind, "kind": kind, "items": ["a", "c"]} for kind in ("sum", "mean"))
    most = {"name": "most", "kind": "sum", "items": ["a", "b", "c"], "missing": {"at_most": 1}}
    asked = questionnaire(items, total, mean | {"missing": "prorate_half"}, most)

    assert scores_of(asked, {"a": 4, "b": 1, "c": 2}) == {"sum": 6, "mean": 3, "most": 7}
    # Nobody knows whether what hangs on it applied: two are missing, not one.
    assert scores_of(asked, {"a": 5, "c": 2}) == {"sum": None, "mean": 2, "most": None}


@pytest.mark.parametrize("value", [-1, 1.5, 5, 6, 1e9, float("nan"), float("inf")])
def test_an_answer_that_has_no_grade_is_no_crash(value):
    asked = questionnaire(TERM, {"name": "grade", "kind": "composite", "items": [item["link_id"] for item in TERM]})
    assert scores_of(asked, {"pain-frequency": value, "pain-severity": 4, "pain-interference": 4}) == {"grade": None}
    assert scores_of(asked, {"pain-frequency": 4, "pain-severity": 4, "pain-interference": value}) == {"grade": None}


def test_what_branching_skips_counts_0_and_what_hangs_on_nothing_is_missing():
    items = [scale("a"), scale("b", enable_when={"item": "a", "at_least": 4})]
    asked = questionnaire(items, {"name": "total", "kind": "sum", "items": ["a", "b"]})

    assert scores_of(asked, {"a": 3}) == {"total": 3}
    assert scores_of(asked, {"a": 4}) == {"total": None}
    assert scores_of(asked, {}) == {"total": None}
    assert branched_out(asked, {}) == frozenset()


def test_a_branch_on_a_branch_is_skipped_with_it():
    items = [
        scale("a"),
        scale("b", enable_when={"item": "a", "at_least": 1}),
        scale("c", enable_when={"item": "b", "at_least": 1}),
        scale("d", enable_when={"all": [{"item": "a", "at_least": 5}, {"item": "b", "at_least": 5}]}),
    ]
    asked = questionnaire(items)
    assert branched_out(asked, {"a": 0}) == {"b", "c", "d"}
    # With `all`, one condition that fails decides; the other may be unanswered.
    assert branched_out(asked, {"a": 1}) == {"d"}


TERM = [
    scale("pain-frequency", max=4, term="pain", attribute="frequency"),
    scale("pain-severity", max=4, term="pain", attribute="severity", enable_when={"item": "pain-frequency", "at_least": 1}),
    scale(
        "pain-interference", max=4, term="pain", attribute="interference",
        enable_when={"item": "pain-severity", "at_least": 1},
    ),
]  # fmt: skip


def test_a_composite_is_the_published_grade_for_every_combination_that_can_be_answered():
    names = [str(item["link_id"]) for item in TERM]
    asked = questionnaire(TERM, {"name": "grade", "kind": "composite", "items": names})
    for values in product(range(5), repeat=3):
        answers: dict[str, float | str | None] = {}
        for name, value in zip(names, values, strict=True):
            answers[name] = value
            if value == 0:
                break
        given = [float(answers.get(name) or 0) for name in names]
        expected = composite_grade(frequency=given[0], severity=given[1], interference=given[2])
        assert scores_of(asked, answers) == {"grade": expected}
        if len(answers) > 1:
            assert scores_of(asked, {name: answers[name] for name in list(answers)[:-1]}) == {"grade": None}


def test_the_parts_of_a_composite_may_be_told_by_their_names():
    asked = questionnaire(
        [scale("cough-interference", max=4), scale("cough-severity", max=4)],
        {"name": "grade", "kind": "composite", "items": ["cough-interference", "cough-severity"]},
    )
    assert scores_of(asked, {"cough-severity": 1, "cough-interference": 4}) == {"grade": 2}


@pytest.mark.parametrize(
    ("value", "name"), [(0, "low"), (2, "low"), (2.5, None), (3, "raised"), (6, "raised"), (None, None)]
)
def test_a_band_says_what_a_score_means(value, name):
    bands = [{"name": "low", "from": 0, "to": 2}, {"name": "raised", "from": 3}]
    (score,) = questionnaire(FOUR, {"name": "t", "kind": "sum", "items": ["a"], "bands": bands}).scores
    assert score.band(value) == name
