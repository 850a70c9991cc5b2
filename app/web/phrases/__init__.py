"""What the form behind a link says around the questions, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent
_DEFAULT = "en"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language. ``say("progress", position=3, total=9)`` fills a phrase's places in."""

    language: str
    texts: Mapping[str, str]

    def say(self, name: str, /, **values: object) -> str:
        """The phrase of that name with its places filled in.

        Between right-to-left words a number such as ``(555) 010-0199`` would be shown in another order. What is filled
        in there is isolated by marks that no page shows (a text message gets none: old telephones show them as boxes).
        """
        if self.direction == "rtl":
            values = {place: f"{_ISOLATE}{value}{_END}" for place, value in values.items()}
        return self.texts[name].format(**values)

    @property
    def direction(self) -> str:
        """``rtl`` for languages that are written from right to left, else ``ltr``."""
        return "rtl" if self.language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are phrases in, English first."""
    found = sorted(path.stem for path in _FOLDER.glob("*.yaml"))
    return tuple(sorted(found, key=lambda name: name != _DEFAULT))


@cache
def phrases_for(language: str) -> Phrases:
    """The phrases of a language, else of its main language (``es`` for ``es-MX``), else English."""
    for name in (language, language.partition("-")[0], _DEFAULT):
        if name in languages():
            return Phrases(name, yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    raise LookupError(f"there are no phrases in {_DEFAULT}")
