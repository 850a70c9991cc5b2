"""Messages that a telephone wrote: they are kept, and never taken for an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.automatic import is_automatic, looks_encoded

BY_A_TELEPHONE = [
    "Liked “How is your pain?”",
    'Loved "x"',
    "Disliked “a”",
    "Laughed at “a”",
    "Emphasized “a”",
    "Questioned “a”",
    "👍 to “Reply 0-10”",
    "Reacted 👍 to “Reply 0-10”",
    "Removed a like from “x”",
    "Le gusta “hola”",
    "Le encantó “hola”",
    "Loved an image",
    "I'm driving",
    "I’m driving with Do Not Disturb While Driving turned on. I’ll see your message when I get where I’m going.",
    "I'm driving right now - I'll get back to you later.",
    "(I’m not receiving notifications. If this is urgent, reply “urgent” to send a notification through.)",
    "Auto-reply: I am away",
    "Out of office until Monday",
    "Sorry, I can't talk right now.",
    "Estoy conduciendo",
    "Estoy manejando ahora",
    "Respuesta automática: no estoy",
    "Reaccionó con 👍 a “8”",
    "\u200a\u200b\U0001f44d\u200b to \u201c\u200aHow are you\u200a\u201d",
    "Removed 👍 from “x”",
    "A Ana le gusta “x”",
]
BY_A_PERSON = [
    "I'm driving to the ER",
    "I'm driving myself crazy",
    "loved the nurse",
    "liked your call",
    "I can't talk right now because I can't breathe",
    "8",
    "me gusta el doctor",
    "Le gusta comer",
    "I am out of pills",
    "questioned everything",
    "laughed at it",
    "estoy manejando al hospital",
    '"7"',
    "",
    "Liked it",
    "Removed the dressing from the wound",
]


@pytest.mark.parametrize("text", BY_A_TELEPHONE)
def test_reactions_and_stock_answers_are_recognised(text: str) -> None:
    assert is_automatic(text)


@pytest.mark.parametrize("text", BY_A_PERSON)
def test_what_a_person_writes_is_not_set_aside(text: str) -> None:
    assert not is_automatic(text)


@pytest.mark.parametrize("text", ["TWVzc2FnZQ==", "SGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Qx", " TWVzc2FnZQ==\n"])
def test_base64_is_recognised(text: str) -> None:
    assert looks_encoded(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pain",
        "bien",
        "8",
        "8 3 5",
        "Breathlessness",
        "ThisIsAVeryLongWordWithoutBlanks",
        "A" * 24,
        "====",
        "12345678",
    ],
)
def test_ordinary_words_are_not_taken_for_base64(text: str) -> None:
    assert not looks_encoded(text)


@given(st.text(max_size=2000))
def test_no_text_is_too_strange(text: str) -> None:
    assert is_automatic(text) == is_automatic(text)
    assert looks_encoded(text) in {True, False}
