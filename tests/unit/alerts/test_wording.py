"""Reasons in the nurse's language, what was said in the person's own, and what is worth saying at all."""

import string
from datetime import UTC, datetime, timedelta

import pytest

from app.alerts.entries import ItemSet
from app.alerts.judgement import Circumstances, judge
from app.alerts.phrases import PHRASES
from app.alerts.rules import AlertRule, evaluate
from app.codes import Tier

NOW = datetime(2026, 11, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
ITEMS = ItemSet(
    [
        {"link_id": "pain", "type": "scale", "min": 0, "max": 10, "label": {"en": "pain", "es": "dolor"}},
        {"link_id": "nausea", "type": "scale", "min": 0, "max": 10, "label": {"en": "nausea", "es": "náuseas"}},
        {"link_id": "appetite", "type": "scale", "min": 0, "max": 10, "label": {"en": "appetite", "es": "apetito"}},
        {
            "link_id": "fever", "type": "choice", "label": {"en": "fever", "es": "fiebre"},
            "options": [{"value": 1, "text": {"en": "yes", "es": "sí"}}, {"value": 2, "text": {"en": "no"}}],
        },
    ]
)  # fmt: skip
RISING = {"all": [{"item": "pain", "at_least": 4}, {"item": "pain", "rises_by": 2}]}


def entry(answers, ago=timedelta(), **more):
    return {"authored_at": NOW - ago, "answers": answers, "items": ITEMS, "language": "es"} | more


def found(when, *history, language="es", tier="red", **more):
    (finding,) = evaluate([{"id": "r", "tier": tier, "when": when} | more], history, language=language)
    return finding


def rule(id, tier, when):
    return AlertRule.from_mapping({"id": id, "tier": tier, "when": when})


def test_every_language_has_every_phrase_with_the_same_places():
    def places(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for language, phrases in PHRASES.items():
        assert set(phrases) == set(PHRASES["en"]), language
        for name, text in phrases.items():
            assert places(text) == places(PHRASES["en"][name]), (language, name)
        assert len(phrases["months"].split()) == 12


@pytest.mark.parametrize(
    ("when", "history", "reason"),
    [
        (RISING, [entry({"pain": 4}, DAY), entry({"pain": 6})], "Dolor 6 (antes 4, el 9 nov); 2 peor que el 9 nov"),
        ({"item": "fever", "equals": 1}, [entry({"fever": 1})], "Fiebre: sí"),
        ({"item": "pain", "above_goal": True}, [entry({"pain": 5})],
         "Dolor 5; por encima de la meta de 3 (meta por defecto)"),
        ({"missed_in_a_row": 2},
         [entry({"pain": 1}, 2 * DAY), entry({}, DAY, status="missed"), entry({}, status="missed")],
         "2 controles seguidos sin respuesta; última respuesta 8 nov"),
    ],
)  # fmt: skip
def test_a_reason_is_in_the_language_of_the_site(when, history, reason):
    assert found(when, *history).reason == reason


def test_a_language_without_phrases_is_answered_in_english():
    assert found(RISING, entry({"pain": 4}, DAY), entry({"pain": 6}), language="fr").reason.startswith("Pain 6 (was 4")


@pytest.mark.parametrize(
    ("when", "history", "said"),
    [
        (RISING, [entry({"pain": 4}, DAY), entry({"pain": 6})], "Nos dijo: dolor 6 (4 el 9 nov)."),
        ({"item": "fever", "equals": 1}, [entry({"fever": 2}, DAY), entry({"fever": 1})], "Nos dijo: fiebre: sí."),
        ({"red_flag_text": True}, [entry({"note": "me duele el pecho"})], ""),
        ({"says": "urgent"}, [entry({"urgency": 1})], "Pidió una llamada ahora."),
        ({"missed_in_a_row": 1}, [entry({}, status="missed")], ""),
    ],
)
def test_a_person_hears_what_they_said_in_their_own_language(when, history, said):
    assert found(when, *history, language="en").said == said


def test_what_was_snoozed_or_found_is_kept_without_a_word_that_the_person_wrote():
    words = rule("words", "red", {"red_flag_text": True})
    (kept,) = judge([entry({"note": "me duele el pecho"})], Circumstances([words])).record
    assert kept["values"] == {"flag": "chest_pain"}
    assert "pecho" not in str(kept)


class TestClusters:
    CLUSTER = rule("cluster", "watch", {"cluster": {"items": ["nausea", "appetite"], "at_least": 4, "count": 2}})

    def ids(self, *rules, **answers):
        return [finding.rule_id for finding in judge([entry(answers)], Circumstances([*rules, self.CLUSTER])).findings]

    def test_one_whose_every_symptom_calls_somebody_already_is_not_said_again(self):
        both = [rule(item, "amber", {"item": item, "at_least": 7}) for item in ("nausea", "appetite")]
        assert self.ids(*both, nausea=8, appetite=8) == ["nausea", "appetite"]

    def test_one_that_says_something_more_is_said(self):
        severe = rule("nausea", "red", {"item": "nausea", "at_least": 7})
        assert self.ids(severe, nausea=8, appetite=5) == ["nausea", "cluster"]
        assert self.ids(severe, nausea=5, appetite=5) == ["cluster"]


def test_a_rule_that_fails_hides_no_other_and_calls_a_person():
    good, bad = (
        rule("good", "amber", {"item": "pain", "at_least": 4}),
        rule("bad", "red", {"item": "worry", "at_least": 1}),
    )
    judgement = judge([entry({"pain": 5, "worry": float("nan")})], Circumstances([bad, good], language="es"))
    assert [(f.subject, f.tier) for f in judgement.findings] == [("review", Tier.RED), ("self:pain", Tier.AMBER)]
    assert [rule_id for rule_id, _ in judgement.failures] == ["", "bad"]
    assert judgement.findings[0].reason.startswith("Las reglas no pudieron")
