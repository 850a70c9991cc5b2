"""Words with a meaning of their own when they are the whole message, and requests to get no more messages."""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from app.messaging.stop_wishes import PATTERNS, WHOLE
from app.plain_text import fold

_LONGEST = 1600
"""No text message is longer (Twilio's limit); what comes after is not looked at."""


class Keyword(StrEnum):
    """What a one-word message asks for. The first three are the carriers', the rest are ours."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"
    LATER = "LATER"
    BACK = "BACK"
    SKIP = "SKIP"
    TIRED = "TIRED"
    PAUSE = "PAUSE"
    LINK = "LINK"
    RESPITE = "RESPITE"
    WRONG = "WRONG"
    TRAVEL = "TRAVEL"
    LANGUAGE = "LANGUAGE"


_CARRIER_WORDS: dict[str, dict[Keyword, tuple[str, ...]]] = {
    # Twilio's default opt-out words, and those that the US regulator (FCC) lists for revoking consent.
    # YES is left out of START on purpose: it answers questions far more often than it asks for messages.
    "en": {
        Keyword.STOP: (
            "stop", "stopall", "stop all", "unsubscribe", "end", "quit", "revoke", "optout", "opt out", "cancel",
        ),
        Keyword.START: ("start", "unstop"),
        Keyword.HELP: ("help", "info"),
    },
    "es": {
        # ALTO also means "high". It stays because US carriers ask every programme in Spanish to honour it (their
        # short code rules). BAJA does not: it also means "low", no US carrier asks for it, and who writes "dar de
        # baja" is understood below.
        Keyword.STOP: ("alto", "parar", "pare", "paren", "cancelar", "detener", "salir", "revocar"),
        Keyword.START: ("iniciar", "comenzar", "empezar", "reanudar"),
        Keyword.HELP: ("ayuda", "informacion"),
    },
    # The carriers' words stay Latin in every language. "ابدأ" (begin) is left out of START: without its marks it is
    # "أبدا" (not at all), which answers a question about pain.
    "ar": {
        Keyword.STOP: (
            "توقف", "توقفوا", "قف", "قفوا", "أوقف", "أوقفوا", "إيقاف", "إلغاء", "إلغاء الاشتراك",
            "ألغ الاشتراك", "الغي الاشتراك", "انسحاب",
        ),
        Keyword.START: ("اشتراك", "اشترك", "بدء", "استئناف", "تفعيل"),
        Keyword.HELP: ("مساعدة", "المساعدة", "معلومات"),
    },
}  # fmt: skip

_PRODUCT_WORDS: dict[str, dict[Keyword, tuple[str, ...]]] = {
    "en": {
        Keyword.LATER: ("later", "not now"),
        Keyword.BACK: ("back", "go back", "undo"),
        Keyword.SKIP: ("skip", "pass"),
        Keyword.TIRED: ("tired", "too tired", "im tired", "i am tired"),
        Keyword.PAUSE: ("pause",),
        Keyword.LINK: ("link", "new link"),
        Keyword.RESPITE: ("respite", "need a break", "i need a break"),
        Keyword.WRONG: ("wrong", "wrong number", "wrong person"),
        Keyword.TRAVEL: (
            "travel", "traveling", "travelling", "im traveling", "im travelling", "i am traveling", "i am travelling",
        ),
    },
    "es": {
        Keyword.LATER: ("despues", "luego", "mas tarde", "ahora no"),
        Keyword.BACK: ("atras", "volver", "regresar"),
        Keyword.SKIP: ("saltar", "omitir", "pasar"),
        Keyword.TIRED: ("cansada", "cansado", "estoy cansada", "estoy cansado", "muy cansada", "muy cansado"),
        Keyword.PAUSE: ("pausa", "pausar"),
        Keyword.LINK: ("enlace", "liga", "nuevo enlace"),
        Keyword.RESPITE: ("respiro", "relevo", "descanso", "necesito un respiro", "necesito un descanso"),
        Keyword.WRONG: (
            "equivocado", "equivocada", "numero equivocado", "persona equivocada", "numero incorrecto",
        ),
        Keyword.TRAVEL: ("viaje", "de viaje", "viajando", "estoy de viaje", "estoy viajando"),
    },
    "ar": {
        Keyword.LATER: ("لاحقا", "فيما بعد", "بعدين", "ليس الآن", "مو الآن", "مش الآن"),
        Keyword.BACK: ("رجوع", "الرجوع", "عودة", "ارجع", "تراجع"),
        Keyword.SKIP: ("تخطي", "تخطى", "تخط", "تجاوز"),
        Keyword.TIRED: (
            "متعب", "متعبة", "تعبان", "تعبانة", "أنا متعب", "أنا متعبة", "أنا تعبان", "أنا تعبانة", "مرهق", "مرهقة",
            "متعب جدا", "متعبة جدا",
        ),
        Keyword.PAUSE: ("إيقاف مؤقت", "توقف مؤقت", "وقف مؤقت"),
        Keyword.LINK: ("رابط", "الرابط", "رابط جديد"),
        Keyword.RESPITE: ("راحة", "استراحة", "أحتاج راحة", "أحتاج إلى راحة", "أحتاج استراحة", "أحتاج إلى استراحة"),
        Keyword.WRONG: ("خطأ", "رقم خطأ", "الرقم خطأ", "رقم خاطئ", "الرقم خاطئ", "غلط", "الرقم غلط", "شخص خطأ"),
        Keyword.TRAVEL: ("سفر", "مسافر", "مسافرة", "أنا مسافر", "أنا مسافرة", "على سفر", "في سفر"),
    },
}  # fmt: skip

# The languages of the service, each by its name in all of them: somebody who cannot read ours writes theirs.
_LANGUAGE_NAMES: dict[str, tuple[str, ...]] = {
    "en": (
        "english", "in english", "ingles", "en ingles", "الإنجليزية", "بالإنجليزية", "إنجليزي", "بالإنجليزي",
        "الإنكليزية", "بالإنكليزية", "إنكليزي", "بالإنكليزي",
    ),
    "es": (
        "espanol", "en espanol", "castellano", "en castellano", "spanish", "in spanish", "الإسبانية", "بالإسبانية",
        "إسباني",
    ),
    "ar": (
        "العربية", "بالعربية", "عربي", "عربية", "العربي", "بالعربي", "لغة عربية", "اللغة العربية", "باللغة العربية",
        "arabic", "in arabic", "arabe", "en arabe",
    ),
}  # fmt: skip
_COURTEOUS = re.compile(r"^(?:please|por favor|من فضلك|لو سمحت) | (?:please|por favor|من فضلك|لو سمحت|لطفا)$")

_CODE = "[0-9]{1,6}[abcdefghjklmnpqrtuvwxy]"
_CODES = re.compile(rf"{_CODE}(?:[\s.,;:+&/]+{_CODE}){{0,19}}")
_AROUND_CODE = " \n.,;:!\"'()[]{}*_-#"


def classify(text: str, language: str) -> Keyword | None:
    """Say what a message that is nothing but a keyword asks for; ``None`` for every other message.

    Case, accents and surrounding punctuation do not matter. Words of ``language`` and English count. The words that
    stop messages, and the names of languages, count in every language that we ship: nobody should have to know what
    language we filed them under.
    """
    said = _words(text)
    for tongue in (_base(language), "en"):
        if (keyword := _meanings().get(tongue, {}).get(said)) is not None:
            return keyword
    if any(words.get(said) is Keyword.STOP for words in _meanings().values()):
        return Keyword.STOP
    return Keyword.LANGUAGE if _language_named(said) else None


def language_named(text: str) -> str | None:
    """The language that is the whole message, by its name in any language of ours: ``"en"``, ``"es"`` or ``"ar"``."""
    return _language_named(_words(text))


def is_stop_request(text: str, language: str) -> bool:
    """Tell whether the person asks, by keyword or in their own words, to get no more messages.

    US rules (FCC) let people revoke consent "in any reasonable manner", so a sentence counts as much as a keyword;
    carriers act on the keyword only, so the caller must stop by itself. All shipped languages are looked at.
    """
    said = _words(text)
    if said in WHOLE or classify(text, language) is Keyword.STOP:
        return True
    return any(pattern.search(said) for pattern in PATTERNS)


def acknowledgement_codes(text: str) -> tuple[str, ...]:
    """The page codes that are the whole message, in capitals (``"1a, 2b."`` gives ``("1A", "2B")``); at most 20.

    A code is digits and one letter, never I, O, S or Z, which are taken for digits. A question mark makes it a
    question: a nurse who asks has not taken the page.
    """
    if any(c.isalpha() and not (c.isascii() or "Ａ" <= c <= "ｚ") for c in text[:_LONGEST]):
        return ()  # ñ is no n, and the ª of an ordinal is no A
    folded = "".join(_ascii_digit(character) for character in fold(text[:_LONGEST])).strip(_AROUND_CODE)
    said = re.findall(_CODE, folded) if _CODES.fullmatch(folded) else ()
    return tuple(dict.fromkeys(code.upper() for code in said))


def _words(text: str) -> str:
    """The words of a message with single blanks between; apostrophes are dropped (``don't`` becomes ``dont``)."""
    return " ".join(re.findall(r"[^\W_]+", fold(text[:_LONGEST]).replace("'", "")))


def _language_named(said: str) -> str | None:
    name = _COURTEOUS.sub("", said)
    return next((language for language, names in _languages() if name in names), None)


@cache
def _meanings() -> dict[str, dict[str, Keyword]]:
    """What each word means, by language, in the spelling that a message is folded to."""
    return {
        tongue: {_words(word): keyword for keyword, word in _spoken(tongue)}
        for tongue in _CARRIER_WORDS.keys() | _PRODUCT_WORDS.keys()
    }


@cache
def _languages() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((code, frozenset(_words(name) for name in names)) for code, names in _LANGUAGE_NAMES.items())


def _spoken(tongue: str) -> Iterator[tuple[Keyword, str]]:
    for table in (_PRODUCT_WORDS, _CARRIER_WORDS):
        for keyword, words in table.get(tongue, {}).items():
            yield from ((keyword, word) for word in words)


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


RESERVED_WORDS: frozenset[str] = frozenset(
    {_words(word).upper() for words in _CARRIER_WORDS.values() for group in words.values() for word in group}
    | {"YES", "NO", "SI", "BAJA", _words("نعم"), _words("لا")}
)
"""Folded upper-case words that no question may ask for as an answer: a carrier somewhere, or we, would act on them."""
