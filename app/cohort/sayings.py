"""What made-up people write in their own words, by language."""

from collections.abc import Mapping, Sequence

from app.ids import Dice

Sayings = Mapping[str, Sequence[str]]

HARMLESS: Sayings = {
    "en": (
        "Slept in my own bed again", "The new pills make my mouth dry", "Daughter visited, a good day",
        "Walked to the corner shop", "Not much to tell", "Could you tell me when my next visit is?", "Soup stayed down",
    ),
    "es": (
        "Hoy pude caminar un poco", "Vino mi hija, fue un buen día", "La boca muy seca", "¿Cuándo es mi próxima cita?",
    ),
    "ar": ("زارتني ابنتي اليوم", "مشيت قليلا في الحديقة", "متى موعدي القادم؟"),
}  # fmt: skip
NEEDS_A_PERSON: Sayings = {
    "en": ("I have chest pain since this morning", "I cannot breathe when I lie down", "there is blood in my stool"),
    "es": ("tengo dolor en el pecho", "no puedo respirar bien acostada"),
    "ar": ("عندي ألم في الصدر",),
}
TIRED: Sayings = {"en": ("TIRED",), "es": ("CANSADO",), "ar": ("TIRED",)}


def say(what: Sayings, language: str, dice: Dice) -> str:
    """One of the things that somebody may say, in their language, else in English."""
    return dice.choice(what.get(language) or what["en"])
