"""Reading answers: every usual way of saying a number is understood, and a wrong number is never recorded."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questionnaires.definition import Item
from app.questionnaires.parsing import Reply, ReplyKind, parse_replies, parse_reply
from app.questionnaires.reading import LONGEST, read

PAIN: dict[str, Any] = {
    "link_id": "pain",
    "type": "scale",
    "min": 0,
    "max": 10,
    "worse": "high",
    "text": {"en": "Pain in the last 24 hours?", "es": "¿Dolor en las últimas 24 horas?"},
    "label": {"en": "pain", "es": "dolor"},
}
BREATH: dict[str, Any] = {
    "link_id": "breathlessness",
    "type": "scale",
    "min": 0,
    "max": 10,
    "text": {"en": "Shortness of breath in the last 24 hours?", "es": "¿Falta de aire en las últimas 24 horas?"},
    "label": {"en": "breathlessness", "es": "falta de aire"},
}
TIRED: dict[str, Any] = {
    "link_id": "tiredness",
    "type": "scale",
    "min": 0,
    "max": 10,
    "text": {"en": "Tiredness?", "es": "¿Cansancio?"},
    "words": {"es": ["cansada", "cansado"]},
}
PEACE: dict[str, Any] = {
    "link_id": "peace",
    "type": "scale",
    "min": 0,
    "max": 10,
    "worse": "low",
    "text": {"en": "At peace?"},
}
BOWEL: dict[str, Any] = {
    "link_id": "bowel",
    "type": "number",
    "min": 0,
    "max": 60,
    "text": {"en": "How many days since your last bowel movement?", "es": "¿Cuántos días desde que fue al baño?"},
}
FEVER: dict[str, Any] = {
    "link_id": "fever",
    "type": "choice",
    "text": {"en": "Fever or shivering?"},
    "options": [{"value": 1, "text": {"en": "Yes", "es": "Sí"}}, {"value": 2, "text": {"en": "No", "es": "No"}}],
}
URGENCY: dict[str, Any] = {
    "link_id": "urgency",
    "type": "choice",
    "text": {"en": "How soon?"},
    "options": [
        {"value": 1, "text": {"en": "I need a call now", "es": "Necesito una llamada ya"}},
        {"value": 2, "text": {"en": "Today", "es": "Hoy"}},
        {"value": 3, "text": {"en": "It can wait", "es": "Puede esperar"}},
    ],
}
NOTE: dict[str, Any] = {"link_id": "note", "type": "text", "text": {"en": "Anything else?"}}
THREE = [PAIN, BREATH, TIRED]

ENGLISH = [
    ("7", 7), ("0", 0), ("10", 10), (" 7 ", 7), ("7.", 7), ("7!", 7), ("7,", 7), ("(7)", 7), ("*7*", 7),
    ("7...", 7), ("07", 7),
    ("7.0", 7), ("7/10", 7), ("7 / 10", 7), ("7 out of 10", 7), ("7 of 10", 7), ("ten/10", 10), ("10/10", 10),
    ("0/10", 0),
    ("about a 6", 6), ("around 6", 6), ("maybe 6?", 6), ("more or less 7", 7), ("I'd say 6", 6), ("I’d say a 6", 6),
    ("I'm at a 7", 7), ("it's 7", 7), ("pain is 7", 7), ("Pain: 7", 7), ("pain=7", 7), ("pain-7", 7), ("pain - 7", 7),
    ("my pain is a 7 today", 7), ("good morning, 4", 4), ("hi nurse 4", 4), ("7 pls", 7), ("2 please", 2),
    ("4 thanks", 4),
    ("three", 3), ("Seven.", 7), ("zero", 0), ("TEN", 10), ("1O", 10), ("1o", 10), ("O", 0), ("o", 0), ("7️⃣", 7),
    ("🔟", 10),
    ("7 😢", 7), ("😢7", 7), ("7 :(", 7),
    ("٧", 7), ("١٠", 10), ("８", 8), ("１０", 10), ("৭", 7), ("𝟕", 7),
    ("none", 0), ("Nothing", 0), ("nothing at all", 0), ("not at all", 0),
    ("\ufeff7", 7), ("7\x00", 7), ("\u200f7", 7), ("7\r\n", 7), ("8\ud800", 8), ("\u200b7", 7),
]  # fmt: skip
SPANISH = [
    ("siete", 7), ("Ocho", 8), ("diez", 10), ("cero", 0), ("uno", 1), ("un 8", 8), ("dolor 7", 7), ("Dolor: 7", 7),
    ("7 de 10", 7),
    ("7 sobre 10", 7), ("siete de diez", 7), ("más o menos 6", 6), ("como un 5 gracias", 5),
    ("hola, buenos días, 4", 4),
    ("creo que 3", 3), ("le doy un 7", 7), ("ninguno", 0), ("ninguna", 0), ("nada", 0), ("nada de nada", 0),
    ("seven", 7), ("7 por favor", 7),
]  # fmt: skip
AMBIGUOUS = [
    "3-4", "3 - 4", "7 or 8", "7 o 8", "7/8", "7/9", "7/100", "11", "70", "100", "835", "-1", "−7", "- 7 8", "1e9",
    "NaN", "nan", "inf",
    "3,5", "7.5", "7½", "½", "7²", "²", "Ⅶ", "⑦", "三", "1.000", "007", "00", "7 8", "8 8", "7:30", "7+", "+7",
    ">7", "<3", "7%", "$7",
    "no pain, 10 years ago", "10 years ago", "7 days", "8 bad nights", "3 back surgeries", "2 pills",
    "i took 2 pills", "7mg", "7 mg",
    "7am", "at 7", "room 8", "call me at 5551234567", "2 tired to answer", "4 sure it was bad", "2 much",
    "one of my worst days",
    "two bad days", "not 7", "under 7", "over 7", "more than 7", "at least 7", "if I move 7", "7 yesterday",
    "2 points better",
    "was 7 now 5", "7 not 8", "7 no", "7, no wait", "7 jk", "10 no pain", "10, no pain", "pain 7 nausea 3",
    "nausea 7", "8 last 24 hours",
    "10 feeling great", "9 great", "8 ya no", "7 better", "twenty", "twenty one", "seven and a half", "eleven",
    "8 since 3", "1\u200b0", "1\u200d0", "\u202e01",
    "1\x000", "1️⃣ 0️⃣", "1º", "1ó",
    "o7", "TWVzc2FnZQ==", "9" * 400, "7" + " x" * 1000, "7 " * 30000,
]  # fmt: skip
AMBIGUOUS_IN_SPANISH = [
    "once", "7 u 8", "mas de 7", "menos de 3", "8 dolores", "3 pastillas", "uno de mis peores días", "hace 3 días",
    "7 y media",
    "sin dolor 7", "10, sin dolor", "quince", "treinta y uno", "7 no", "náuseas 7", "ayer 7", "no 7",
]  # fmt: skip
NO_ANSWER = [
    "", " ", "\n", "\u200b", "\x00", "\ud800", "hello", "no", "nope", "yes", "👍", "pain", "bad", "VII", "no pain",
    "sin dolor", "què?", "?",
    "ouch!!!", "x" * 70000, "\u0301" * 2000,
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ENGLISH)
def test_a_number_is_understood_however_it_is_said(text: str, value: int) -> None:
    assert parse_reply(text, PAIN, "en") == Reply(ReplyKind.ANSWER, value, text, None)


@pytest.mark.parametrize(("text", "value"), SPANISH)
@pytest.mark.parametrize("language", ["es", "es-MX"])
def test_and_in_spanish(text: str, value: int, language: str) -> None:
    assert parse_reply(text, PAIN, language) == Reply(ReplyKind.ANSWER, value, text, None)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_number_that_may_mean_something_else_is_asked_again(text: str, language: str) -> None:
    assert parse_reply(text, PAIN, language) == Reply(ReplyKind.AMBIGUOUS, None, text)


@pytest.mark.parametrize("text", AMBIGUOUS_IN_SPANISH)
def test_and_so_it_is_in_spanish(text: str) -> None:
    assert parse_reply(text, PAIN, "es") == Reply(ReplyKind.AMBIGUOUS, None, text)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("text", NO_ANSWER)
def test_words_without_a_number_are_no_answer(text: str, language: str) -> None:
    assert parse_reply(text, PAIN, language) == Reply(ReplyKind.NOT_AN_ANSWER, None, text)


@pytest.mark.parametrize(
    ("text", "language", "value", "comment"),
    [
        ("8 very bad since last night", "en", 8, "very bad since last night"),
        ("8 and my chest hurts", "en", 8, "and my chest hurts"),
        ("8, pills aren't working", "en", 8, "pills aren't working"),
        ("8. Please call my daughter Rosa!", "en", 8, "Please call my daughter Rosa!"),
        ("8\nCan't breathe", "en", 8, "Can't breathe"),
        ("7/10 - worse than yesterday", "en", 7, "worse than yesterday"),
        ("2, tired", "en", 2, "tired"),
        ("0, no pain", "en", 0, "no pain"),
        ("8 muy mal desde anoche", "es", 8, "muy mal desde anoche"),
        ("8 y me duele el pecho", "es", 8, "y me duele el pecho"),
        ("5, ¡gracias! Mañana voy a la clínica", "es", 5, "¡gracias! Mañana voy a la clínica"),
    ],
)
def test_a_remark_behind_the_number_is_kept_as_it_was_written(
    text: str, language: str, value: int, comment: str
) -> None:
    assert parse_reply(text, PAIN, language) == Reply(ReplyKind.ANSWER, value, text, comment)


def test_nothing_means_zero_only_where_more_is_worse() -> None:
    assert parse_reply("none", PEACE, "en").kind is ReplyKind.NOT_AN_ANSWER
    assert parse_reply("nothing", BOWEL, "en").kind is ReplyKind.NOT_AN_ANSWER


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("3", "en", 3), ("3 days", "en", 3), ("three days", "en", 3), ("it's been 4 days", "en", 4),
        ("2 days ago", "en", 2), ("3.5", "en", 3.5),
        ("3.5", "es", 3.5), ("3,5", "es", 3.5), ("4 días", "es", 4), ("hace 3", "es", None), ("0", "en", 0),
        ("60", "en", 60), ("once", "es", 11),
        ("61", "en", None), ("3,5", "en", None), ("1.000", "es", None), ("5 pills", "en", None),
        ("2-3", "en", None), ("-2", "en", None),
    ],
)  # fmt: skip
def test_a_number_question_takes_decimals_units_and_its_own_bounds(
    text: str, language: str, value: float | None
) -> None:
    reply = parse_reply(text, BOWEL, language)
    assert reply.value == value
    assert reply.kind is (ReplyKind.AMBIGUOUS if value is None else ReplyKind.ANSWER)


@pytest.mark.parametrize(
    ("text", "item", "language", "value"),
    [
        ("1", FEVER, "en", 1), ("yes", FEVER, "en", 1), ("YES!", FEVER, "es", 1), ("Sí", FEVER, "es", 1),
        ("si", FEVER, "es", 1),
        ("no", FEVER, "en", 2), ("no thanks", FEVER, "en", 2), ("1 yes", FEVER, "en", 1), ("2 no", FEVER, "en", 2),
        ("one", FEVER, "en", 1),
        ("2", URGENCY, "en", 2), ("today", URGENCY, "en", 2), ("It can wait.", URGENCY, "en", 3),
        ("hoy", URGENCY, "es", 2),
        ("Necesito una llamada ya", URGENCY, "es", 1), ("2 today please", URGENCY, "en", 2),
        ("3 it can wait", URGENCY, "en", 3),
    ],
)  # fmt: skip
def test_an_option_is_chosen_by_number_or_by_its_words(
    text: str, item: dict[str, Any], language: str, value: int
) -> None:
    reply = parse_reply(text, item, language)
    assert (reply.kind, reply.value) == (ReplyKind.ANSWER, value)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("3", FEVER),
        ("0", FEVER),
        ("1 no", FEVER),
        ("yes 2", FEVER),
        ("1 or 2", FEVER),
        ("1 today", URGENCY),
        ("1/2", URGENCY),
        ("1.0", FEVER),
    ],
)
def test_an_option_that_is_not_offered_or_contradicts_itself_is_not_chosen(text: str, item: dict[str, Any]) -> None:
    assert parse_reply(text, item, "en").kind is ReplyKind.AMBIGUOUS


def test_the_letter_o_chooses_no_option() -> None:
    assert parse_reply("o", FEVER, "en").kind is ReplyKind.NOT_AN_ANSWER


def test_free_text_is_an_answer_whatever_it_says() -> None:
    assert parse_reply("I slept 3 hours", NOTE, "en") == Reply(ReplyKind.ANSWER, None, "I slept 3 hours", None)
    assert parse_reply("z" * 65536, NOTE, "en").kind is ReplyKind.ANSWER
    assert parse_reply(" \u200b\n", NOTE, "en").kind is ReplyKind.NOT_AN_ANSWER


def test_a_mapping_and_a_definition_are_read_alike() -> None:
    assert parse_reply("pain is 7", Item.from_mapping(PAIN), "en") == parse_reply("pain is 7", PAIN, "en")


IN_ORDER = [
    "8 3 5", "8,3,5", "8, 3, 5", "8/3/5", "8;3;5", "8-3-5", "8 - 3 - 5", "8\n3\n5", "8. 3. 5.", "8, 3 and 5",
    "8/10 3/10 5/10",
    "8 out of 10, 3 out of 10, 5 out of 10", "my numbers are 8 3 5", "eight three five", "8️⃣ 3️⃣ 5️⃣", "٨ ٣ ٥",
    "8 3 5 thanks", "8–3–5",
    "tiredness 5, pain 8, breathlessness 3", "pain 8 breath 3 tired 5", "8 pain, 3 breathlessness, 5 tiredness",
    "pain: 8\nbreathlessness: 3\ntiredness: 5",
    "pain is 8 very bad, tired 5, breath 3", "pain=8 breath=3 tired=5", "pain 8/10, breath 3/10 and tired 5/10",
]  # fmt: skip


@pytest.mark.parametrize("text", IN_ORDER)
def test_three_numbers_answer_three_questions(text: str) -> None:
    replies = parse_replies(text, THREE, "en")
    assert {link: reply.value for link, reply in replies.items()} == {"pain": 8, "breathlessness": 3, "tiredness": 5}
    assert all(reply == Reply(ReplyKind.ANSWER, reply.value, text) for reply in replies.values())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("dolor 8, falta de aire 3, cansancio 5", {"pain": 8, "breathlessness": 3, "tiredness": 5}),
        ("ocho tres cinco", {"pain": 8, "breathlessness": 3, "tiredness": 5}),
        ("8, 3 y 5", {"pain": 8, "breathlessness": 3, "tiredness": 5}),
        ("cansada 9", {"tiredness": 9}),
        ("falta de aire 4 dolor 2", {"breathlessness": 4, "pain": 2}),
        ("7/10/10", {"pain": 7, "breathlessness": 10, "tiredness": 10}),
        ("10 10 10", {"pain": 10, "breathlessness": 10, "tiredness": 10}),
        ("0 0 0", {"pain": 0, "breathlessness": 0, "tiredness": 0}),
    ],
)
def test_and_in_spanish_by_order_or_by_name(text: str, values: dict[str, int]) -> None:
    assert {link: reply.value for link, reply in parse_replies(text, THREE, "es").items()} == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("pain 8", {"pain": 8}),
        ("8 pain", {"pain": 8}),
        ("tired 3 pain 8", {"tiredness": 3, "pain": 8}),
        ("8 O 5", {"pain": 8, "breathlessness": 0, "tiredness": 5}),
    ],
)
def test_some_answers_may_be_missing_when_the_others_are_named(text: str, values: dict[str, int]) -> None:
    assert {link: reply.value for link, reply in parse_replies(text, THREE, "en").items()} == values


def test_a_remark_behind_several_numbers_goes_with_every_answer() -> None:
    replies = parse_replies("8 3 5 and my chest hurts", THREE, "en")
    assert [reply.value for reply in replies.values()] == [8, 3, 5]
    assert {reply.comment for reply in replies.values()} == {"and my chest hurts"}
    assert parse_replies("pain 8. Rosa is with me", THREE, "en")["pain"].comment == "Rosa is with me"


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "835", "8 35", "8 3", "8", "8 3 5 2", "8 3 11", "8.3.5", "7 or 8 5", "7 or 8, 3, 5",
        "headache 8 3 5", "8 headache",
        "pain 8 headache 3", "no pain 3 tired", "8 -3 5", "pain 8 pain 3", "8 pain 3", "pain and tired 8",
        "8 3 5 since 2 days", "pain 11 tired 3",
        "8 3 2 bad", "3/10 5", "7/10 3", "pain not 8", "1e9 3 5", "3-4 5 6", "8 3 5 days", "pain 8 days tired 3",
        "7½ 3 5", "8 3 5, no wait",
        "3 pain pills", "3 pain meds, 8 tired", "pain 8 at 3pm", "pain 8 3 5", "8 3 5 pain is bad, tired ok",
        "8 3 5.5", "8 3 NaN", "\u202e8 3 5",
        "none", "8 none 5", "8 3 " * 400, "8 3 5" + " x" * 1000,
    ],
)  # fmt: skip
def test_numbers_that_cannot_all_be_placed_give_no_answers(text: str) -> None:
    assert parse_replies(text, THREE, "en") == {}
    assert parse_replies(text, THREE, "es") == {}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3,5", [3, 5]),
        ("3-4", [3, 4]),
        ("7/3", [7, 3]),
        ("7 3", [7, 3]),
        ("7/10", []),
        ("10/10", []),
        ("3.5", []),
        ("35", []),
        ("7 out of 10", []),
    ],
)
def test_of_two_numbers_one_may_be_the_top_of_the_scale(text: str, values: list[int]) -> None:
    assert [reply.value for reply in parse_replies(text, [PAIN, TIRED], "en").values()] == values


def test_one_item_alone_and_none_and_free_text() -> None:
    assert parse_replies("about a 6", [PAIN], "en") == {"pain": parse_reply("about a 6", PAIN, "en")}
    assert parse_replies("3-4", [PAIN], "en") == {}
    assert parse_replies("7", [], "en") == {}
    assert parse_replies("7 fine", [PAIN, NOTE], "en") == {}


def test_numbers_of_several_items_respect_each_items_range() -> None:
    assert [reply.value for reply in parse_replies("7 14", [PAIN, BOWEL], "en").values()] == [7, 14]
    assert parse_replies("14 7", [PAIN, BOWEL], "en") == {}
    assert [reply.value for reply in parse_replies("7 2", [PAIN, FEVER], "en").values()] == [7, 2]
    assert parse_replies("7 3", [PAIN, FEVER], "en") == {}


ITEMS = st.sampled_from([PAIN, BREATH, TIRED, PEACE, BOWEL, FEVER, URGENCY])
SCRAPS = st.sampled_from(
    (
        "7 8 10 11 0 -1 3.5 3,5 7/10 out of pain dolor tired or and y o no not none siete eight O 1O . , ; / - "
        "\n ½ ٧ 🔟 days very bad"
    ).split(" ")
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(SCRAPS, max_size=12).map(" ".join),
    st.lists(SCRAPS, max_size=12).map("".join),
    st.from_regex(r"[0-9oO .,/\-]{1,12}", fullmatch=True),
)


def in_range(item: dict[str, Any], value: float) -> bool:
    if item["type"] == "choice":
        return value in {option["value"] for option in item["options"]}
    return item["min"] <= value <= item["max"] and (item["type"] == "number" or isinstance(value, int))


@settings(max_examples=1500, deadline=None)
@given(TEXTS, ITEMS, st.sampled_from(["en", "es", "ar", ""]))
def test_whatever_is_sent_no_impossible_answer_comes_out(text: str, item: dict[str, Any], language: str) -> None:
    reply = parse_reply(text, item, language)
    assert reply == parse_reply(text, item, language)
    assert reply.text == text
    assert (reply.value is not None) == (reply.kind is ReplyKind.ANSWER)
    assert reply.value is None or in_range(item, reply.value)


@settings(max_examples=1500, deadline=None)
@given(TEXTS, st.lists(ITEMS, max_size=4, unique_by=lambda item: item["link_id"]), st.sampled_from(["en", "es", "ar"]))
def test_nor_from_several_questions(text: str, items: list[dict[str, Any]], language: str) -> None:
    replies = parse_replies(text, items, language)
    assert replies == parse_replies(text, items, language)
    by_link = {item["link_id"]: item for item in items}
    assert all(
        reply.kind is ReplyKind.ANSWER and in_range(by_link[link], reply.value or 0) for link, reply in replies.items()
    )


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.integers(0, 10), min_size=3, max_size=3),
    st.sampled_from([" ", ", ", ",", ";", "\n", " - ", "-", " / "]),
)
def test_three_numbers_in_range_always_map_in_order(values: list[int], separator: str) -> None:
    replies = parse_replies(separator.join(map(str, values)), THREE, "en")
    assert [reply.value for reply in replies.values()] == values


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10), st.integers(0, 10), st.sampled_from([" or ", "-", " ", " to ", ", ", "/", " maybe ", " o "]))
def test_two_different_numbers_are_never_one_answer(first: int, second: int, between: str) -> None:
    reply = parse_reply(f"{first}{between}{second}", PAIN, "en")
    if reply.kind is ReplyKind.ANSWER:
        assert (between, second) == ("/", 10)
        assert reply.value == first


@pytest.mark.parametrize(
    "text",
    [
        "7 " * 32000,
        "x" * 65536,
        "\u0301" * 65536,
        "🔟" * 1600,
        "7" * 65536,
        "/7" * 800,
        "pain 8 " * 228,
        "a7 " * 533,
        "é٣" * 800,
        "very " * 330 + "7",
    ],
)
def test_the_largest_bodies_are_read_only_so_far(text: str) -> None:
    """64 KB must not cost more than a long message: the length and the numbers looked at are bounded."""
    reading = read(text, "en")
    assert len(reading.raw) <= LONGEST
    assert len(reading.numbers) <= 31
    assert parse_reply(text, PAIN, "en").kind is not ReplyKind.ANSWER
    assert parse_replies(text, THREE, "es") == {}
