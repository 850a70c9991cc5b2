"""A rule that could never fire is refused with its place: nobody shall believe that it watches."""

# ruff: noqa: E501  (the tables of cases read better with one case a line)

import pytest

from app.alerts.rules import evaluate
from app.content.asked import asked_by
from app.content.overlooked import unread
from app.content.programs import program_findings

SCALE = {"type": "scale", "min": 0, "max": 10, "text": {"en": "How bad?"}}
OPTIONS = [{"value": value, "text": {"en": str(value)}} for value in range(5)]
FIVE = {"type": "choice", "text": {"en": "How bad?"}, "options": OPTIONS}
FROM_ONE = FIVE | {"options": [{"value": n + 1, "score": n, "text": {"en": str(n)}} for n in range(5)]}
URGENCY = {"link_id": "urgency", "type": "choice", "text": {"en": "When?"}, "options": OPTIONS[1:3]}


def items(**more):
    return [{"link_id": name.replace("_", "-"), **item} for name, item in more.items()]


def program(*check_ins, when, respondents=("self",)):
    return {
        "name": "clinic", "version": "1",
        "check_ins": [
            {"name": name, "questionnaire": name, "respondent": respondent, "window": "PT20H"}
            for name, respondent in check_ins
        ],
        "rules": [{"id": "the-rule", "tier": "red", "respondents": list(respondents), "when": when}],
        "escalation": {"red": {"steps": [{"page": "on_call"}]}},
    }  # fmt: skip


def findings(when, *, respondents=("self",), observed=(), **asked):
    """What is said of a rule where the patient is ``asked`` questionnaires by name, and somebody close ``observed``."""
    instruments = {
        name: {"recall_period": "P7D" if name == "weekly" else "PT24H", "items": listed}
        for name, listed in asked.items()
    }
    check_ins = [(name, "patient") for name in instruments]
    if observed:
        instruments["observed"] = {"recall_period": "PT24H", "items": list(observed)}
        check_ins.append(("observed", "caregiver"))
    found = program_findings(program(*check_ins, when=when, respondents=respondents), "clinic", instruments)
    return [f"{'.'.join(map(str, at))}: {why}" for at, why in found]


FATIGUE = {"term": "fatigue", "composite_at_least": 3}
NAMED = items(fatigue_severity=FIVE, fatigue_interference=FIVE)
KEYED = items(
    q1=FIVE | {"term": "fatigue", "attribute": "severity"}, q2=FIVE | {"term": "fatigue", "attribute": "interference"}
)


@pytest.mark.parametrize(
    "asked", [NAMED, KEYED, items(fatigue_severity=FROM_ONE, fatigue_interference=FROM_ONE)],
    ids=["named", "keyed", "scored"],
)  # fmt: skip
def test_a_composite_that_passes_fires(asked):
    worst = {item["link_id"]: item["options"][-1]["value"] for item in asked}
    entry = {"authored_at": "2026-03-10T10:00:00Z", "items": asked, "answers": worst}

    assert findings(FATIGUE, weekly=asked) == []
    assert [finding.values["composite"] for finding in evaluate(program(when=FATIGUE)["rules"], [entry])] == [3]


@pytest.mark.parametrize(
    ("when", "asked", "said"),
    [
        (FATIGUE, {"weekly": NAMED[:1]}, "asks 'fatigue' of self by severity, interference, each from 0 to 4"),
        (FATIGUE, {"weekly": NAMED[:1], "daily": NAMED[1:]}, "asks 'fatigue' of self by severity, interference"),
        (FATIGUE, {"weekly": items(fatigue_severity=SCALE, fatigue_interference=SCALE)}, "each from 0 to 4"),
        (FATIGUE, {"weekly": items(fatigue=FIVE)}, "name its items fatigue-severity and so on"),
        (FATIGUE | {"term": "rash"}, {"weekly": items(rash_presence=FIVE)}, "'rash' is asked by presence alone"),
        (FATIGUE | {"term": "grief"}, {"weekly": NAMED}, "'grief' is not a PRO-CTCAE symptom term"),
        (FATIGUE | {"term": "hair-loss"}, {"weekly": items(hair_loss_amount=FIVE)}, "composite_at_least: expected a whole number from 1 to 2"),
        ({"item": "fatigue", "at_least": 3}, {"weekly": KEYED}, "asks 'fatigue' of self"),
    ],
)  # fmt: skip
def test_a_composite_that_never_has_a_grade_is_refused(when, asked, said):
    (found,) = findings(when, **asked)
    assert said in found


DAILY = items(pain=SCALE, nausea=SCALE, worry=SCALE) + [URGENCY]
WEIGHT = {"type": "number", "min": 0, "text": {"en": "How heavy?"}}
RATHER_NOT = {
    "type": "choice",
    "text": {"en": "How?"},
    "options": [*OPTIONS, {"value": 9, "text": {"en": "-"}, "missing": True}],
}
ASKED = {
    "daily": DAILY,
    "bad": items(worst=SCALE),
    "weekly": items(peace=SCALE | {"worse": "low"}, weight=WEIGHT, mood=RATHER_NOT),
}
OBSERVED = items(pain=SCALE, agitation=SCALE, peace=SCALE)
HIGH, LOW = {"item": "pain", "at_least": 7}, {"item": "pain", "at_most": 3}
WORST = {"item": "worst", "at_least": 7}
EITHER = ("self", "proxy")


@pytest.mark.parametrize(
    "when",
    [
        {"item": "pain", "at_least": 7, "at_most": 7},
        {"all": [HIGH, {"item": "pain", "at_least": 4}, {"item": "pain", "equals": 8}]},
        {"any": [HIGH, WORST]},
        {"any": [HIGH, LOW]},
        {"all": [HIGH, {"not": LOW}]},
        {"all": [{"any": [LOW, {"item": "pain", "at_least": 4}]}, HIGH]},
        {"all": [{"item": "pain", "at_most": 3}, {"item": "nausea", "at_least": 7}]},
        {"all": [{"item": "worry", "at_least": 4}, {"says": "urgent"}, {"late": True}]},
        {"all": [{"cluster": {"items": ["pain", "nausea", "worst"], "at_least": 4, "count": 2}}, HIGH]},
        {"all": [HIGH, {"red_flag_text": True}]},
        {"item": "weight", "at_least": 40.5, "at_most": 41},
        {"item": "pain", "discordance_at_least": 4},
        {"all": [{"missed_in_a_row": 2}, {"silent_for": "P2D"}]},
        {"all": [{"any": [HIGH, LOW, WORST] * 8}, {"any": [HIGH, LOW, WORST] * 8}, {"any": [HIGH, LOW, WORST] * 8}, HIGH]},
    ],
)  # fmt: skip
def test_a_rule_that_may_come_true_is_taken(when):
    assert findings(when, observed=OBSERVED, **ASKED) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"item": "pain", "at_least": 7, "at_most": 3}, "when: can never be true: no answer to 'pain' is at least 7 and at most 3"),
        ({"all": [HIGH, LOW]}, "when: can never be true: no answer to 'pain' is at least 7 and at most 3"),
        ({"all": [HIGH, {"all": [LOW, {"late": True}]}]}, "when: can never be true: no answer to 'pain'"),
        ({"all": [HIGH, {"any": [LOW, {"item": "pain", "equals": 2}]}]}, "when: can never be true: no answer to 'pain'"),
        ({"any": [HIGH, {"all": [LOW, {"item": "pain", "equals": 4}]}]}, "when.any.1: can never be true: no answer to 'pain' is at most 3 and exactly 4"),
        ({"item": "pain", "at_least": 6.2, "at_most": 6.8}, "no answer to 'pain' is at least 6.2 and at most 6.8"),
        ({"item": "weight", "at_least": 50, "at_most": 40}, "no answer to 'weight' is at least 50 and at most 40"),
        ({"item": "mood", "equals": 9}, "no answer to 'mood' is exactly 9"),
        ({"item": "mood", "at_least": 5}, "no answer to 'mood' is at least 5"),
        ({"all": [HIGH, WORST]}, "when: can never be true: no single check-in of this program asks 'pain' and 'worst' of self"),
        ({"all": [WORST, {"any": [HIGH, LOW]}]}, "no single check-in of this program asks 'worst' and 'pain' of self"),
        ({"all": [WORST, {"item": "pain", "rises_by": 2}]}, "no single check-in of this program asks 'worst' and 'pain' of self"),
        ({"all": [WORST, {"says": "urgent"}]}, "no single check-in of this program asks 'worst' and 'urgency' of self"),
        ({"cluster": {"items": ["pain", "worst"], "at_least": 4, "count": 2}}, "no single check-in of this program asks 2 of 'pain' and 'worst' of self"),
        ({"all": [HIGH, {"missed_in_a_row": 2}]}, "'pain' cannot be answered where nobody answered"),
        ({"item": "worry", "discordance_at_least": 4}, "when.discordance_at_least: patient and caregiver are not both asked 'worry'"),
        ({"item": "peace", "discordance_at_least": 4}, "patient and caregiver are not both asked 'peace' about the same time"),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_come_true_is_refused_with_the_reason(when, said):
    found = [f.removeprefix("rules.0.") for f in findings(when, observed=OBSERVED, **ASKED)]
    assert [said in finding for finding in found] == [True], found


def test_patient_and_caregiver_answer_apart():
    both = {"all": [{"item": "agitation", "at_least": 4}, {"item": "worry", "at_least": 4}]}
    (found,) = findings(both, respondents=EITHER, observed=OBSERVED, **ASKED)
    assert "no single check-in of this program asks 'agitation' and 'worry' of proxy or self" in found
    assert findings({"any": both["all"]}, respondents=EITHER, observed=OBSERVED, **ASKED) == []


def test_no_rule_looks_at_goals():
    (found,) = findings(HIGH, **{"personal-goals": items(pain=SCALE)})
    assert "no check-in of this program asks 'pain' of self" in found


@pytest.mark.parametrize(
    ("when", "left"),
    [
        ({"item": "pain", "at_least": 7}, "worry, urgency, fatigue-severity, fatigue-interference"),
        ({"not": {"item": "22253000", "at_most": 3}}, "worry, urgency, fatigue-severity, fatigue-interference"),
        ({"any": [FATIGUE, {"says": "urgent"}]}, "pain, worry"),
        ({"cluster": {"items": ["pain", "worry"], "at_least": 4, "count": 2}}, "urgency, fatigue-severity, fatigue-interference"),
        ({"score": "total", "at_least": 9}, "urgency, fatigue-severity, fatigue-interference"),
    ],
)  # fmt: skip
def test_what_a_rule_reads_by_any_name_is_read(when, left):
    coded = SCALE | {"code": {"system": "http://snomed.info/sct", "code": "22253000"}}
    asked = [*items(pain=coded, worry=SCALE), URGENCY, *NAMED]
    daily = {"items": asked, "scores": [{"name": "total", "kind": "sum", "items": ["pain", "worry"]}]}
    known = program(("daily", "patient"), when=when)

    assert list(unread(known["rules"], asked_by(known, {"daily": daily}))) == [
        f"no rule reads what daily asks self about: {left}"
    ]
    suggested = [rule | {"then": "step_down"} for rule in known["rules"]]
    (line,) = unread(suggested, asked_by(known, {"daily": daily}))
    assert "pain, worry, urgency" in line


def test_a_wish_for_a_call_may_be_looked_for_where_nobody_is_asked_for_it():
    pain = items(pain=SCALE)
    assert findings({"says": "urgent"}, daily=pain) == []
    assert findings({"any": [{"says": "urgent"}, {"item": "pain", "at_least": 7}]}, daily=pain) == []
