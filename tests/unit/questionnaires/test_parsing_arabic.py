"""Answers in Arabic: digits of three kinds, words, names with what Arabic glues to them; and never a wrong number."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questionnaires.definition import Questionnaire
from app.questionnaires.number_words import NUMBERS, UNREADABLE
from app.questionnaires.parsing import ReplyKind, parse_replies, parse_reply

ROOT = Path(__file__).parents[3]
DAILY = Questionnaire.from_mapping(
    yaml.safe_load((ROOT / "instruments" / "core-daily.yaml").read_text(encoding="utf-8"))
)
PAIN, DAYS, FEVER, URGENCY = (DAILY.item(link) for link in ("pain", "constipation", "fever", "urgency"))
THREE = [DAILY.item(link) for link in ("pain", "breathlessness", "tiredness")]
TWO = [DAILY.item(link) for link in ("nausea", "appetite")]

WORDS = {
    "صفر": 0, "واحد": 1, "اثنان": 2, "اثنين": 2, "ثلاثة": 3, "أربعة": 4, "خمسة": 5, "ستة": 6, "سبعة": 7,
    "ثمانية": 8, "تسعة": 9, "عشرة": 10,
}  # fmt: skip
DIGITS = {"latin": "0123456789", "arabic": "٠١٢٣٤٥٦٧٨٩", "persian": "۰۱۲۳۴۵۶۷۸۹"}


def written(number: int, digits: str) -> str:
    return "".join(digits[int(figure)] for figure in str(number))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("said", ["{}", "{}.", "حوالي {}", "الألم {}", "{} شكرا", "\u200f{}", "أظن {}"])
def test_a_number_in_words_is_read(word: str, said: str) -> None:
    reply = parse_reply(said.format(word), PAIN, "ar")
    assert (reply.kind, reply.value) == (ReplyKind.ANSWER, WORDS[word])


@pytest.mark.parametrize("digits", DIGITS.values(), ids=list(DIGITS))
@pytest.mark.parametrize("number", range(11))
def test_a_plain_number_is_always_read(digits: str, number: int) -> None:
    figure = written(number, digits)
    around = ["{}", " {} ", "{}.", "{}؟", "الألم {}", "\u200f{}\u200e", "{}، شكرا", "{}، ظهري يؤلمني"]
    for text in (said.format(figure) for said in around):
        assert parse_reply(text, PAIN, "ar").value == number, text
    assert parse_reply(f"{figure}/{written(10, digits)}", PAIN, "ar").value == number
    assert parse_reply(f"{figure} من {written(10, digits)}", PAIN, "ar").value == number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("٨ ٣ ٥", (8, 3, 5)),
        ("٨، ٣، ٥", (8, 3, 5)),
        ("٨،٣،٥", (8, 3, 5)),
        ("۸-۳-۵", (8, 3, 5)),
        ("ثمانية ثلاثة خمسة", (8, 3, 5)),
        ("ثمانية وثلاثة وخمسة", (8, 3, 5)),
        ("8 و 3 و 5", (8, 3, 5)),
        ("صفر صفر واحد", (0, 0, 1)),
        ("الألم ٨، ضيق النفس ٣، التعب ٥", (8, 3, 5)),
        ("تعب ٥ ألم ٨ نفس ٣", (8, 3, 5)),
        ("ألم 8\nتعب 5", (8, None, 5)),
        ("٨ ٣ ٥ ظهري يؤلمني", (8, 3, 5)),
        ("السلام عليكم ٨ ٣ ٥ شكرا", (8, 3, 5)),
        ("٨ ٣ ٥ جدا", (8, 3, 5)),
    ],
)
def test_several_numbers_are_read_in_order_or_by_name(text: str, values: tuple[int | None, ...]) -> None:
    replies = parse_replies(text, THREE, "ar")
    got = tuple(replies[item.link_id].value if item.link_id in replies else None for item in THREE)
    assert got == values


@pytest.mark.parametrize(
    "text",
    [
        "ثلاثة عشر", "ثلاث عشرة", "اثنا عشر", "أحد عشر", "خمسة وعشرون", "ثلاثة ونصف", "٣ أو ٤", "٧-٨", "-٣", "١١",
        "٧٠", "٣٫٥", "٣ حبوب", "٣ مرات", "عشر سنوات", "٥ لا بل ٦", "٨ لا", "بين ٧ و٨", "٣ ليالي سيئة", "مئة",
        "٨ لا ألم", "سبعة أو ثمانية",
    ],
)  # fmt: skip
def test_what_could_mean_something_else_is_asked_again(text: str) -> None:
    assert parse_reply(text, PAIN, "ar").kind is ReplyKind.AMBIGUOUS


@pytest.mark.parametrize("text", ["ثلاثة عشر", "ثلاث عشرة", "اثنا عشر", "خمسة وعشرون", "٨٣", "٣٫٥", "سبع ثمان"])
def test_one_large_number_is_never_taken_for_two_answers(text: str) -> None:
    assert parse_replies(text, TWO, "ar") == {}


@pytest.mark.parametrize("text", ["لا شيء", "لا شئ", "أبدًا", "لا يوجد", "صفر"])
def test_nothing_is_zero(text: str) -> None:
    assert parse_reply(text, PAIN, "ar").value == 0


@pytest.mark.parametrize("text", ["لا أعرف", "الحمد لله", "تعبان جدا", "", "؟", "كالعادة"])
def test_words_without_a_number_are_no_answer(text: str) -> None:
    assert parse_reply(text, PAIN, "ar").kind is ReplyKind.NOT_AN_ANSWER


@pytest.mark.parametrize(
    ("text", "value"),
    [("أصابتني", 1), ("لم تصبني", 2), ("١", 1), ("٢ لم تصبني", 2), ("١ أصابتني شكرا", 1)],
)
def test_an_option_is_chosen_by_its_number_or_its_words(text: str, value: int) -> None:
    assert parse_reply(text, FEVER, "ar").value == value


def test_days_may_be_said_with_the_days() -> None:
    assert parse_reply("٣ أيام", DAYS, "ar").value == 3
    assert parse_reply("ثلاثة أيام", DAYS, "ar").value == 3
    assert parse_reply("اليوم", URGENCY, "ar").value == 2


PIECES = st.sampled_from(
    [*WORDS, *(word for word in NUMBERS["ar"]), *sorted(UNREADABLE), *DIGITS["arabic"], *DIGITS["persian"], "8", "10",
     "،", "؛", "و", "من", "لا", "ليس", "الألم", "ضيق النفس", "التعب", "جدا", "أيام", "\u200f", "\u2067", "\n", "ـ", "؟"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=12).map(" ".join)))
def test_any_text_is_read_without_an_error_and_within_the_scale(text: str) -> None:
    for item in (PAIN, DAYS, FEVER):
        reply = parse_reply(text, item, "ar")
        assert reply.kind in ReplyKind
        if reply.kind is ReplyKind.ANSWER:
            assert reply.value is not None and (item.low or 0) <= reply.value <= (item.high or 0)
    assert set(parse_replies(text, THREE, "ar")) <= {item.link_id for item in THREE}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 10), min_size=3, max_size=3),
    st.sampled_from([*DIGITS, "words"]),
    st.sampled_from([" ", "، ", "،", " و", "/", "\n"]),
)
def test_what_is_read_is_what_was_written(numbers: list[int], kind: str, between: str) -> None:
    by_value = {value: word for word, value in WORDS.items()}
    said = [by_value[number] if kind == "words" else written(number, DIGITS[kind]) for number in numbers]
    replies = parse_replies(between.join(said), THREE, "ar")
    if kind != "words" and between == " و":  # figures are not written together with "and"
        assert not replies or [replies[item.link_id].value for item in THREE] == numbers
        return
    assert [replies[item.link_id].value for item in THREE] == numbers


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10), st.integers(11, 99), st.sampled_from(list(DIGITS)))
def test_a_number_off_the_scale_is_never_cut_down_to_one(right: int, wrong: int, kind: str) -> None:
    for text in (written(wrong, DIGITS[kind]), f"{written(right, DIGITS[kind])} {written(wrong, DIGITS[kind])}"):
        assert parse_reply(text, PAIN, "ar").kind is not ReplyKind.ANSWER
