"""What a language says of itself: its name, its direction, and whether a native speaker has read its texts."""

from dataclasses import dataclass
from pathlib import Path

from marshmallow import fields

from app.content.documents import read_document
from app.content.fields import OneOf, Strict, Text, shape_findings
from app.content.problems import Problem

FILE = "language.yaml"


@dataclass(frozen=True, slots=True)
class LanguageNote:
    """A language's own name, ``ltr`` or ``rtl``, the encoding that its letters need in a text message, and who has read
    all its texts (``None``: nobody has).

    An ``optional`` one may be missing from questions: a clinic's own instrument need not speak every language that we
    ship. What is not said in it is asked in English, and ``content check`` warns.
    """

    name: str
    direction: str = "ltr"
    encoding: str = "GSM-7"
    reviewed_by: str | None = None
    optional: bool = False


class _LanguageFile(Strict):
    name = Text(required=True)
    direction = OneOf("ltr", "rtl", required=True)
    encoding = OneOf("GSM-7", "UCS-2")
    reviewed_by = Text(allow_none=True)
    optional = fields.Boolean(truthy={True}, falsy={False})


def read_note(root: Path, folder: str, problems: list[Problem]) -> LanguageNote:
    """What ``language.yaml`` in ``folder`` says; without one nobody has reviewed the language."""
    language = folder.rsplit("/", maxsplit=1)[-1]
    if not (root / folder / FILE).is_file():
        return LanguageNote(language)
    document = read_document(root, f"{folder}/{FILE}")
    if isinstance(document, Problem):
        problems.append(document)
        return LanguageNote(language)
    wrong = [document.problem(place, message) for place, message in shape_findings(_LanguageFile(), document.data)]
    problems += wrong
    return LanguageNote(language) if wrong else LanguageNote(**document.data)
