"""Words and sentences that steer the service: a person's STOP is never missed, and never guessed either."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.keywords import (
    RESERVED_WORDS,
    Keyword,
    acknowledgement_codes,
    classify,
    is_stop_request,
    language_named,
)
from app.plain_text import fold

WORDS = [
    (Keyword.STOP, "en", "STOP StopAll stop all UNSUBSCRIBE end QUIT revoke OPTOUT opt-out cancel"),
    (Keyword.START, "en", "start UNSTOP"),
    (Keyword.HELP, "en", "HELP info"),
    (Keyword.LATER, "en", "later"),
    (Keyword.BACK, "en", "back"),
    (Keyword.SKIP, "en", "skip"),
    (Keyword.TIRED, "en", "tired"),
    (Keyword.PAUSE, "en", "pause"),
    (Keyword.LINK, "en", "link"),
    (Keyword.RESPITE, "en", "respite"),
    (Keyword.WRONG, "en", "wrong"),
    (Keyword.TRAVEL, "en", "travel traveling travelling"),
    (Keyword.LANGUAGE, "en", "english ingles español arabic العربية"),
    (Keyword.STOP, "es", "ALTO parar cancelar detener STOP unsubscribe"),
    (Keyword.START, "es", "iniciar comenzar START"),
    (Keyword.HELP, "es", "AYUDA información HELP"),
    (Keyword.LATER, "es", "después DESPUES luego later"),
    (Keyword.BACK, "es", "atrás ATRAS"),
    (Keyword.SKIP, "es", "saltar omitir"),
    (Keyword.TIRED, "es", "cansada CANSADO tired"),
    (Keyword.PAUSE, "es", "pausa"),
    (Keyword.LINK, "es", "enlace"),
    (Keyword.RESPITE, "es", "respiro"),
    (Keyword.WRONG, "es", "equivocado equivocada"),
    (Keyword.TRAVEL, "es", "viaje viajando travel"),
    (Keyword.LANGUAGE, "es", "inglés spanish árabe عربي"),
    (Keyword.STOP, "ar", "توقف أوقف إلغاء STOP cancel"),
    (Keyword.START, "ar", "اشتراك START"),
    (Keyword.HELP, "ar", "مساعدة HELP"),
    (Keyword.LATER, "ar", "لاحقًا later"),
    (Keyword.BACK, "ar", "رجوع"),
    (Keyword.SKIP, "ar", "تخطي تخطّى"),
    (Keyword.TIRED, "ar", "متعب مُتعبة تعبانة"),
    (Keyword.LINK, "ar", "رابط"),
    (Keyword.RESPITE, "ar", "استراحة"),
    (Keyword.WRONG, "ar", "خطأ غلط"),
    (Keyword.TRAVEL, "ar", "سفر مسافرة"),
    (Keyword.LANGUAGE, "ar", "الإنجليزية english عربي"),
]
ONE_BY_ONE = [
    (keyword, language, word) for keyword, language, words in WORDS for word in words.replace("stop all", "").split()
]


@pytest.mark.parametrize(("keyword", "language", "word"), ONE_BY_ONE)
@pytest.mark.parametrize("around", ["{}", " {} ", "{}.", "{}!!", "“{}”", "\n{}\r\n", "\u200f{}\x00", "*{}*"])
def test_the_word_alone_counts_whatever_surrounds_it(keyword: Keyword, language: str, word: str, around: str) -> None:
    assert classify(around.format(word), language) is keyword
    assert classify(around.format(word.swapcase()), language) is keyword


@pytest.mark.parametrize("text", ["stop all", "Opt Out", "OPT-OUT", "parar", "Alto", "توقف", "إلغاء الاشتراك"])
def test_stopping_works_in_every_language_we_ship(text: str) -> None:
    assert classify(text, "en") is classify(text, "es") is Keyword.STOP
    assert classify(text, "es-MX") is Keyword.STOP


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "YES", "yes", "Sí", "no", "8", "1A", "STOP PLEASE", "please stop", "stop the pain", "help me",
        "tired of this",
        "I can't stop vomiting", "the end", "the pain is back", "back pain", "no puedo parar", "ayuda por favor",
        "st op", "baja", "la fiebre baja", "أبدا", "ابدأ", "الألم لا يتوقف", "no english", "he speaks Spanish",
    ],
)  # fmt: skip
def test_a_word_within_a_sentence_is_no_keyword(text: str) -> None:
    assert classify(text, "en") is None
    assert classify(text, "es") is None


STOP_REQUESTS = [
    "please stop texting me",
    "Stop texting me!!",
    "don't text me anymore",
    "do not contact me again",
    "stop sending me these messages",
    "please stop these texts",
    "no more texts",
    "take me off your list",
    "remove me from this list",
    "I want to unsubscribe",
    "please opt me out",
    "unsubscribe me",
    "I don't want these messages",
    "I no longer want to get these texts",
    "stop messaging us",
    "no me manden más mensajes",
    "no me envíen más mensajes",
    "ya no quiero recibir mensajes",
    "dejen de mandarme mensajes",
    "Dejen de escribirme por favor",
    "denme de baja",
    "quiero darme de baja",
    "ya no me escriban",
    "no me molesten más",
    "no quiero más mensajes",
    "STOP",
    "stop please",
    "bórrenme de la lista",
    "paren de mandarme mensajes",
    "quit texting me",
    "I revoke my consent",
    "don't want any more messages",
    "please don't send me any more messages",
    "stop the texts",
    "leave me alone",
    "Please stop contacting me about this",
    "لا ترسلوا لي رسائل",
    "لا تراسلوني بعد الآن من فضلكم",
    "توقفوا عن إرسال الرسائل",
    "لا أريد المزيد من الرسائل",
    "لم أعد أرغب في تلقي رسائلكم",
    "احذفوني من القائمة",
    "أريد إلغاء الاشتراك",
    "كفى!",
]
OTHER_WISHES = [
    "don't stop texting me",
    "please do not stop sending these messages",
    "why did you stop texting me",
    "don't text me after 9",
    "don't message me at night",
    "the pain won't stop",
    "I had to stop eating",
    "stop the pain",
    "it hurts nonstop",
    "can you stop by",
    "my bleeding won't stop",
    "no me manden mensajes de noche",
    "no me escriban tan temprano",
    "no dejen de escribirme",
    "I stopped my pills",
    "cancel my appointment",
    "I want to stop chemo",
    "please don't call me, text me",
    "no quiero comer",
    "no puedo parar de toser",
    "8 3 5",
    "help me",
    "stop texting me at 5am",
    "do not contact my daughter",
    "I can't stop vomiting",
    "ya no quiero comer",
    "quit smoking",
    "please text me",
    "ya no",
    "never text and drive",
    "",
    "لا ترسلوا لي رسائل في الليل",
    "لا تراسلوني ليلًا",
    "لا تتوقفوا عن إرسال الرسائل",
    "لماذا توقفتم عن إرسال الرسائل؟",
    "لا ترسلوا لي الممرضة",
    "لا أريد أن آكل",
    "لا أستطيع التوقف عن التقيؤ",
    "أريد إلغاء الموعد",
    "النزيف لا يتوقف",
]


@pytest.mark.parametrize("text", STOP_REQUESTS)
def test_a_wish_to_get_no_more_messages_is_understood_in_own_words(text: str) -> None:
    assert is_stop_request(text, "en")
    assert is_stop_request(text.upper(), "es")


@pytest.mark.parametrize("text", OTHER_WISHES)
def test_other_wishes_do_not_end_the_messages(text: str) -> None:
    assert not is_stop_request(text, "en")
    assert not is_stop_request(text, "es")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1A", "1A"), ("1a", "1A"), (" 12b. ", "12B"), ("１ａ", "1A"), ("(3k)", "3K"), ("1A\n", "1A"),
        ("#4T!", "4T"), ("907Y", "907Y"),
        ("٣b", "3B"), ("\ufeff1A\x00", "1A"),
    ],
)  # fmt: skip
def test_a_page_code_is_read_in_any_spelling(text: str, code: str) -> None:
    assert acknowledgement_codes(text) == (code,)


@pytest.mark.parametrize("text", ["1A 2B", "1a, 2b.", "1A\n2B", "1A;2b & 1A", "1A + 2B"])
def test_codes_are_read_as_a_page_lists_them(text: str) -> None:
    assert acknowledgement_codes(text) == ("1A", "2B")


@pytest.mark.parametrize(
    "text",
    [
        "1i",
        "1O",
        "1s",
        "1Z",
        "A1",
        "1 a",
        "1A?",
        "1AA",
        "7",
        "A",
        "ok 1A",
        "1A 2B?",
        "1A 2B or 3C",
        "1A2B",
        "1A " * 21,
        "1A please",
        "",
        "1ñ",
        "1º",
        "1ª",
        "-",
    ],
)
def test_nothing_else_acknowledges(text: str) -> None:
    assert acknowledgement_codes(text) == ()


def test_words_that_no_question_may_ask_for() -> None:
    assert {
        "STOP",
        "END",
        "CANCEL",
        "QUIT",
        "YES",
        "NO",
        "HELP",
        "START",
        "ALTO",
        "BAJA",
        "OPT OUT",
        "SI",
    } <= RESERVED_WORDS
    assert {"BAJA", "توقف", "الغاء", "مساعده", "نعم"} <= RESERVED_WORDS
    assert all(word == fold(word).upper() for word in RESERVED_WORDS)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English", "en"), ("in English", "en"), ("en inglés", "en"), ("الإنجليزية", "en"), ("بالإنكليزي", "en"),
        ("English please", "en"), ("Spanish", "es"), ("ESPAÑOL", "es"), ("en español por favor", "es"),
        ("العربية", "ar"), ("عربي", "ar"), ("بالعربية من فضلك", "ar"), ("Árabe", "ar"), ("Arabic.", "ar"),
        ("I speak English", None), ("no hablo inglés", None), ("", None), ("8", None), ("French", None),
    ],
)  # fmt: skip
def test_a_language_is_known_by_its_name_in_every_language(text: str, language: str | None) -> None:
    assert language_named(text) == language
    for setting in ("en", "es", "ar"):
        assert (classify(text, setting) is Keyword.LANGUAGE) == (language is not None)


@pytest.mark.parametrize("text", ["تــوقــف", "ﺗﻮﻗﻒ", "توقّف", "تَوَقَّفْ", "\u200fتوقف\u200e"])
def test_an_arabic_word_counts_stretched_shaped_or_with_its_vowels(text: str) -> None:
    assert classify(text, "ar") is Keyword.STOP


def test_the_keyboards_of_neighbouring_languages_write_the_same_letters() -> None:
    assert classify("تخطی", "ar") is Keyword.SKIP
    assert classify("استراحه", "ar") is Keyword.RESPITE


@given(st.text(max_size=2000), st.sampled_from(["en", "es", "ar", ""]))
def test_no_text_is_too_strange(text: str, language: str) -> None:
    assert classify(text, language) in {None, *Keyword}
    assert is_stop_request(text, language) in {True, False}
    for code in acknowledgement_codes(text):
        assert code[:-1].isdigit() and code[-1].isalpha() and code.isascii()


@pytest.mark.parametrize("text", ["stop " * 13000, "no me " * 10000, "\u0301" * 65536, "1" * 65536 + "a"])
def test_a_body_of_64_kilobytes_is_just_a_message(text: str) -> None:
    assert classify(text, "en") is None
    assert not is_stop_request(text, "en")
    assert acknowledgement_codes(text) == ()
