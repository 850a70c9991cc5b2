"""A rule that could never fire is refused with its place: nobody shall believe that it watches."""

# ruff: noqa: E501  (the tables of cases read better with one case a line)

import pytest

from app.alerts.rules import evaluate
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
    instruments = {name: {"recall_period": "PT24H", "items": listed} for name, listed in asked.items()}
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
