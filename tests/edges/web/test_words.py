"""Words of pages: every language has every phrase, moments are said as people say them, charts stop at gaps."""

import string
from datetime import UTC, datetime, timedelta

import pytest

from app.alerts.lifecycle import Outcome
from app.questionnaires.definition import Item, ItemType
from app.questionnaires.engine import Given
from app.reports.occasions import Point, Series
from app.web.charts import chart_of
from app.web.labels import DISMISSALS, OUTCOMES, delivery, dial, failed, phone, word
from app.web.phrases import languages, phrases_for
from app.web.questions import CHECK, next_question, question_of, said
from app.web.times import Times
from app.workflows.assign_inbound import Dismissal

TEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TIMES = Times(TEN, "America/New_York")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_phrase_with_the_same_places(language: str) -> None:
    english, other = phrases_for("en").texts, phrases_for(language).texts
    assert other.keys() == english.keys()
    assert {name: places(text) for name, text in other.items()} == {n: places(t) for n, t in english.items()}


def test_a_language_without_phrases_falls_back() -> None:
    assert phrases_for("es-MX").language == "es"
    assert phrases_for("xx").language == "en"
    assert phrases_for("en").direction == "ltr"


def test_numbers_are_isolated_between_right_to_left_words_only() -> None:
    arabic = phrases_for("ar")
    assert arabic.direction == "rtl"
    assert arabic.say("call_clinic", phone="(555) 010-0199") == "الاتصال بالرقم \u2068(555) 010-0199\u2069"
    assert arabic.say("progress", position=3, total=9) == "السؤال \u20683\u2069 من \u20689\u2069"
    assert phrases_for("es").say("call_clinic", phone="911") == "Llamar al 911"


def test_every_outcome_is_offered() -> None:
    assert set(OUTCOMES) == set(Outcome)


def test_every_dismissal_is_offered() -> None:
    assert set(DISMISSALS) == set(Dismissal)


@pytest.mark.parametrize(
    ("back", "age"),
    [(10, "less than a minute"), (60, "1 min"), (59 * 60, "59 min"), (3600, "1 h"), (3900, "1 h 5 min"),
     (86400, "1 day"), (3 * 86400, "3 days")],
)  # fmt: skip
def test_ages(back: int, age: str) -> None:
    assert TIMES.age(TEN - timedelta(seconds=back)) == age


def test_moments_in_the_readers_zone() -> None:
    assert TIMES.clock(TEN) == "10:00"
    assert TIMES.clock(TEN + timedelta(days=1)) == "Tue 3 Mar, 10:00"
    assert TIMES.day(datetime(2025, 12, 31, 15, tzinfo=UTC)) == "Wed 31 Dec 2025"
    assert TIMES.left(TEN + timedelta(minutes=22)) == "22 min left"
    assert TIMES.left(TEN - timedelta(minutes=5)) == "5 min late"
    assert TIMES.exact(TEN) == "2026-03-02 10:00:00 America/New_York"


def test_numbers_are_kept_on_one_line_and_dialled_in_full() -> None:
    assert phone("+15550100201") == "+1\u00a0555\u2011010\u20110201"
    assert phone("911") == "911"
    assert dial("+1 555-010-0201") == "+15550100201"


def test_how_far_a_text_came() -> None:
    assert delivery("handed_over", "delivered") == "delivered"
    assert delivery("handed_over", None) == "handed to the network"
    assert delivery("unknown", None) == "not known whether it left"
    assert failed("dead", None) and failed("handed_over", "undelivered") and not failed("handed_over", "sent")
    assert word("new_kind") == "new kind"


def series(*values: float | None, high: float = 10) -> Series:
    points = tuple(Point(TEN + timedelta(days=n), value) for n, value in enumerate(values))
    return Series(link_id="pain", label="pain", respondent="self", low=0, high=high, worse="high", points=points)


def test_a_line_stops_at_a_gap() -> None:
    chart = chart_of(series(1, 2, None, 4, 5, None, 7), TIMES)
    assert len(chart.lines) == 2 and len(chart.dots) == 5 and len(chart.gaps) == 2
    assert [value for _, value in chart.rows] == ["7", "no answer", "5", "4", "no answer", "2", "1"]


def test_a_chart_runs_from_none_at_the_bottom_to_ten_at_the_top() -> None:
    low, high = chart_of(series(0, 10), TIMES).dots
    assert low.y > high.y and low.x < high.x
    assert [line.label for line in chart_of(series(0, 10), TIMES).grid] == ["0", "5", "10"]


@pytest.mark.parametrize("values", [(3,), (None,), (0, 0), (None, None, 2)])
def test_few_answers_make_a_chart_too(values: tuple[float | None, ...]) -> None:
    assert chart_of(series(*values), TIMES).summary
    assert chart_of(series(*values, high=30), TIMES).summary


ITEMS = [
    Item(link_id="pain", type=ItemType.SCALE, text={"en": "Pain?"}, min=0, max=10),
    Item(link_id="days", type=ItemType.NUMBER, text={"en": "Days?"}, min=0, max=30),
    Item(link_id="words", type=ItemType.TEXT, text={"en": "Words?"}, optional=True),
]


def test_the_next_question_is_the_next_without_an_answer_then_the_first_left() -> None:
    assert next_question(ITEMS, {}) == "pain"
    assert next_question(ITEMS, {"days": Given(1)}, "days") == "words"
    assert next_question(ITEMS, {"words": Given(skipped=True)}, "words") == "pain"
    assert next_question(ITEMS, {item.link_id: Given(1) for item in ITEMS}, "pain") == CHECK


def test_each_kind_of_question_has_its_control() -> None:
    assert [question_of(ITEMS, {}, i.link_id, "en").control for i in ITEMS] == ["buttons", "number", "words"]
    long = Item(link_id="x", type=ItemType.SCALE, text={}, min=0, max=100)
    assert question_of([long], {}, "x", "en").control == "number"


def test_what_was_said_in_words() -> None:
    lines = said(ITEMS, {"pain": Given(0), "days": Given(skipped=True), "words": Given(text="Fine")}, "en")
    assert [line.answer for line in lines] == ["0", "", "Fine"]
