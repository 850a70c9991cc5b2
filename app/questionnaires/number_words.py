"""Words around numbers, by language: data for reading answers, in folded spelling (lower case, no accents)."""

from app.plain_text import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _arabic(text: str) -> frozenset[str]:
    """Arabic words, each also with the "and" that Arabic writes together with it."""
    return frozenset(said for word in fold(text).split() for said in (word, "و" + word))


NUMBERS: dict[str, dict[str, int]] = {
    "en": {
        "zero": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
        "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
        "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    },
    "es": {
        "cero": 0, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
        "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16,
        "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veintiuno": 21, "veintidos": 22, "veintitres": 23,
        "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28,
        "veintinueve": 29,
    },
    "ar": {
        word: value
        for value, words in enumerate((
            "صفر", "واحد واحدة", "اثنان اثنين اثنتان اثنتين تنين", "ثلاثة تلاتة", "أربعة", "خمسة", "ستة", "سبعة",
            "ثمانية تمانية تمنية", "تسعة", "عشرة",
        ))
        for word in _arabic(words)
    },
}  # fmt: skip

UNREADABLE = _words(
    "twenty thirty forty fifty sixty seventy eighty ninety veinte treinta cuarenta cincuenta sesenta setenta ochenta "
    "noventa half halves quarter hundred hundreds thousand million dozen dozens infinity medio media cien ciento mil "
    "millon docena infinito"
) | _arabic(
    # The short forms make thirteen out of three and ten ("ثلاث عشرة", "ثلاثة عشر"); alone they are asked once more.
    "أحد إحدى اثنا اثني اثنتا اثنتي ثلاث أربع خمس ست سبع ثمان ثماني تسع عشر عشرون عشرين ثلاثون ثلاثين أربعون أربعين "
    "خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين مئة مائة مية ألف مليون نصف نص ربع ثلث"
)
"""Number words that are not read, and that spoil a number beside them ("seven and a half", "twenty one")."""

NOT_NUMBERS = frozenset({"nan", "inf", "minus infinity", "menos infinito"})
"""Whole messages that a machine would call a number; a person has to be asked again."""

NOTHING = frozenset(
    {
        "none", "nothing", "none at all", "nothing at all", "not at all", "nada", "nada de nada", "para nada",
        "ninguno", "ninguna", "en absoluto",
        *map(fold, ("لا شيء", "لا شي", "لاشيء", "ولا شيء", "لا شيء أبدا", "أبدا", "إطلاقا", "لا يوجد", "لا يوجد شيء")),
    }
)  # fmt: skip
"""Whole messages that mean 0 where more is worse."""

FILLERS: dict[str, frozenset[str]] = {
    "en": _words(
        "a an about around roughly approx approximately maybe probably perhaps like almost nearly just only id im i am "
        "its it is was be been say think guess feel feeling felt feels would the my mine this that thats today now "
        "currently well so um uh er hmm oh ok okay yes yeah yep hi hello hey nurse answer score level number "
        "rating rate reply still really scale give gave put overall solid numbers answers are were mostly"
    ),
    "es": _words(
        "un una unos el la los lo mi mis es esta son fue era como alrededor aproximadamente casi quizas quiza tal vez "
        "creo que diria yo pienso siento tengo estoy ahora hoy hola pues bueno en de le doy pongo pondria nivel numero "
        "respuesta si todavia aun sigue"
    ),
    "ar": _arabic(
        "حوالي تقريبا نحو ربما يمكن أظن أعتقد أقول يعني أنا هو هي هذا كان كانت الآن اليوم حاليا درجة الدرجة بدرجة رقم "
        "الرقم مستوى المستوى جوابي إجابتي الجواب الإجابة نعم طيب مرحبا أهلا السلام عليكم ورحمة الله وبركاته صباح مساء "
        "الخير الحمد لله والله فقط أعطي أشعر أحس"
    ),
}
"""Words that may stand before an answer and change nothing about it ("about a 6", "hola, un 7")."""

FILLER_PHRASES = (
    "mas o menos", "more or less", "buenos dias", "buenas tardes", "buenas noches", "good morning", "good afternoon",
    "good evening", "at a", "at an", "right now", "por ahi de",
)  # fmt: skip

JOINERS = frozenset({"and", "then", "y", "luego", "و", "ثم"})
"""Words that may stand between answers given together ("8, 3 and 5")."""

OUT_OF = frozenset(
    {"out of", "of", "over", "on", "de", "sobre", "entre", "de un total de", "من", fold("على"), fold("من أصل")}
)
"""What stands between an answer and the top of its scale ("7 out of 10")."""

COURTESY = _words("please pls plz thanks thank thx ty you gracias favor por porfa porfavor") | _arabic(
    "شكرا جزيلا لكم رجاء الرجاء لطفا مشكورين"
)

CONNECTORS = COURTESY | _words("but and because bc cause since pero y porque") | _arabic("لكن لأن لأني لأنني بسبب")
"""Words that can only begin a remark. After a spelled number, 2 or 4 nothing else may ("2 tired", "one of those")."""

COMMENT_STARTS: dict[str, frozenset[str]] = {
    "en": _words(
        "very really so pretty quite bad awful terrible horrible severe unbearable sharp constant hurts hurting hurt "
        "aching aches sore burning all cant cannot couldnt dont didnt havent with i im ive it its is the this that my "
        "when today tonight now right still again ok okay sorry need help call tired weak sick scared worried crying "
        "vomiting throwing unable chest back head stomach belly every"
    ),
    "es": _words(
        "muy bastante tan mucho mucha mal malo mala fuerte horrible terrible feo fea insoportable por desde con mi me "
        "estoy tengo la el lo esta este hoy ahora todavia aun sigue siento cuando todo toda duele ayuda necesito que "
        "se cansada cansado aguanto"
    ),
    "ar": _arabic(
        "جدا كثيرا كثير شديد شديدة قوي قوية سيء سيئ سيئة فظيع مؤلم يؤلمني تؤلمني أشعر أحس عندي لدي أنا منذ هذا طوال "
        "عندما اليوم الآن الليلة لا لم ما مازال ظهري رأسي بطني صدري معدتي رجلي خائف خائفة قلق قلقة تعبان تعبانة "
        "متعب متعبة أحتاج ساعدوني مساعدة أريد"
    ),
}
"""Words that may begin a remark right behind an answer ("8 very bad"); none of them counts or measures anything."""

ENDS_IN_S = _words(
    "is was its has does this always sometimes hurts aches feels less us as yes perhaps makes keeps gets comes "
    "es mas despues antes pues entonces gracias menos tras estoy"
)
"""Words that end in s without being a plural. Any other one behind a number may be what is counted ("8 bad nights")."""

MEASURES = _words(
    "mg ml mcg cc kg lb am pm hr hrs h min mins sec people men women children percent day week month year "
    "hour night time pill dia semana mes ano hora noche vez pastilla gente"
) | _arabic(
    "ملغ مغ ملغم غرام مل حبة حبات حبوب قرص أقراص مرة مرات يوم أيام ساعة ساعات دقيقة دقائق ليلة ليالي أسبوع أسابيع شهر"
)
"""Words, singular or short, that make the number before them a count, a dose or a time of day."""

UNITS = _words("day days dia dias time times vez veces hour hours hora horas night nights noche noches") | _arabic(
    "يوم أيام يوما ساعة ساعات مرة مرات ليلة ليالي"
)
"""Units that a ``number`` question may ask for, and then accepts behind the number ("3 days")."""

RETRACTIONS = (
    "no wait", "wait", "oops", "jk", "just kidding", "not really", "not anymore", "not today", "not now", "not sure",
    "no se", "espera", "digo", "mentira", "i mean", "wrong",
    *map(fold, ("لا بل", "بل", "أقصد", "عفوا", "خطأ", "انتظر", "انتظروا", "لحظة", "أمزح", "لا أعرف", "لا أدري")),
)  # fmt: skip
"""Remarks that take the number back."""

REFUSALS = frozenset({"no", "nope", "لا", "كلا"})
"""Remarks that take the number back when they are nothing else."""

WITHOUT = _words("no not without sin ningun ninguna nada") | _arabic("لا بلا بدون دون ليس")
"""Words before the symptom that say it is absent; beside a number above the lowest they contradict it."""

QUESTION_WORDS = _words(
    "last past hours hour days day week weeks how much many have your been what when with worst best most least since "
    "from does during rate reply send number numbers average usual normal than more less some none half time times "
    "right there here they them want would could should feel feeling felt today yesterday night nights morning "
    "ultima ultimas ultimo ultimos horas hora dias semana semanas cuanto cuanta cuantos cuantas como esta estado tiene "
    "tenido desde peor mejor promedio durante responda envie numero numeros mas menos poco mucho nada ninguno hoy ayer "
    "noche noches manana usted para sido siente sentido hace haya sobre entre"
) | _arabic(
    "شدة مدى درجة مقدار خلال آخر الأخيرة الماضية الماضي ساعة ساعات أيام شعرتم شعرت لديكم عندكم كانت كان هل ليلة الليلة "
    "يعني اليوم أصابتكم قضيتم فقدتم شيء أسوأ فكروا برأيكم لاحظتم لاحظتموه الذي التي الآن قبل لكم سوء أكثر أقل بعض"
)
"""Words of a question that name no symptom, so that a number beside them names no item."""
