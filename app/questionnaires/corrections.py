"""Telling a correction ("sorry, I meant 4") from an answer."""

import re

from app.plain_text import fold

_LONGEST = 300
_OPENING = r"(?:(?:oops|ups|uy|oh|ah|no|wait|sorry|pardon|perdon|perdone|disculpe|lo siento)[\s,.!:;-]+)*"
# Words that say by themselves that an earlier answer was wrong. "Sorry" alone does not: "sorry, 4" may be late.
_MARKERS = (
    r"i (?:really )?meant(?: to (?:say|write|put|type))?",
    r"i mean",
    r"meant(?: to (?:say|write|put|type))?",
    r"correction",
    r"(?:i|it) should have (?:been|said|put|written)",
    r"(?:it )?should be",
    r"(?:make|change) (?:it|that|my (?:last )?answer)(?: to)?",
    r"i made a mistake",
    r"my mistake",
    r"quise (?:decir|poner|escribir)",
    r"queria (?:decir|poner|escribir)",
    r"quiero decir",
    r"me (?:equivoque|he equivocado)",
    r"corrijo",
    r"correccion",
    r"(?:perdon|no),? (?:era|es) (?:un |una )?",
    r"(?:cambie(?:lo|la)?|cambia(?:lo|la)?|corrija(?:lo|la)?) (?:a|por)",
    r"(?:قصدت|اقصد|كنت اقصد|تصحيح)",
)
_MARKER = "(?:" + "|".join(_MARKERS) + ")"
_BEFORE = re.compile(rf"{_OPENING}{_MARKER}\b[\s,.:;-]*(?:(?:to|is|was|it's|es|era)\s+)?(?P<rest>.+)", re.DOTALL)
_BEHIND = re.compile(rf"(?P<rest>.+?)[\s,.;-]+{_OPENING}{_MARKER}[\s.!]*", re.DOTALL)
# "4, not 8": the number that was wrong is told as well.
_NOT_THAT = re.compile(r"[\s,(-]*\b(?:not|instead of|rather than|no|y no|en vez de|en lugar de)\b[\s,]*\d+[\s).!]*$")


def corrected_part(text: str) -> str | None:
    """What a text that corrects an earlier answer says instead (``"I meant 4, not 8"`` gives ``"4"``), else ``None``.

    Words of every shipped language count. The part that is left is folded, and may still be unclear.
    """
    said = fold(text[:_LONGEST]).strip()
    if len(text) > _LONGEST:
        return None
    match = _BEFORE.fullmatch(said) or _BEHIND.fullmatch(said)
    if match is None:
        return None
    rest = _NOT_THAT.sub("", match["rest"]).strip()
    return rest if rest not in ("", "i", "it", "yo") else None
