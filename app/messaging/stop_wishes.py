"""How people ask in their own words to get no more messages: data, in folded spelling (``don't`` is ``dont``)."""

import re

from app.plain_text import fold

WHOLE = frozenset(
    fold(wish)
    for wish in {
        "please stop", "stop please", "stop now", "stop it", "just stop", "stop this", "stop pls", "pls stop",
        "stop thank you", "stop thanks", "no thanks stop", "remove me", "leave me alone",
        "por favor paren", "por favor pare", "paren por favor", "pare por favor", "ya paren", "alto por favor",
        "basta", "ya basta", "dejenme en paz", "dejeme en paz",
        "توقف من فضلك", "توقفوا من فضلكم", "من فضلك توقف", "ارجو التوقف", "الرجاء التوقف", "كفي", "خلاص توقفوا",
        "اتركوني وشاني", "اتركني وشاني",
    }
)  # fmt: skip
"""Whole messages that ask to get no more of ours, beside the keywords."""

# "Don't text me after nine" asks for other hours, not for none; a person of the care team reads it.
_NOT_A_TIME = fold(
    r"(?! (?:any )?(?:again )?(?:at|so|after|before|during|in the|on|until|till|while|between|when|if|tonight|"
    r"this (?:early|late)|early|late|today|tomorrow|de noche|de madrugada|en la|por la|a las|tan|antes|"
    r"despues|hasta|cuando|mientras|los|hoy|manana|في|ليلا|الليله|قبل|بعد الساعه|حتي|عندما|اثناء|خلال|اليوم|غدا|صباحا|"
    r"مساء|مبكرا|متاخرا)\b)"
)
# "Do not send me messages", "do not write to me", "stop sending", "I want no messages", "take me off", "cancel my
# subscription". Folding leaves a pattern in lower case what it is.
_ARABIC = (
    r"\bلا (?:ترسلوا?|ترسلي|تبعثوا?|تكتبوا?|اريد ان ترسلوا)(?: (?:لي|لنا|الي|الينا))?"
    r"(?:(?: (?:اي|المزيد|مزيدا|من|هذه|مثل))* (?:رسائل|الرسائل|رساله|رسائلكم|شيئا|شيء)| بعد (?:الان|اليوم)| مجددا|"
    r" مره اخري| ابدا|$)" + _NOT_A_TIME,
    r"\bلا (?:تراسلوني|تراسلني|تراسلونا|تزعجوني|تزعجني)\b" + _NOT_A_TIME,
    r"(?<!لا )(?<!لم )\b(?:توقفوا?|اوقفوا?|كفوا|كف|بطلوا?) (?:عن )?(?:ارسال|مراسلتي|الارسال|الرسائل|رسائلكم|"
    r"هذه الرسائل|الكتابه|ازعاجي)\b" + _NOT_A_TIME,
    r"\b(?:لا|لم اعد|ما) (?:اريد|ارغب|اود|احتاج|ابغي|ابي|بدي)(?: (?:في|ان|الي|استلام|تلقي|تصلني|المزيد|مزيدا|من|اي|"
    r"هذه))* (?:رسائل|الرسائل|رسائلكم|رساله|تراسلوني)\b" + _NOT_A_TIME,
    r"\b(?:احذفوني|احذفني|ازيلوني|ازلني|شيلوني|احذفوا رقمي|احذف رقمي|ازيلوا رقمي)\b",
    r"\b(?:الغاء|الغوا?|الغي) (?:اشتراكي|الاشتراك)\b",
)
PATTERNS = tuple(
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
        *(fold(pattern) for pattern in _ARABIC),
    )
)
"""Parts of a text that ask for it in a person's own words."""
