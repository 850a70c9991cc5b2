"""What a file of red-flag words may say: every flag, in phrases that can be heard, with nothing that could run away."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields

from app.alerts.lexicon import Lexicon
from app.alerts.red_flags import find
from app.alerts.word_files import SHIPPED
from app.alerts.word_list import FLAGS, WordList, readable, spoken, word_list
from app.content.documents import Document, read_document
from app.content.fields import Strict, Text, id_text, listed, shape_findings
from app.content.fingerprint import fingerprint
from app.content.problems import Problem

FOLDER = "red_flags"
MAX_BLOCK = 20_000
MAX_PHRASES = 200
MAX_PIECES = 14
MAX_GAPS = 2

_LIST_WORD = re.compile(r"[^\W_]+\*?(?: [^\W_]+\*?){0,5}")


@dataclass(frozen=True, slots=True)
class WordFile:
    """The red-flag words of one language: where from, what it says, and the fingerprint of its content."""

    file: str
    words: WordList
    fingerprint: str


class _Block(fields.Field[str]):
    """Lines of text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("expected lines of text")
        if len(value) > MAX_BLOCK:
            raise ValidationError(f"longer than {MAX_BLOCK} characters")
        return value


class _Denials(Strict):
    before = _Block(required=True)
    not_before = _Block()
    between = _Block(required=True)
    joins = _Block()
    behind = _Block(required=True)
    closing = _Block()
    asking = _Block()
    turns = _Block()
    unless = _Block()


class _WordFile(Strict):
    version = id_text(required=True)
    glued = Text()
    lists = fields.Dict(keys=Text(), values=_Block())
    denials = fields.Nested(_Denials, required=True)
    flags = fields.Dict(keys=Text(), values=_Block(), required=True)
    idioms = _Block()


def load_word_files(root: Path, languages: frozenset[str], problems: list[Problem]) -> dict[str, WordFile]:
    """The word files under ``root``, by language; the shipped ones where the folder has none of its own.

    What is wrong goes to ``problems``; a language that is spoken and has no red-flag words is wrong too.
    """
    folder = root / FOLDER
    found, wrong = _read_folder(folder) if folder.is_dir() and folder.resolve() != SHIPPED else _shipped()
    problems += wrong
    problems += [Problem(f"{FOLDER}/{name}.yaml", 1, "is missing") for name in sorted(languages - found.keys())]
    return {name: file for name, file in found.items() if file is not None}


@cache
def _shipped() -> "_Read":
    return _read_folder(SHIPPED)


def _read_folder(folder: Path) -> "_Read":
    """The word file of each language, ``None`` where something is wrong with it, and what that is."""
    found: dict[str, WordFile | None] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        file = f"{FOLDER}/{path.name}"
        document = read_document(folder.parent, file)
        if isinstance(document, Problem):
            found[path.stem], wrong = None, [document]
        else:
            wrong = list(_problems(document))
            read = None if wrong else word_list(path.stem, document.data)
            found[path.stem] = WordFile(file, read, fingerprint(document.data)) if read else None
        problems += wrong
    return found, problems


_Read = tuple[dict[str, WordFile | None], list[Problem]]


def unheard(files: Mapping[str, WordFile]) -> Iterator[str]:
    """Phrases that raise no flag of theirs when somebody says them: an idiom or a denial swallows them."""
    words = Lexicon([file.words for file in files.values()])
    for file in files.values():
        for flag, phrases in file.words.flags.items():
            for phrase in phrases:
                said = spoken(phrase, file.words)
                if flag not in {one.flag for one in find(said, file.words.language, words)}:
                    yield f"{file.file}: {flag}: {phrase!r} is never heard: an idiom or a denial swallows it"


def _problems(document: Document) -> Iterator[Problem]:
    data = document.data
    findings = list(shape_findings(_WordFile(), data))
    yield from (document.problem(place, message) for place, message in findings)
    if findings:
        return
    for flag in data["flags"]:
        if flag not in FLAGS:
            yield document.problem(("flags", flag), f"there is no such flag: use {listed(FLAGS)}")
    for flag in FLAGS:
        if flag not in data["flags"]:
            yield document.problem(("flags",), f"says nothing for {flag!r}")
    lists = data.get("lists", {})
    for name, said in lists.items():
        if not all(_LIST_WORD.fullmatch(word) for word in said.split("|")):
            yield document.problem(("lists", name), "expected words with | between them")
    for place in [("idioms",), ("denials", "unless"), *(("flags", flag) for flag in data["flags"])]:
        yield from _phrase_problems(document, place, lists)


def _phrase_problems(document: Document, place: tuple[str, ...], lists: Mapping[str, str]) -> Iterator[Problem]:
    block = document.data
    for key in place:
        block = block.get(key, {})
    seen: set[str] = set()
    for below, line in enumerate(block.splitlines() if isinstance(block, str) else [], start=1):
        phrase = " ".join(line.split())
        if not phrase or phrase.startswith("#"):
            continue
        at = document.problem(place, "")
        here = Problem(at.file, at.line + below, "")
        yield from (Problem(here.file, here.line, f"{phrase!r} {wrong}") for wrong in _wrong(phrase, lists))
        if phrase in seen:
            yield Problem(here.file, here.line, f"{phrase!r} is written twice")
        seen.add(phrase)
    if len(seen) > MAX_PHRASES:
        yield document.problem(place, f"holds {len(seen)} phrases; {MAX_PHRASES} at most")


def _wrong(phrase: str, lists: Mapping[str, str]) -> Iterator[str]:
    pieces = phrase.split()
    if not readable(phrase):
        yield "is not readable: use words, a|b, (a|b), word*, @list, .., : and $; at least one word must be there"
        return
    unknown = {name for piece in pieces for name in re.findall(r"@(\w+)", piece)} - lists.keys()
    if unknown:
        yield f"names the list {', '.join(sorted(unknown))}, which is not there"
    if len(pieces) > MAX_PIECES or pieces.count("..") > MAX_GAPS:
        yield f"is too long: {MAX_PIECES} pieces at most, {MAX_GAPS} of them '..'"
