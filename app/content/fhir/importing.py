"""Makes an instrument of a FHIR R4 Questionnaire, and says what could not be taken over, and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.content.fhir.items import ItemReader
from app.content.fhir.shapes import misshapen
from app.content.fhir.words import Tongues, take_texts
from app.content.fields import IDENTIFIER
from app.errors import BedsideError

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_IN_FILE = "as its owner states (see copyright, under fhir)"
_TELLS_NOTHING = {"resourceType", "status", "subjectType", "copyright", "language", "item", "id", "meta", "extension"}


@dataclass(frozen=True, slots=True)
class Imported:
    """An instrument as its file says it, and what its clinician should know: one sentence each."""

    definition: dict[str, Any]
    notes: tuple[str, ...]


@dataclass
class NotImportable(BedsideError):
    """A questionnaire that we cannot ask as it is meant. ``problems`` says each reason."""

    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.problems)


def import_questionnaire(resource: Any, *, name: str, license: str | None = None) -> Imported:
    """Read a FHIR R4 Questionnaire (a parsed JSON object) as the instrument called ``name``.

    What we do without is kept word for word under ``fhir``, where ``export_questionnaire`` finds it, and named in the
    notes. Raises ``NotImportable`` for what would change a question or when it is asked. What is imported still has to
    pass ``instrument_findings``.
    """
    if not isinstance(resource, Mapping) or resource.get("resourceType") != "Questionnaire":
        raise NotImportable(["This is no FHIR Questionnaire: resourceType has to be Questionnaire."])
    if wrong := misshapen(resource):
        raise NotImportable(wrong)
    rest = dict(resource)
    language = rest.get("language", "en")
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        raise NotImportable([f"language: {language!r} is no language such as en or es-MX."])
    reader = ItemReader(Tongues(language))
    definition = _header(rest, reader, name, license)
    listed = rest.pop("item", None)
    definition["items"] = reader.items(listed, "")
    _about_the_whole(rest, reader)
    if reader.problems:
        raise NotImportable(reader.problems)
    spoken = _spoken(definition["items"], set(definition["title"]), reader)
    if reader.needs_form:
        definition["by"] = "link"
    definition["languages"] = spoken
    rest.pop("resourceType")
    if reader.tongues.renamed:
        rest["languages"] = reader.tongues.renamed
    definition["fhir"] = rest
    order = (
        "url", "version", "license", "title", "by", "languages", "items", "fhir",
    )  # fmt: skip
    return Imported({key: definition[key] for key in order if key in definition}, tuple(reader.notes))


def _header(rest: dict[str, Any], reader: ItemReader, name: str, license: str | None) -> dict[str, Any]:
    url, version = rest.pop("url", None), rest.pop("version", None)
    if not isinstance(url, str) or not url.strip():
        url = f"urn:bedside:questionnaire:{name}"
        reader.notes.append(f"It has no url: {url} was made for it.")
    if version is None:
        version = "1"
        reader.notes.append("It has no version: 1 was given to it.")
    if not isinstance(version, str) or not IDENTIFIER.fullmatch(version):
        reader.problems.append(f"version: {version!r} is not letters, digits, '.', '-' and '_'.")
    title = take_texts(rest, "title", reader.tongues)
    if not title:
        title = {reader.tongues.base: str(rest.get("name") or name)}
        rest["untitled"] = True
        reader.notes.append(f"It has no title: it is called {title[reader.tongues.base]!r}.")
    if license is None and not rest.get("copyright"):
        reader.problems.append("It does not say who owns it (copyright): say under which licence you use it.")
    return {"url": url, "version": version, "license": license or _IN_FILE, "title": title}


def _about_the_whole(rest: dict[str, Any], reader: ItemReader) -> None:
    if "modifierExtension" in rest:
        reader.problems.append("modifierExtension: it changes what the questionnaire means in a way we do not know.")
    if "implicitRules" in rest:
        reader.problems.append("implicitRules: it is to be read by rules that we do not know.")
    if rest.pop("text", None) is not None:
        reader.notes.append("text: the page that shows the whole of it is left out; it only repeats the questions.")
    if rest.get("status") == "retired":
        reader.notes.append("status: its owner has retired it: look for the one that is in use.")
    kept = sorted(key for key in rest if key not in _TELLS_NOTHING and not key.startswith("_") and key != "untitled")
    if kept:
        reader.notes.append(f"Kept for export, and not used: {', '.join(kept)}.")
    for extension in rest.get("extension", []) if isinstance(rest.get("extension"), list) else []:
        reader.notes.append(f"Kept for export, and not used: the extension {extension.get('url')}.")
    reader.notes.append(
        "Please add by hand: recall_period (how far back it looks), and worse: low where less is worse."
    )


def _spoken(items: list[dict[str, Any]], title: set[str], reader: ItemReader) -> list[str]:
    """The languages in which everything is said; what is said in others, too, stays where it is."""
    complete = set.intersection(title, *reader.spoken) if reader.spoken else title
    every = set.union(title, *reader.spoken) if reader.spoken else title
    if partly := sorted(every - complete):
        reader.notes.append(f"Not everything is said in {', '.join(partly)}: what is missing is asked otherwise.")
    reader.notes.append(f"It speaks {', '.join(sorted(complete))}: whoever speaks another language is asked in that.")
    return sorted(complete)
