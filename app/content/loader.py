"""Loads everything that clinicians write, or says everything that is wrong with it."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.codes import Language
from app.content.documents import Document, read_document, read_text
from app.content.fields import NAME
from app.content.fingerprint import fingerprint
from app.content.instruments import instrument_findings
from app.content.languages import FILE as LANGUAGE_FILE
from app.content.languages import LanguageNote, read_note
from app.content.messages import cost_problems, missing_messages, template_problems
from app.content.problems import ContentInvalid, Problem
from app.content.programs import program_findings
from app.content.red_flags import WordFile, load_word_files
from app.messaging.rendering import Renderer
from app.questionnaires.definition import Questionnaire

MAX_FILES = 500


_ALWAYS = frozenset({Language.EN.value, Language.ES.value})
"""What every clinic's content speaks, whatever else is in its folders."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: ``data`` as loaded, ``questionnaire`` made from it, and the fingerprint of its content."""

    name: str
    file: str
    data: Mapping[str, Any]
    questionnaire: Questionnaire
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Program:
    """One program: ``data`` as loaded, and the fingerprint of its content."""

    name: str
    file: str
    data: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ContentBundle:
    """All content, checked: instruments and programs by name, messages by language and name, red-flag words."""

    instruments: Mapping[str, Instrument]
    programs: Mapping[str, Program]
    templates: Mapping[str, Mapping[str, str]]
    red_flags: Mapping[str, WordFile]
    notes: Mapping[str, LanguageNote]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that everything is said in."""
        return tuple(sorted(self.templates))


def load(root: Path) -> ContentBundle:
    """Read ``instruments/``, ``programs/``, ``sms_templates/`` and, where there is one, ``red_flags/`` under ``root``.

    Raises ``ContentInvalid`` with every problem found, each with its file and line: content is used whole or not at
    all.
    """
    problems: list[Problem] = []
    notes: dict[str, LanguageNote] = {}
    templates = _templates(root, notes, problems)
    languages = frozenset(templates) | _ALWAYS
    asked_in = languages - {language for language, note in notes.items() if note.optional}
    problems += missing_messages(templates, languages)
    instruments = _documents(root, "instruments", problems)
    for document in instruments.values():
        findings = instrument_findings(document.data, asked_in, languages)
        problems += [document.problem(place, message) for place, message in findings]
    problems += _shared_urls(instruments)
    programs = _documents(root, "programs", problems)
    readable = {name: document.data for name, document in instruments.items()}
    for name, document in programs.items():
        findings = program_findings(document.data, name, readable)
        problems += [document.problem(place, message) for place, message in findings]
    red_flags = load_word_files(root, languages, problems)
    if problems:
        raise ContentInvalid(problems)
    return ContentBundle(
        instruments=MappingProxyType({name: _instrument(name, document) for name, document in instruments.items()}),
        programs=MappingProxyType(
            {n: Program(n, d.file, MappingProxyType(d.data), fingerprint(d.data)) for n, d in programs.items()}
        ),
        templates=MappingProxyType({language: MappingProxyType(said) for language, said in templates.items()}),
        red_flags=MappingProxyType(red_flags),
        notes=MappingProxyType(notes),
    )


def _instrument(name: str, document: Document) -> Instrument:
    data = document.data
    return Instrument(name, document.file, MappingProxyType(data), Questionnaire.from_mapping(data), fingerprint(data))


def _documents(root: Path, folder: str, problems: list[Problem]) -> dict[str, Document]:
    """The readable documents of a folder by name; what is wrong with the others goes to ``problems``."""
    found: dict[str, Document] = {}
    for path in _files(root, folder, problems):
        file = f"{folder}/{path.name}"
        if path.suffix != ".yaml" or not NAME.fullmatch(path.stem):
            problems.append(Problem(file, 1, "name it with small letters, digits and '-', and the ending .yaml"))
            continue
        document = read_document(root, file)
        if isinstance(document, Problem):
            problems.append(document)
        else:
            found[path.stem] = document
    return found


def _templates(root: Path, notes: dict[str, LanguageNote], problems: list[Problem]) -> dict[str, dict[str, str]]:
    """Message texts by language and name, and what each language says of itself; what is wrong is reported."""
    found: dict[str, dict[str, str]] = {}
    for folder in _files(root, "sms_templates", problems):
        if not folder.is_dir():
            problems.append(Problem(f"sms_templates/{folder.name}", 1, "expected a folder for a language"))
            continue
        language = found.setdefault(folder.name, {})
        notes[folder.name] = read_note(root, f"sms_templates/{folder.name}", problems)
        for path in _files(root, f"sms_templates/{folder.name}", problems):
            language.update(_template(root, f"sms_templates/{folder.name}/{path.name}", path, problems))
    problems += _costs(found, notes, {problem.file for problem in problems})
    return found


def _template(root: Path, file: str, path: Path, problems: list[Problem]) -> dict[str, str]:
    if path.name == LANGUAGE_FILE:
        return {}
    if path.suffix != ".txt":
        problems.append(Problem(file, 1, "name it with the ending .txt"))
        return {}
    text = read_text(root, file)
    if isinstance(text, Problem):
        problems.append(text)
        return {path.stem: ""}
    wrong = list(template_problems(file, path.stem, text))
    problems += wrong
    return {path.stem: "" if wrong else text}


def _costs(
    templates: Mapping[str, Mapping[str, str]], notes: Mapping[str, LanguageNote], wrong: Set[str]
) -> Iterator[Problem]:
    renderer = Renderer(templates)
    for language, messages in templates.items():
        for name in messages:
            file = f"sms_templates/{language}/{name}.txt"
            if file not in wrong:
                yield from cost_problems(file, name, language, renderer, notes[language].encoding)


def _files(root: Path, folder: str, problems: list[Problem]) -> list[Path]:
    if not (root / folder).is_dir():
        problems.append(Problem(folder, 1, "this folder is missing"))
        return []
    paths = sorted(path for path in (root / folder).iterdir() if not path.name.startswith("."))
    if len(paths) > MAX_FILES:
        problems.append(Problem(folder, 1, f"holds {len(paths)} files; {MAX_FILES} at most"))
    return paths[:MAX_FILES]


def _shared_urls(instruments: Mapping[str, Document]) -> Iterator[Problem]:
    """Two instruments with one address: their versions would overwrite each other."""
    seen: dict[str, str] = {}
    for name, document in instruments.items():
        url = str(document.data.get("url"))
        if url in seen:
            yield document.problem(("url",), f"is the url of {seen[url]!r} too")
        seen.setdefault(url, name)
