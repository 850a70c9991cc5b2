"""Words with a meaning of their own when they are the whole message, and requests to get no more messages."""

import re
import unicodedata
from enum import StrEnum

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
        Keyword.STOP: ("alto", "parar", "pare", "paren", "baja", "cancelar", "detener", "salir", "revocar"),
        Keyword.START: ("iniciar", "comenzar", "empezar", "reanudar"),
        Keyword.HELP: ("ayuda", "informacion"),
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
    },
}  # fmt: skip

RESERVED_WORDS: frozenset[str] = frozenset(
    {word.upper() for words in _CARRIER_WORDS.values() for group in words.values() for word in group}
    | {"YES", "NO", "SI"}
)
"""Upper-case, unaccented words that no question may ask for as an answer: a carrier, or we, would act on them."""

_WHOLE_STOP = frozenset(
    {
        "please stop", "stop please", "stop now", "stop it", "just stop", "stop this", "stop pls", "pls stop",
        "stop thank you", "stop thanks", "no thanks stop", "remove me", "leave me alone",
        "por favor paren", "por favor pare", "paren por favor", "pare por favor", "ya paren", "alto por favor",
        "basta", "ya basta", "dejenme en paz", "dejeme en paz",
    }
)  # fmt: skip

# "Don't text me after nine" asks for other hours, not for none; a person of the care team reads it.
_NOT_A_TIME = (
    r"(?! (?:any )?(?:again )?(?:at|so|after|before|during|in the|on|until|till|while|between|when|if|tonight|"
    r"this (?:early|late)|early|late|today|tomorrow|de noche|de madrugada|en la|por la|a las|tan|antes|"
    r"despues|hasta|cuando|mientras|los|hoy|manana)\b)"
)
_STOP_REQUESTS = tuple(
    re.compile(pattern)
    for pattern in (
        # "You never stop texting me" and "don't stop texting me" say the opposite; "why did you stop" asks.
        r"(?<!dont )(?<!not )(?<!never )(?<!did you )(?<!have you )(?<!cant )(?<!if you )"
        r"\b(?:stop|quit|cease) (?:with )?(?:texting|messaging|sending|contacting|bothering|writing)"
        r"(?: to)?(?: (?:me|us|this (?:number|phone)|these|those|any more|messages|texts)\b)++" + _NOT_A_TIME,
        r"(?<!dont )(?<!not )(?<!never )\b(?:stop|quit|cancel|end) (?:all )?(?:of )?(?:the|these|this|those|your|my)"
        r" (?:texts?|texting|messages?|messaging|sms|check ?ins?)\b" + _NOT_A_TIME,
        r"\b(?:dont|do not|never|please no longer) (?:ever )?(?:want you to )?(?:text|message|contact|sms|write to)"
        r" (?:me|us|this (?:number|phone))(?: (?:any ?more|again|ever))*+\b" + _NOT_A_TIME,
        r"\b(?:dont|do not|no longer) (?:want|wish|need|send)(?: me)?(?: to (?:get|receive|have))?"
        r"(?: any)?(?: more)?(?: of)?(?: these| your| the| those)? (?:texts?|messages?|sms)\b" + _NOT_A_TIME,
        r"\bno more (?:texts?|messages?|texting|messaging)\b" + _NOT_A_TIME,
        r"\b(?:take|remove|delete|drop) (?:me|us|my (?:number|phone|name)|this number) (?:off|from|out)\b",
        r"\b(?:want|wish|like|need|please|pls)(?: \w+)? (?:to )?(?:unsubscribe|opt out|optout)\b",
        r"\b(?:unsubscribe|opt) (?:me|us)\b",
        r"\b(?:revoke|withdraw|take back) my (?:consent|permission)\b",
        r"\bno (?:me|nos) (?:manden?|mandes|envien?|envies|escriban?|escribas|contacten?|contactes|molesten?|molestes|"
        r"texteen?)(?: (?:mas|ya|otra vez|nunca|mensajes?|textos?))*+\b" + _NOT_A_TIME,
        r"(?<!no )\b(?:dejen?|deja|paren?|para|basta) (?:ya )?de (?:mandar|enviar|escribir|molestar|textear|contactar)"
        r"(?:me|nos)?+(?: mas)?+(?: mensajes?| textos?)?+\b" + _NOT_A_TIME,
        r"\b(?:ya no|no) (?:quiero|deseo|necesito) (?:recibir )?(?:mas )?(?:sus |estos |los )?(?:mensajes?|textos?)\b"
        + _NOT_A_TIME,
        r"\b(?:ya no|no) (?:quiero|deseo) que me (?:escriban|manden|envien|contacten|molesten)\b" + _NOT_A_TIME,
        r"\bno mas (?:mensajes?|textos?)\b",
        r"\b(?:darme|denme|deme|dame|dar me) de baja\b",
        r"\b(?:quitenme|quiteme|saquenme|saqueme|borrenme|borreme|eliminenme|elimineme) (?:de|del)\b",
    )
)

_CODE = re.compile(r"([0-9]{1,6}[abcdefghjklmnpqrtuvwxy])")
_AROUND_CODE = " \n.,;:!\"'()[]{}*_-#"


def classify(text: str, language: str) -> Keyword | None:
    """Say what a message that is nothing but a keyword asks for; ``None`` for every other message.

    Case, accents and surrounding punctuation do not matter. Words of ``language`` and English count. The words that
    stop messages count in every language that we ship: nobody should have to know what language we filed them under.
    """
    said = _words(text)
    for tongue in (_base(language), "en"):
        for table in (_CARRIER_WORDS, _PRODUCT_WORDS):
            for keyword, spoken in table.get(tongue, {}).items():
                if said in spoken:
                    return keyword
    if any(said in words[Keyword.STOP] for words in _CARRIER_WORDS.values()):
        return Keyword.STOP
    return None


def is_stop_request(text: str, language: str) -> bool:
    """Tell whether the person asks, by keyword or in their own words, to get no more messages.

    US rules (FCC) let people revoke consent "in any reasonable manner", so a sentence counts as much as a keyword;
    carriers act on the keyword only, so the caller must stop by itself. All shipped languages are looked at.
    """
    said = _words(text)
    if said in _WHOLE_STOP or classify(text, language) is Keyword.STOP:
        return True
    return any(pattern.search(said) for pattern in _STOP_REQUESTS)


def acknowledgement_code(text: str) -> str | None:
    """Return the page code that is the whole message, in capitals (``"1a."`` gives ``"1A"``), else ``None``.

    A code is digits and one letter, never I, O, S or Z, which are taken for digits. A question mark makes it a
    question: a nurse who asks has not taken the page.
    """
    if any(c.isalpha() and not (c.isascii() or "Ａ" <= c <= "ｚ") for c in text[:_LONGEST]):
        return None  # ñ is no n, and the ª of an ordinal is no A
    folded = "".join(_ascii_digit(character) for character in fold(text[:_LONGEST])).strip(_AROUND_CODE)
    match = _CODE.fullmatch(folded)
    return match.group(1).upper() if match else None


def _words(text: str) -> str:
    """The words of a message with single blanks between; apostrophes are dropped (``don't`` becomes ``dont``)."""
    return " ".join(re.findall(r"[^\W_]+", fold(text[:_LONGEST]).replace("'", "")))


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character
