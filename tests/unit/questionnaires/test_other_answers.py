"""Days, whole numbers and decimals by text; conditions on answers that are there, missing, more or less."""

from datetime import date

import pytest

from app.questionnaires.branching import Condition
from app.questionnaires.dates import read_date
from app.questionnaires.parsing import ReplyKind, parse_replies, parse_reply

DAY = {"link_id": "since", "type": "date", "text": {"en": "Since when?"}}
COUNT = {
    "link_id": "falls",
    "type": "number",
    "whole": True,
    "min": 0,
    "max": 50,
    "text": {"en": "How often did you fall?"},
}
WEIGHT = {"link_id": "weight", "type": "number", "min": 20, "max": 300, "text": {"en": "What do you weigh?"}}


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("2026-11-03", "en", date(2026, 11, 3)),
        ("3 Nov 2026", "en", date(2026, 11, 3)),
        ("November 3rd, 2026", "en", date(2026, 11, 3)),
        ("3 de noviembre de 2026", "es", date(2026, 11, 3)),
        ("٣ نوفمبر ٢٠٢٦", "ar", date(2026, 11, 3)),
        ("30/11/2026", "en", date(2026, 11, 30)),
        ("11/30/2026", "es", date(2026, 11, 30)),
        ("4.4.2026", "en", date(2026, 4, 4)),
        # A month to some, a day to others.
        ("3/4/2026", "en", None),
        ("3/11/26", "en", None),
        ("31 Feb 2026", "en", None),
        ("November 2026", "en", None),
        ("last Tuesday", "en", None),
        ("2026-11-03 or 2026-11-04", "en", None),
        ("", "en", None),
    ],
)
def test_a_day_is_read_where_it_can_be_only_one(text, language, day):
    assert read_date(text, language) == day


def test_a_day_by_text_is_kept_in_one_form_and_asked_again_where_it_is_unsure():
    said = parse_reply("3 Nov 2026", DAY, "en")
    assert (said.kind, said.value, said.comment) == (ReplyKind.ANSWER, None, "2026-11-03")
    assert parse_reply("3/4/2026", DAY, "en").kind is ReplyKind.AMBIGUOUS
    assert parse_reply("not sure", DAY, "en").kind is ReplyKind.NOT_AN_ANSWER
    assert parse_replies("2 2026-11-03", [COUNT, DAY], "en") == {}


def test_what_is_counted_has_no_decimals():
    assert parse_reply("2", COUNT, "en").value == 2
    assert parse_reply("2.5", COUNT, "en").kind is ReplyKind.AMBIGUOUS
    assert parse_reply("70.5", WEIGHT, "en").value == 70.5


@pytest.mark.parametrize(
    ("condition", "no_answer", "holding", "failing"),
    [
        (Condition("a", at_least=4), False, [4, 10], [3, "4"]),
        (Condition("a", at_most=4), False, [4, 0], [5]),
        (Condition("a", more_than=4), False, [4.5], [4, "5"]),
        (Condition("a", less_than=4), False, [3.5], [4]),
        (Condition("a", equals=0), False, [0, 0.0], [1]),
        (Condition("a", not_equals=2), True, [1, "two"], [2]),
        (Condition("a", exists=True), False, [0, "x"], []),
        (Condition("a", exists=False), True, [], [0, "x"]),
    ],
)
def test_a_condition_looks_at_an_answer_or_at_there_being_none(condition, no_answer, holding, failing):
    assert condition.holds(None) is no_answer
    assert [value for value in holding if not condition.holds(value)] == []
    assert [value for value in failing if condition.holds(value)] == []
