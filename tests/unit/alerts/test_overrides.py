"""Rules as they hold at a site or for one person, and what no override may take away."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.alerts.definition import AlertRule
from app.alerts.entries import ItemSet
from app.alerts.overrides import Override, apply, changed, check, operands
from app.alerts.rules import evaluate
from app.errors import Rejected

NOW = datetime(2025, 11, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SCALES = ItemSet(
    [
        {"link_id": "pain", "type": "scale", "min": 0, "max": 10},
        {"link_id": "sleep", "type": "scale", "min": 0, "max": 10},
        {"link_id": "peace", "type": "scale", "min": 0, "max": 10, "worse": "low"},
        {"link_id": "itch", "type": "scale", "min": 0, "max": 4},
        {"link_id": "constipation", "type": "number", "min": 0, "max": 30},
    ]
)
WHEN = {
    "pain-severe": ("red", {"item": "pain", "at_least": 7}),
    "sleep-severe": ("amber", {"item": "sleep", "at_least": 7}),
    "peace-gone": ("amber", {"item": "peace", "at_most": 2}),
    "itch-severe": ("red", {"item": "itch", "at_least": 4}),
    "bowels": ("red", {"item": "constipation", "at_least": 5}),
    "fever": ("red", {"item": "fever", "equals": 1}),
    "pain-rising": (
        "amber",
        {
            "all": [
                {"item": "pain", "at_least": 4},
                {"not": {"item": "pain", "rises_by": 9}},
                {"any": [{"item": "pain", "rises_by": 2}, {"item": "pain", "rises_by": 2, "since": "baseline"}]},
            ]
        },
    ),
    "cluster": ("watch", {"cluster": {"items": ["pain", "sleep"], "at_least": 4, "count": 2}}),
    "grade": ("red", {"term": "nausea", "composite_at_least": 3}),
    "two-missed": ("amber", {"missed_in_a_row": 2}),
    "two-ambers": ("red", {"ambers_at_least": 2}),
    "steady": ("amber", {"item": "pain", "at_least": 4, "consecutive": 2}),
    "words": ("red", {"red_flag_text": True}),
    "now": ("red", {"any": [{"says": "urgent"}, {"item": "agitation", "at_least": 7}]}),
    "silent-after-red": ("red", {"missed_after_red": True}),
}
RULES = [AlertRule.from_mapping({"id": name, "tier": tier, "when": when}) for name, (tier, when) in WHEN.items()]


def override(rule_id, change=None, *, patient_id="ana", **more):
    said: dict[str, Any] = {"version": 1, "muted": change is None, "starts_at": NOW, "ends_at": NOW + 30 * DAY} | more
    return Override(rule_id, patient_id, change=change, **said)


def rule(rule_id, overrides=()):
    return next((r for r in apply(RULES, overrides) if r.id == rule_id), None)


def problems(proposed, **more):
    with pytest.raises(Rejected) as refused:
        check(RULES, proposed, items=[SCALES], **more)
    return refused.value.problems


def fires(rule, *pains):
    history = [
        {"authored_at": NOW - (len(pains) - place) * DAY, "answers": {"pain": pain}} for place, pain in enumerate(pains)
    ]
    return bool(evaluate([rule], history))


def test_without_overrides_the_rules_are_the_programs():
    assert apply(RULES, []) == RULES


def test_a_changed_operand_is_used_and_a_muted_rule_is_gone():
    assert [fires(rule("pain-severe", [override("pain-severe", {"at_least": 8})]), pain) for pain in (7, 8)] == [
        False,
        True,
    ]
    assert rule("sleep-severe", [override("sleep-severe")]) is None
    assert len(apply(RULES, [override("sleep-severe")])) == len(RULES) - 1


def test_a_persons_own_is_used_instead_of_the_sites():
    own, site = override("pain-severe", {"at_least": 9}), override("pain-severe", {"at_least": 8}, patient_id=None)
    for given in ([own, site], [site, own]):
        assert rule("pain-severe", given) == changed(rule("pain-severe"), {"at_least": 9})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pain-severe", {"at_least": 8}),
        ("peace-gone", {"at_most": 1}),
        ("cluster", {"at_least": 5}),
        ("grade", {"composite_at_least": 4}),
        ("two-missed", {"missed_in_a_row": 3}),
        ("two-ambers", {"ambers_at_least": 3}),
        ("steady", {"consecutive": 3, "at_least": 5}),
        ("pain-rising", {"at_least": 5}),
    ],
)
def test_whatever_has_a_threshold_can_be_changed(name, change):
    check(RULES, override(name, change), items=[SCALES])
    assert {k: v for k, v in operands(rule(name, [override(name, change)])).items() if k in change} == change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pain-rising", {"rises_by": 3}),  # three times in it
        ("pain-severe", {"at_most": 3}),
        ("pain-severe", {"consecutive": 2}),
        ("fever", {"equals": 2}),
        ("pain-severe", {"item": 3}),
        ("pain-severe", {"at_least": True}),
        ("pain-severe", {"at_least": -1}),
        ("two-missed", {"missed_in_a_row": 0}),
        ("two-missed", {"missed_in_a_row": 2.5}),
        ("pain-severe", {}),
    ],
)
def test_what_does_not_occur_just_once_or_is_no_threshold_is_refused(name, change):
    assert list(problems(override(name, change, muted=False))) == ["change"]


@pytest.mark.parametrize("name", ["words", "now", "silent-after-red"])
@pytest.mark.parametrize("change", [None, {"at_least": 8}])
def test_red_flags_now_and_silence_after_red_are_never_touched(name, change):
    proposed = override(name, change)
    assert list(problems(proposed)) == ["rule"]
    assert rule(name, [proposed]) == rule(name), "not even by a row that got in some other way"


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("pain-severe", {"at_least": 9}, None),
        ("pain-severe", {"at_least": 10}, "change"),
        ("pain-severe", None, "muted"),
        ("sleep-severe", {"at_least": 10}, "change"),
        ("peace-gone", {"at_most": 1}, None),
        ("peace-gone", {"at_most": 0}, "change"),
        ("itch-severe", {"at_least": 5}, "change"),
        ("bowels", {"at_least": 12}, None),
        ("bowels", None, None),
        ("fever", None, None),
    ],
)
def test_a_nine_or_ten_calls_somebody_as_before(name, change, field):
    proposed = override(name, change)
    if field is None:
        check(RULES, proposed, items=[SCALES])
    else:
        assert list(problems(proposed)) == [field]


def test_another_rule_that_still_catches_a_nine_is_enough_but_not_if_it_is_muted_too():
    twice = [
        *RULES,
        AlertRule.from_mapping({"id": "pain-worst", "tier": "red", "when": {"item": "pain", "at_least": 9}}),
    ]
    check(twice, override("pain-severe"), items=[SCALES])
    with pytest.raises(Rejected):
        check(twice, override("pain-severe"), beside=[override("pain-worst", patient_id=None)], items=[SCALES])


@pytest.mark.parametrize(
    ("proposed", "field"),
    [
        (override("fever", ends_at=None), "ends_at"),
        (override("fever", ends_at=NOW + 30 * DAY + timedelta(seconds=1)), "ends_at"),
        (override("fever", patient_id=None), "muted"),
        (override("two-missed", patient_id=None, ends_at=None), None),
        (override("fever"), None),
        (override("fever", {"at_least": 2}, muted=True), "change"),
        (override("no-such-rule"), "rule"),
    ],
)
def test_muting_ends_and_no_red_is_muted_for_a_whole_site(proposed, field):
    if field is None:
        check(RULES, proposed, items=[SCALES])
    else:
        assert list(problems(proposed)) == [field]


def test_one_that_no_longer_fits_leaves_the_rule_as_published():
    assert rule("pain-severe", [override("pain-severe", {"rises_by": 3})]) == rule("pain-severe")


def test_it_holds_from_its_start_until_its_end_or_until_it_is_taken_back():
    one = override("fever", ends_at=NOW + 2 * DAY)
    assert [one.holds(at) for at in (NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY)] == [False, True, True, False]
    assert not override("fever", ended_at=NOW + DAY).holds(NOW + DAY)
    assert override("fever", ends_at=None).holds(NOW + 99 * DAY)
