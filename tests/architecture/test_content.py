"""What is shipped can be used as it is: complete in every language, within its cost, with rules that can fire."""

from pathlib import Path

import pytest

from app.alerts.rules import AlertRule, evaluate
from app.checkins.timing import Timing
from app.codes import Language, Tier
from app.content.check import CHECK_IN_SEGMENTS, Report, questions, reading_ages, report
from app.content.loader import ContentBundle, load
from app.content.reading_age import OLDEST, available
from app.content.red_flags import unheard
from app.escalation.policy import EscalationPolicy
from app.messaging.keywords import RESERVED_WORDS, classify
from app.messaging.rendering import TEMPLATES, Renderer
from app.messaging.segments import measure
from app.web.phrases import phrases_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bundle() -> ContentBundle:
    return load(ROOT)


@pytest.fixture(scope="module")
def told(bundle) -> Report:
    return report(bundle)


def test_the_shipped_content_loads(bundle):
    assert set(bundle.instruments) == {
        "core-daily", "core-weekly", "bad-day", "caregiver-observed", "caregiver-self", "reassessment",
        "caregiver-self-reassessment", "personal-goals",
    }  # fmt: skip
    assert set(bundle.programs) == {"advanced-cancer"}


def test_every_language_has_every_message(bundle):
    assert set(bundle.languages) >= set(Language)
    for language in bundle.languages:
        assert set(bundle.templates[language]) == set(TEMPLATES)


LATIN = {"en", "es"}
"""Languages whose letters are in the SMS alphabet."""


def test_there_is_nothing_to_warn_of_but_the_price_of_another_alphabet_and_of_a_whole_week(told):
    assert told.warnings == (
        "advanced-cancer: check-in 'daily' can cost 17 segments in 'ar'; aim at 8",
        "advanced-cancer: check-in 'weekly' can cost 21 segments in 'ar'; aim at 8",
        "advanced-cancer: check-in 'weekly' can cost 10 segments in 'en'; aim at 8",
        "advanced-cancer: check-in 'weekly' can cost 10 segments in 'es'; aim at 8",
        "advanced-cancer: check-in 'reassessment' can cost 12 segments in 'ar'; aim at 8",
    )


def test_no_message_in_the_sms_alphabet_needs_the_expensive_one(told):
    assert {cost.language for cost in told.messages if cost.encoding != "GSM-7"} == {"ar"}
    assert [cost for cost in told.messages if cost.segments > cost.allowed] == []


def test_a_check_in_costs_at_most_eight_segments_whatever_path_it_takes(bundle, told):
    latin = {cost.check_in: cost.segments for cost in told.check_ins if cost.language in LATIN}
    assert latin.pop("weekly") == 10  # once a week, in place of seven daily ones
    assert max(latin.values()) <= CHECK_IN_SEGMENTS
    # The dearest path asks everything: the question that only some are asked is among what is counted.
    asked = questions(bundle.instruments["core-daily"].questionnaire, Renderer(bundle.templates), "en")
    assert any("How soon do you need to hear from us?" in text for text in asked)


def test_every_question_fits_in_one_text(bundle):
    renderer = Renderer(bundle.templates)
    for instrument in bundle.instruments.values():
        for language in bundle.languages:
            for text in questions(instrument.questionnaire, renderer, language):
                assert measure(text).count <= (1 if language in LATIN else 2), text


def test_an_eleven_year_old_could_read_every_message_and_question(bundle):
    assert available()
    ages = list(reading_ages(bundle, Renderer(bundle.templates)))
    assert len(ages) > 100
    assert [(where, text) for where, text, age in ages if age > OLDEST] == []


def test_every_red_flag_phrase_can_be_heard(bundle):
    assert set(bundle.red_flags) == set(bundle.languages)
    assert list(unheard(bundle.red_flags)) == []


def test_no_language_claims_a_review_that_did_not_happen(bundle):
    assert {language: note.reviewed_by for language, note in bundle.notes.items()} == {
        "ar": None,
        "en": None,
        "es": None,
    }


def test_the_direction_of_a_language_is_the_same_for_texts_and_pages(bundle):
    for language, note in bundle.notes.items():
        assert phrases_for(language).language == language
        assert phrases_for(language).direction == note.direction


NUMBERS_TO_CALL = ("after_hours_phone", "crisis_line")


def test_between_right_to_left_words_a_telephone_number_or_an_address_stands_alone(bundle):
    """Digits behind Arabic letters are shown group by group from the right: (555) 010-0199 as 0199-010 (555)."""
    for language, note in bundle.notes.items():
        for name, text in bundle.templates[language].items() if note.direction == "rtl" else ():
            if name in ("page_email", "question"):
                continue
            for line in text.split("\n"):
                if any(f"{{{{ {number} }}}}" in line for number in NUMBERS_TO_CALL):
                    assert line.startswith("Tel {{"), f"{name}: {line}"
                if "{{ link }}" in line or "{{ url }}" in line:
                    assert line.startswith("{{") and line.endswith("}}"), f"{name}: {line}"


def test_no_text_message_holds_marks_of_direction(told):
    for cost in told.messages:
        assert not set(cost.text) & set("\u200e\u200f\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e")


def test_the_first_question_says_how_to_answer(bundle):
    renderer = Renderer(bundle.templates)
    english, spanish = (
        questions(bundle.instruments["core-daily"].questionnaire, renderer, language)[0] for language in ("en", "es")
    )
    assert english.endswith("Reply with 3 numbers: pain, breathlessness, tiredness. Example: 3 0 5")
    assert spanish.endswith("Responda con 3 numeros: dolor, falta de aire, cansancio. Ejemplo: 3 0 5")


def test_no_option_is_a_word_that_phone_companies_act_on(bundle):
    for instrument in bundle.instruments.values():
        for item in instrument.questionnaire.items:
            for option in item.options:
                for language, text in option.text.items():
                    assert text.upper() not in RESERVED_WORDS
                    assert classify(text, language) is None


def test_messages_to_people_say_that_this_is_not_for_emergencies(bundle):
    for name in ("welcome", "caregiver_welcome", "closing", "closing_amber", "red_covered", "red_uncovered", "help"):
        for language in bundle.languages:
            assert "{{ emergency_number }}" in bundle.templates[language][name]


def test_a_time_is_promised_only_where_a_shift_covers_it(bundle):
    for language in bundle.languages:
        assert "{{ time }}" in bundle.templates[language]["red_covered"]
        assert "time" not in TEMPLATES["red_uncovered"].variables


def test_carrier_rules_the_first_message_names_the_clinic_and_says_how_to_stop(bundle):
    for name in ("welcome", "caregiver_welcome"):
        for language in bundle.languages:
            text = bundle.templates[language][name]
            assert "{{ clinic }}" in text
            assert "STOP" in text
            assert "HELP" in text


def test_every_program_can_be_silent_and_loud(bundle):
    for program in bundle.programs.values():
        whens = [rule["when"] for rule in program.data["rules"]]
        assert {"missed_in_a_row": 2} in whens
        assert {"red_flag_text": True} in whens
        assert {"says": "urgent"} in whens
        assert {rule["tier"] for rule in program.data["rules"]} == set(Tier)


def test_what_judges_plans_and_escalates_understands_every_program(bundle):
    for program in bundle.programs.values():
        for rule in program.data["rules"]:
            AlertRule.from_mapping(rule)
        for ladder in program.data["escalation"].values():
            EscalationPolicy.from_mapping(ladder)
        for check_in in program.data["check_ins"]:
            if check_in.get("timing"):
                Timing.from_mapping(check_in["timing"])


JUDGED = {
    # what was answered: (check-in, respondent, earlier answers, answers, the tiers and subjects that follow)
    "calm": ("daily", "self", {}, {"pain": 3, "nausea": 2, "tiredness": 4, "fever": 2}, set()),
    "severe pain": ("daily", "self", {}, {"pain": 7}, {("red", "self:pain")}),
    "severe pain seen by Rosa": ("caregiver", "proxy", {}, {"pain": 8}, {("red", "proxy:pain")}),
    "new confusion seen by Rosa": ("caregiver", "proxy", {}, {"confusion": 1}, {("red", "proxy:confusion")}),
    "fever": ("daily", "self", {}, {"fever": 1}, {("red", "self:fever")}),
    "five days": (
        "daily",
        "self",
        {},
        {"constipation": 5},
        {("red", "self:constipation"), ("amber", "self:constipation")},
    ),
    "three days": ("daily", "self", {}, {"constipation": 3}, {("amber", "self:constipation")}),
    "three days with nausea": (
        "daily",
        "self",
        {},
        {"constipation": 3, "nausea": 4},
        {("red", "self:constipation"), ("amber", "self:constipation")},
    ),
    "a call now": ("daily", "self", {}, {"pain": 4, "urgency": 1}, {("red", "self:urgency")}),
    "a bad day": ("bad-day", "self", {}, {"worst": 9, "urgency": 2}, {("red", "self:worst")}),
    "very tired": ("daily", "self", {}, {"tiredness": 8}, {("amber", "self:tiredness")}),
    "getting worse": ("daily", "self", {"worry": 3}, {"worry": 5}, {("amber", "self:worry")}),
    "worse but mild": ("daily", "self", {"pain": 0}, {"pain": 2}, {("watch", "self:pain")}),
    "two ambers": (
        "daily",
        "self",
        {},
        {"sleep": 7, "appetite": 7},
        {("amber", "self:sleep"), ("amber", "self:appetite"), ("red", "self:two-ambers")},
    ),
    "steadily above the goal": ("daily", "self", {"pain": 5}, {"pain": 5}, {("amber", "self:pain")}),
    "a bad week": ("weekly", "self", {}, {"pain": 7, "peace": 9, "need_food": 0}, {("red", "self:pain")}),
    "distress in a week": ("weekly", "self", {}, {"distress": 7}, {("amber", "self:distress")}),
    "no peace": ("weekly", "self", {}, {"peace": 3}, {("watch", "self:peace")}),
    "food and a ride": ("weekly", "self", {}, {"need_food": 1, "need_ride": 1}, {("watch", "self:needs")}),
    "pain and no breath, seen by Rosa": (
        "caregiver",
        "proxy",
        {},
        {"pain": 4, "breathlessness": 4},
        {("watch", "proxy:body-cluster")},
    ),
    "agitation seen by Rosa": ("caregiver", "proxy", {}, {"agitation": 7}, {("red", "proxy:agitation")}),
    "Rosa strained once": ("caregiver-self", "caregiver", {}, {"worry": 9, "managing": 0}, set()),
    "Rosa strained by another thing each time": (
        "caregiver-self",
        "caregiver",
        {"worry": 9},
        {"sleep": 9, "worry": 3},
        set(),
    ),
    "Rosa strained twice": ("caregiver-self", "caregiver", {"worry": 4}, {"worry": 4}, {("amber", "caregiver:worry")}),
    "Rosa not managing": (
        "caregiver-self",
        "caregiver",
        {"managing": 6},
        {"managing": 6},
        {("amber", "caregiver:managing")},
    ),
    "Rosa managing": ("caregiver-self", "caregiver", {"managing": 7}, {"managing": 7, "respite": 2}, set()),
    "Rosa needs a break": ("caregiver-self", "caregiver", {}, {"respite": 1}, {("amber", "caregiver:respite")}),
    "worry and low mood": (
        "daily",
        "self",
        {"worry": 4, "low_mood": 4},
        {"worry": 4, "low_mood": 4},
        {("watch", "self:mood-cluster")},
    ),
}


@pytest.mark.parametrize("case", JUDGED, ids=lambda name: name.replace(" ", "-"))
def test_the_shipped_rules_do_what_the_clinic_was_told(bundle, case):
    check_in, respondent, before, now, expected = JUDGED[case]
    program = bundle.programs["advanced-cancer"].data
    (asked,) = (one["questionnaire"] for one in program["check_ins"] if one["name"] == check_in)
    definition = bundle.instruments[asked].data
    common = {
        "respondent": respondent,
        "check_in": check_in,
        "questionnaire": definition["url"],
        "recall_period": definition["recall_period"],
        "items": definition["items"],
        "status": "completed",
    }
    history = [common | {"authored_at": "2026-03-02T15:00:00Z", "answers": before}] if before else []
    history.append(common | {"authored_at": "2026-03-03T15:00:00Z", "answers": now})

    found = evaluate(program["rules"], history)

    assert {(finding.tier.value, finding.subject) for finding in found} == expected


def test_silence_after_a_red_answer_pages_and_two_missed_check_ins_are_listed(bundle):
    rules = bundle.programs["advanced-cancer"].data["rules"]
    answered = {"authored_at": "2026-03-01T15:00:00Z", "status": "completed", "answers": {"pain": 9}, "tier": "red"}
    missed = [{"authored_at": f"2026-03-0{day}T15:00:00Z", "status": "missed", "answers": {}} for day in (2, 3)]

    assert [f.tier for f in evaluate(rules, [answered, missed[0]])] == [Tier.RED]
    assert Tier.AMBER in {f.tier for f in evaluate(rules, [answered | {"tier": None}, *missed])}


SYMPTOMS = "pain breathlessness tiredness nausea appetite sleep worry low_mood".split()


def test_after_seven_good_days_and_not_before_asking_less_is_suggested(bundle):
    rules = bundle.programs["advanced-cancer"].data["rules"]
    daily = bundle.instruments["core-daily"].data
    well = dict.fromkeys(SYMPTOMS, 3) | {"fever": 2}
    days = [
        {"authored_at": f"2026-03-{day:02}T15:00:00Z", "status": "completed", "answers": well, "items": daily["items"]}
        for day in range(1, 8)
    ]
    assert "steady" not in {f.rule_id for f in evaluate(rules, days[:-1])}
    assert {f.rule_id for f in evaluate(rules, days)} == {"steady"}
    assert "steady" not in {
        f.rule_id for f in evaluate(rules, [*days[:-1], days[-1] | {"answers": well | {"worry": 4}}])
    }


def test_a_caregiver_answers_about_themselves_in_a_series_of_their_own(bundle):
    about = {name: one.questionnaire.respondent(related=True).value for name, one in bundle.instruments.items()}
    assert {name for name, series in about.items() if series == "caregiver"} == {
        "caregiver-self", "caregiver-self-reassessment"
    }  # fmt: skip


def test_what_is_asked_again_continues_the_series_that_was_reported(bundle):
    """Items of the same code and recall period are one series; goals are found by the code."""
    again = bundle.instruments["reassessment"].questionnaire
    for name in ("core-daily", "caregiver-observed", "bad-day"):
        reported = bundle.instruments[name].questionnaire
        assert reported.recall_period == again.recall_period
        both = {i.link_id for i in reported.items} & {i.link_id for i in again.items}
        assert both == {i.link_id for i in reported.items} - {"function", "urgency", "free_text"}
        for link_id in both:
            mine, other = reported.item(link_id), again.item(link_id)
            assert mine.code is not None
            assert (mine.code, mine.type, mine.min, mine.max, mine.worse) == (
                other.code, other.type, other.min, other.max, other.worse,
            )  # fmt: skip
            assert [o.value for o in mine.options] == [o.value for o in other.options]
    daily, goals = (bundle.instruments[name].questionnaire for name in ("core-daily", "personal-goals"))
    assert {i.link_id for i in goals.items} >= set(SYMPTOMS)
    assert all(goals.item(link_id).code == daily.item(link_id).code for link_id in SYMPTOMS)
    assert bundle.instruments["core-weekly"].questionnaire.recall_period != daily.recall_period


def test_nobody_is_asked_a_goal_among_bare_numbers(bundle):
    """By text a group shows short names alone: somebody would answer how bad the pain is, and never be called again."""
    goals = bundle.instruments["personal-goals"].questionnaire
    assert goals.by == "link"
    assert goals.ask_together == ()


def test_a_fever_after_treatment_has_ended_is_no_emergency(bundle):
    (fever,) = (r for r in bundle.programs["advanced-cancer"].data["rules"] if r["id"] == "fever")
    assert fever["not_during"] == ["off-treatment"]


def test_nobody_is_asked_daily_and_weekly_on_one_day(bundle):
    timed = [c for c in bundle.programs["advanced-cancer"].data["check_ins"] if c.get("timing")]
    assert [c["name"] for c in timed if c["respondent"] == "patient"] == ["daily"]
    days = [set(c["timing"]["on"]) for c in timed if c["respondent"] == "caregiver"]
    assert len(days) == 2
    assert days[0].isdisjoint(days[1])


def test_ana_can_stay_with_two_questions_on_a_bad_day(bundle):
    assert [item.link_id for item in bundle.instruments["bad-day"].questionnaire.items] == ["worst", "urgency"]
