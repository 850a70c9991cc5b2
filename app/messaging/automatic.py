"""Messages that a telephone wrote and not a person: reactions to our texts, and automatic answers."""

import base64
import binascii
import re

from app.plain_text import fold

_LONGEST = 1600
_QUOTE = r"[\"“”„«‹「']"
_THING = rf"(?:{_QUOTE}|an? (?:image|photo|picture|video|message|movie|link|attachment|sticker)|(?:una|un|la|el) )"

# What telephones without the sender's own messenger show for a reaction; the words are those of iOS and Android.
_REACTIONS = (
    rf"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned) {_THING}",
    rf"reacted .{{1,12}} to {_THING}",
    rf"removed .{{1,30}} from {_THING}",
    rf"[^\w\s]{{1,8}} (?:to|a) {_QUOTE}",
    rf"(?:a \w+ )?(?:no )?le (?:gusta|gusto|encanta|encanto) {_THING}",
    rf"(?:dio|dijo|marco|puso) (?:un )?(?:me gusta|me encanta|no me gusta) (?:a|en) {_THING}",
    rf"(?:se (?:rio|rie) (?:de|con)|enfatizo|enfatiza|resalto|cuestiono|cuestiona|pregunto (?:por|sobre)) {_THING}",
    rf"reacciono (?:con )?.{{1,12}} a {_THING}",
    rf"(?:quito|elimino) .{{1,30}} (?:de|a) {_THING}",
)

# "I'm driving to the hospital" is a person; only the stock sentences count.
_STOCK = r"(?:$|[.!,;-]| with do not disturb| right now| at the moment| and (?:will|can)| so | - )"
_AUTOMATIC_ANSWERS = (
    rf"(?:sorry, ?)?i(?:'m| am) (?:currently )?driving{_STOCK}",
    r"\(?i(?:'m| am) not receiving notifications",
    r"(?:this is an? )?auto(?:matic|mated)?[ -]?(?:reply|response|message)\b",
    r"(?:i am|i'm) (?:currently )?out of (?:the )?office\b",
    r"out of office\b",
    r"(?:sorry, ?)?(?:i )?can(?:'t|not) talk right now[. ]*(?:what's up\??|(?:i'll )?call you (?:later|back)\.?)?$",
    r"(?:lo siento, ?|perdon, ?)?estoy (?:conduciendo|manejando)(?:$|[.!,;-]| ahora| en este momento| con no molestar)",
    r"(?:esta es una )?(?:respuesta|mensaje) automatic[ao]\b",
    r"no estoy recibiendo notificaciones",
    r"estoy fuera de la oficina",
)
_AUTOMATIC = re.compile("|".join(f"(?:{pattern})" for pattern in (*_REACTIONS, *_AUTOMATIC_ANSWERS)))
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")
_LONG_ENOUGH = 24


def is_automatic(text: str) -> bool:
    """Tell whether a message is a reaction (``Liked "…"``) or an automatic answer ("I'm driving …"), in any language.

    Such a message is kept, and is never an answer to a question: the number it holds is our own, quoted.
    """
    return _AUTOMATIC.match(fold(text[:_LONGEST]).strip()) is not None


def looks_encoded(text: str) -> bool:
    """Tell whether a message looks like base64, which some gateways deliver instead of the words.

    Short words are valid base64 too ("pain"), so this asks for padding, or for length with both cases and a digit.
    """
    body = text[:_LONGEST].strip()
    if not _BASE64.fullmatch(body) or len(body) % 4:
        return False
    mixed = any(c.islower() for c in body) and any(c.isupper() for c in body)
    if not (mixed and (body.endswith("=") or (len(body) >= _LONG_ENOUGH and any(c.isdigit() for c in body)))):
        return False
    try:
        base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def decoded(text: str) -> str | None:
    """What a message that looks encoded says, or ``None`` where no words come out."""
    try:
        said = base64.b64decode(text[:_LONGEST].strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return said if said.strip() and all(c.isprintable() or c.isspace() for c in said) else None
